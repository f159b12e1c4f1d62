package exec

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/plan"
)

var jsonSamples = []string{
	`{"data":{"a":1}}`, `null`, `true`, `false`, ` [ ] `, `{}`, `""`, `-0`, `-0.0e-0`, `1E+5`, `01`, `1.`, `.5`, `-`, `+1`, `1e`, `"\u00e4"`,
	`"\ud800"`, `"\x"`, `"a`, "\"\x01\"", "\"\xff\"", `[1,]`, `{"a":1,}`, `{"a" : [ {"b":null} , "c" ] }`, `{"a":1}x`, `nul`, `{a:1}`, `[[[[]]]]`,
	`"12345678\"12345678\\"`, `"ääääääääää"`, `{"a":{"b":{"a":2}},"c":[{"a":"x"},null]}`, "\ufeff1", `"\u12"`, "\t\n\r 1", "\v1", `{"a":1,"a":2}`,
}

// slots is a selection set with custom scalars a and b, and an object c of the same kind.
func slots(depth int) *selectionSet {
	n := &selectionSet{typ: 0, collector: -1, plan: &plan.SelectionSet{Owner: &plan.Field{}}}
	for _, key := range []string{"a", "b", "c"} {
		n.fields = append(n.fields, selectedField{spelled: `"` + key + `":`, next: -1, first: true, plain: true})
	}
	if depth > 0 {
		n.fields[2].set, n.fields[2].plain = slots(depth-1), false
		n.fields[2].lists = int32(depth % 2)
	}
	return n
}

// same compares an object in slots with what encoding/json reads.
func same(t *testing.T, a *answer, n *selectionSet, o uint32, want map[string]json.RawMessage) {
	t.Helper()
	for i := range n.fields {
		f := &n.fields[i]
		v := a.slot(o, int32(i))
		raw, ok := want[f.key()]
		if !ok {
			if v.kind() != kindAbsent {
				t.Errorf("%q is there, encoding/json does not see it", f.key())
			}
			continue
		}
		compare(t, a, f, v, raw)
	}
}

func compare(t *testing.T, a *answer, f *selectedField, v value, raw json.RawMessage) {
	t.Helper()
	switch v.kind() {
	case kindAbsent:
		t.Errorf("%q is not there, encoding/json sees %s", f.key(), raw)
	case kindNull:
		if string(raw) != "null" {
			t.Errorf("%q is null, encoding/json sees %s", f.key(), raw)
		}
	case kindObject:
		var want map[string]json.RawMessage
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		same(t, a, f.set, v.at, want)
	case kindList:
		var want []json.RawMessage
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		if elements := a.elements(v); len(elements) == len(want) {
			for i, e := range elements {
				compare(t, a, f, e, want[i])
			}
			return
		}
		t.Errorf("%q has %d elements, encoding/json sees %d", f.key(), len(a.elements(v)), len(want))
	default:
		var x, y any
		if err := json.Unmarshal(a.raw(v), &x); err != nil {
			t.Fatalf("%q: %v", a.raw(v), err)
		}
		if err := json.Unmarshal(raw, &y); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%q is %s, encoding/json sees %s", f.key(), a.raw(v), raw)
		}
	}
}

func FuzzParserReadsWhatEncodingJSONReads(f *testing.F) {
	for _, s := range jsonSamples {
		f.Add([]byte(`{"data":` + s + `}`))
		f.Add([]byte(`{"errors":[],"data":{"a":` + s + `,"c":[{"b":1,"a":` + s + `,"c":{"a":1}}]}}`))
		f.Add([]byte(`{ "extensions" : {} , "data" : { "b" : ` + s + ` , "c" : [ null , {} ] } }`))
	}
	n := slots(3)
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) >= jsontext.MaxDepth {
			return
		}
		text = jsontext.ToValidUTF8(text)
		p := parser{b: text, a: &answer{body: text}, types: &typeNames{}}
		var root uint32
		ok := p.document(func(p *parser, i int) int {
			var end int
			root, end = p.object(n, typeUnknown, i)
			return end
		})
		if ok != (p.problem == "") {
			t.Fatalf("accepted is %v with the problem %q", ok, p.problem)
		}
		if !ok {
			if !json.Valid(text) {
				return
			}
			// What is JSON must be refused for a reason that encoding/json knows nothing of.
			if p.problem == notJSON || strings.Contains(p.problem, "too early") || strings.Contains(p.problem, "behind its end") {
				t.Fatalf("%q is JSON but is refused: %s", text, p.problem)
			}
			return
		}
		var want struct{ Data map[string]json.RawMessage }
		if !json.Valid(text) {
			t.Fatalf("%q is accepted but is not JSON", text)
		}
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(text, &entries); err != nil {
			t.Fatal(err)
		}
		if !p.hasData {
			return
		}
		if err := json.Unmarshal(entries["data"], &want.Data); err != nil {
			t.Fatal(err)
		}
		same(t, p.a, n, root, want.Data)
	})
}

func TestNumbersKeepTheirSpelling(t *testing.T) {
	for raw, want := range map[string]bool{
		"0": true, "-1": true, "2147483647": true, "-2147483648": true, "2147483648": false, "1.0": true, "1.5": false,
		"1e3": true, "1e10": false, "123456789": true, "99999999999999999999": false,
	} {
		if got := leafInt.fits(kindNumber, []byte(raw)); got != want {
			t.Errorf("%s as an Int: %v, want %v", raw, got, want)
		}
	}
}
