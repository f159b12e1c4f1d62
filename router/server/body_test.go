package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseBody(t *testing.T) {
	var req Request
	err := parseBody([]byte(` {"operationName":"A", "unknown":[1,{"a":-0.5e+3}],
		"query":"query A($a:Int){a(s:\"x\u00e9\ud83d\ude00\n\")}","variables" : {"a": [1, "\u0041"]},
		"extensions":null}  `), &req)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(req.Query), "query A($a:Int){a(s:\"xé😀\n\")}"; got != want {
		t.Errorf("query = %q, want %q", got, want)
	}
	if got := string(req.OperationName); got != "A" {
		t.Errorf("operationName = %q", got)
	}
	if got, want := string(req.Variables), `{"a": [1, "\u0041"]}`; got != want {
		t.Errorf("variables = %q, want %q", got, want)
	}
	if req.Extensions != nil {
		t.Errorf("extensions = %q, want none", req.Extensions)
	}
}

func TestParseBodyTellsWhatIsWrong(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for body, want := range map[string]error{
		"":                                     errSyntaxEnd,
		"{":                                    errSyntaxEnd,
		`{"query":"{a}"`:                       errSyntaxEnd,
		`{"query":"{a}"}}`:                     errSyntaxAfter,
		`{"query":"{a}",}`:                     errSyntax,
		`{"query":"\x"}`:                       errSyntax,
		`{"query":"\u12"}`:                     errSyntax,
		"{\"query\":\"a\nb\"}":                 errSyntax,
		`{"query":1}`:                          errQueryType,
		`{"query":["{a}"]}`:                    errQueryType,
		`{"query":"{a}","operationName":1}`:    errNameType,
		`{"query":"{a}","variables":"{}"}`:     errVarsType,
		`{"query":"{a}","variables":[]}`:       errVarsType,
		`{"query":"{a}","extensions":0}`:       errExtType,
		`"{a}"`:                                errNotObject,
		`null`:                                 errNotObject,
		`{"a":` + deep:                         errTooDeep,
		`{"variables":{"a":` + deep:            errTooDeep,
		"{\"query\":\"\xff\"}":                 errNotUTF8,
		`{"query":"{a}","variables":{"a":01}}`: errSyntax,
	} {
		var req Request
		if err := parseBody([]byte(body), &req); !errors.Is(err, want) {
			t.Errorf("%.60q: %v, want %v", body, err, want)
		}
	}
}

func TestParseBodyAllocatesNothing(t *testing.T) {
	text := []byte(`{"query":"query A {\n a(s:\"é\")\n}","operationName":"A","variables":{"n":[1,2,{"x":"y"}]}}`)
	body := make([]byte, len(text))
	got := testing.AllocsPerRun(100, func() {
		var req Request
		if err := parseBody(body[:copy(body, text)], &req); err != nil {
			t.Fatal(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

// FuzzParseBody compares with encoding/json: the same bodies are accepted, and the same values are read.
func FuzzParseBody(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{a}"}`, `{"query":"\ud83d\ude00\ud83d x","variables":{"a":[1,2.5e-7,null,true,false]}}`,
		`{"QUERY":"x","query":null,"extensions":{},"operationName":"\u0000"}`, `[{}]`, `{"a":[[],{}],"query":"1"}`,
		`{"query":"a","query":"b"}`, "{\"variables\":{\"\\u006e\":-0}}", `{"query":"\\\"\/\b\f\n\r\t"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var req Request
		err := parseBody(bytes.Clone(body), &req)
		if errors.Is(err, errTooDeep) {
			return
		}
		var members map[string]json.RawMessage
		want := utf8.Valid(body) && json.Unmarshal(body, &members) == nil && members != nil
		text := func(name string) (s string) {
			raw := members[name]
			if raw != nil && string(raw) != "null" && json.Unmarshal(raw, &s) != nil {
				want = false
			}
			return s
		}
		object := func(name string) string {
			raw := members[name]
			if len(raw) > 0 && raw[0] != '{' && string(raw) != "null" {
				want = false
			}
			if string(raw) == "null" {
				return ""
			}
			return string(raw)
		}
		query, name, variables, extensions := text("query"), text("operationName"), object("variables"), object("extensions")
		if (err == nil) != want {
			// A repeated member of a wrong type is refused here although the last one would count.
			if want && bytes.Count(body, []byte(`"`)) > 4 && repeats(body) {
				return
			}
			t.Fatalf("%q: %v, want accepted: %v", body, err, want)
		}
		if err != nil {
			return
		}
		if string(req.Query) != query || string(req.OperationName) != name ||
			string(req.Variables) != variables || string(req.Extensions) != extensions {
			t.Fatalf("%q: read %q %q %q %q, want %q %q %q %q", body, req.Query, req.OperationName, req.Variables,
				req.Extensions, query, name, variables, extensions)
		}
	})
}

// repeats tells whether the object has a member twice.
func repeats(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		return false
	}
	seen := map[any]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil || seen[key] {
			return err == nil
		}
		seen[key] = true
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return false
		}
	}
	return false
}
