package introspection_test

import (
	"strings"
	"testing"
)

// TestMoreTakesWhatIsPrinted takes a large value in pieces, and then no more of it from some point on.
func TestMoreTakesWhatIsPrinted(t *testing.T) {
	s, field := load(t, large(100), everything)
	want := string(s.Append(nil, field, nil, nil))
	var got strings.Builder
	largest := 0
	rest := s.Append(nil, field, nil, func(out []byte) ([]byte, bool) {
		largest = max(largest, len(out))
		got.Write(out)
		return out[:0], true
	})
	if got.String()+string(rest) != want || got.Len() < len(want)/2 || largest > 16<<10 {
		t.Errorf("%d and %d bytes of %d, in pieces of up to %d", got.Len(), len(rest), len(want), largest)
	}
	calls, before := 0, 0
	rest = s.Append(nil, field, nil, func(out []byte) ([]byte, bool) {
		calls++
		before = len(out)
		return out, calls < 3
	})
	if calls != 3 || len(rest) > before+1<<10 {
		t.Errorf("%d calls, and %d bytes after the last", calls, len(rest)-before)
	}
}

// TestFieldsAreCollected merges fields of one name, spreads fragments twice, and reads variables as JSON.
func TestFieldsAreCollected(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{`query{__type(name:"A"){...X ...X name ...{fields{name}} fields{isDeprecated}}} fragment X on __Type{fields{name}}`,
			`{"fields":[{"name":"id","isDeprecated":false}],"name":"A"}`},
		{`query($escaped:String!){__type(name:$escaped){name}}`, `{"name":"Size"}`},
		{`{__type(name:"A"){` + strings.Repeat("k:kind n:name ", 20) + `a:name b:name c:name d:name e:name f:name g:name h:name i:name j:name l:name m:name o:name p:name q:name r:name q:name r:name}}`,
			`{"k":"OBJECT","n":"A","a":"A","b":"A","c":"A","d":"A","e":"A","f":"A","g":"A","h":"A","i":"A","j":"A","l":"A","m":"A","o":"A","p":"A","q":"A","r":"A"}`},
		{`{__schema{subscriptionType{ofType{name} interfaces{name} possibleTypes{name}}}}`,
			`{"subscriptionType":{"ofType":null,"interfaces":[],"possibleTypes":null}}`},
	} {
		if got := ask(t, c.query); got != c.want {
			t.Errorf("%s\n got  %s\n want %s", c.query, got, c.want)
		}
	}
}
