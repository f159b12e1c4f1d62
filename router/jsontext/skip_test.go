package jsontext

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

var samples = []string{
	`{"data":{"a":1}}`, `null`, `true`, `false`, ` [ ] `, `{}`, `""`, `-0`, `-0.0e-0`, `1E+5`, `01`, `1.`, `.5`, `-`, `+1`,
	`1e`, `"\u00e4"`, `"\ud800"`, `"\x"`, `"a`, "\"\x01\"", "\"\xff\"", `[1,]`, `{"a":1,}`, `{"a" : [ {"b":null} , "c" ] }`,
	`{"a":1}x`, `nul`, `{a:1}`, `[[[[]]]]`, `"12345678\"12345678\\"`, `"ääääääääää"`, `{"a":{"b":{"a":2}},"c":[{"a":"x"},null]}`,
	"\ufeff1", `"\u12"`, "\t\n\r 1", "\v1", `{"a":1,"a":2}`, `[`, `{"a"`, `{"a":`, `[1`, `"\ud83d\ude00\ud83d"`, `"\`, `"\u`, `tru`, ``,
}

// whole tells whether the text is taken for one JSON value, and if not, where it stops being one.
func whole(text []byte) (ok bool, at int) {
	r := Reader{Data: text}
	value := r.Value()
	if value == nil && !r.Bad() {
		panic("neither read nor broken")
	}
	return value != nil && r.AtEnd(), r.At
}

// encoding/json says after how many bytes a syntax error shows; some it only sees one byte later.
func FuzzValuesAreWhatEncodingJSONAccepts(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) >= MaxDepth {
			return
		}
		got, at := whole(text)
		if want := json.Valid(text); got != want {
			t.Fatalf("%q: accepted is %v, encoding/json says %v", text, got, want)
		}
		if at < 0 || at > len(text) {
			t.Fatalf("%q: stopped at %d", text, at)
		}
		// What stands before the place of an error can be continued to a value; with the byte it cannot.
		if !got && at < len(text) && bytes.IndexByte(text[:at+1], 0) < 0 {
			if ok, again := whole(text[:at]); !ok && again != at {
				t.Errorf("%q: stopped at %d, and without that byte at %d", text, at, again)
			}
		}
	})
}

func TestWhereTextStopsBeingJSON(t *testing.T) {
	for text, want := range map[string]int{
		`{"a":1,}`: 7, `[1 2]`: 3, `{"a" 1}`: 5, `{"a":tru}`: 8, `"a` + "\n" + `"`: 2, `"\x"`: 2, `"\u12g4"`: 5, `01`: 1, `1.x`: 2,
		`[1`: 2, `{"a":`: 5, `"abc`: 4, ``: 0, `-`: 1, `{"a":"\u00`: 10, `[1]]`: 3, `nulL`: 3,
	} {
		ok, at := whole([]byte(text))
		if ok || at != want {
			t.Errorf("%q: accepted %v, stopped at %d, want %d", text, ok, at, want)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		r := Reader{Data: []byte(strings.Repeat(open, 1_000_000))}
		if r.Value() != nil || !r.TooDeep() || r.At != MaxDepth*len(open) {
			t.Errorf("a million open brackets: too deep is %v, stopped at %d", r.TooDeep(), r.At)
		}
	}
	if ok, _ := whole([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth))); !ok {
		t.Errorf("%d levels do not pass", MaxDepth)
	}
	shallow := Reader{Data: []byte(`[["}}", {]`)}
	if shallow.Value() != nil || shallow.TooDeep() {
		t.Error("a bracket that is not closed passes for one too many")
	}
}

func FuzzStringsSurviveQuoting(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n\r\t\x00\x1f", "ä€😀", "\u2028", "</script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		raw := AppendQuoted(nil, s)
		var got string
		if err := json.Unmarshal(raw, &got); err != nil || got != s {
			t.Fatalf("%q became %s, read as %q: %v", s, raw, got, err)
		}
		if got := string(Text(raw)); got != s {
			t.Fatalf("%s is decoded as %q", raw, got)
		}
	})
}

func FuzzTextIsWhatEncodingJSONReads(f *testing.F) {
	for _, s := range []string{`"\u0041\n\/"`, `"\ud83d\ude00"`, `"\ud83d\u0041"`, `"\ud83d"`, `"\ude00\ud83d\ude00x"`, `"ä\u00e4"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !utf8.Valid(raw) || SkipString(raw, 0) != len(raw) {
			return
		}
		var want string
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		before := bytes.Clone(raw)
		if got := string(Text(raw)); got != want || !bytes.Equal(raw, before) {
			t.Errorf("%q is %q, want %q; now %q", before, got, want, raw)
		}
	})
}

func FuzzWalksMeetWhatEncodingJSONReads(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"a":[1,{"b":"]}"}],"c":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.IndexByte(text, '\\') >= 0 || !utf8.Valid(text) || !json.Valid(text) || len(text) > 1000 {
			return
		}
		object, list := map[string]json.RawMessage{}, []json.RawMessage{}
		for name, value := range Members(text) {
			object[string(name)] = value
		}
		for value := range Elements(text) {
			list = append(list, value)
		}
		var wantObject map[string]json.RawMessage
		var wantList []json.RawMessage
		isObject, isList := json.Unmarshal(text, &wantObject) == nil, json.Unmarshal(text, &wantList) == nil
		if isObject && wantObject != nil && !reflect.DeepEqual(object, wantObject) {
			t.Errorf("%q has the members %q, want %q", text, object, wantObject)
		}
		if isList && wantList != nil && !reflect.DeepEqual(list, wantList) {
			t.Errorf("%q has the elements %q, want %q", text, list, wantList)
		}
		if IsObject(text) != (isObject && wantObject != nil) {
			t.Errorf("%q: an object is %v", text, IsObject(text))
		}
	})
}
