package operation

import (
	"strings"
	"testing"
)

func TestItemsOfListsAreCounted(t *testing.T) {
	for text, want := range map[string]int{
		`{}`: 0, `{"a":[]}`: 0, `{"a":[ ]}`: 0, `{"a":[1]}`: 1, `{"a":[1,2, 3]}`: 3, `{"a":[[],[1]]}`: 3, `{"a":1,"b":2}`: 0,
		`{"a":[{"b":1,"c":2}]}`: 1, `{"a":["x,y[","\\\",["]}`: 2, `{"a":[{"b":[1,2]},{"b":[3]}]}`: 5, `{"a":[[[1,2],3],4]}`: 6,
	} {
		if got := jsonItems([]byte(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	limits := Limits{ListItems: 3}
	for text, refused := range map[string]bool{`{"a":[1,2,3]}`: false, `{"a":[1,2,3,4]}`: true, `{"a":[1],"b":[2],"c":[3,4]}`: true} {
		exceeded, err := limits.CheckVariables([]byte(text))
		if refused != (err != nil) || exceeded != "" || refused && err.Extensions["code"] != CodeListItems {
			t.Errorf("%s: %q, %v", text, exceeded, err)
		}
	}
	limits.Warn = true
	if exceeded, err := limits.CheckVariables([]byte(`{"a":[1,2,3,4]}`)); exceeded != CodeListItems || err != nil {
		t.Errorf("that only warns: %q, %v", exceeded, err)
	}
	if _, err := limits.CheckVariables([]byte(`{"a":[` + strings.Repeat("1,", 200_000) + `1]}`)); err == nil {
		t.Error("what is beyond the default passes")
	}
	if _, err := (Limits{ListItems: -1}).CheckVariables([]byte(`{"a":[` + strings.Repeat("1,", 200_000) + `1]}`)); err != nil {
		t.Error(err)
	}
}

func TestVariablesAndListsOfDocumentsAreLimited(t *testing.T) {
	limits := Limits{Variables: 2, ListItems: 3}.withDefaults()
	for document, code := range map[string]string{
		"query($a: Int $b: Int) {x}":                                "",
		"query($a: Int $b: Int $c: Int) {x}":                        CodeVariables,
		"{x(a: [1 2 3])}":                                           "",
		"{x(a: [1 2 3 4])}":                                         CodeListItems,
		"{x(a: {b: [[1] [2]]})}":                                    CodeListItems,
		"{...F ...F} fragment F on Query {x(a: [1 2])}":             CodeListItems,
		"query($a: [Int] = [1 2 3 4]) {x}":                          CodeListItems,
		"query A($a: Int) {x} query B($a: Int $b: Int $c: Int) {x}": CodeVariables,
	} {
		_, _, err := parse(document, limits)
		got := ""
		if err != nil {
			got, _ = err.Extensions["code"].(string)
		}
		if got != code {
			t.Errorf("%s: %q, want %q (%v)", document, got, code, err)
		}
	}
}
