package load

import (
	"strings"
	"testing"
)

const expectedAnswer = `{"data":{"a":1,"list":[{"id":"x","n":1.50},null],"b":{"c":true}}}`

func TestCheckerJudges(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         verdict
		reason       string
	}{
		{"same bytes", expectedAnswer, right, ""},
		{"other white space and escapes", `{ "data": {"a":1,"list":[{"id":"\u0078","n":1.50},null],"b":{"c":true}}}`, right, ""},
		{"extensions are ignored", `{"extensions":{"cost":1},"data":{"a":1,"list":[{"id":"x","n":1.50},null],"b":{"c":true}}}`, right, ""},
		{"other value", `{"data":{"a":2,"list":[{"id":"x","n":1.50},null],"b":{"c":true}}}`, wrong, "data.a: want 1, got 2"},
		{"other spelling of a number", `{"data":{"a":1,"list":[{"id":"x","n":1.5},null],"b":{"c":true}}}`, wrong, "data.list[0].n: want 1.50, got 1.5"},
		{"other order of keys", `{"data":{"a":1,"list":[{"n":1.50,"id":"x"},null],"b":{"c":true}}}`, wrong, `data.list[0]: want keys ["id" "n"], got ["n" "id"]`},
		{"shorter list", `{"data":{"a":1,"list":[{"id":"x","n":1.50}],"b":{"c":true}}}`, wrong, "data.list: want 2 items, got 1"},
		{"null without errors", `{"data":{"a":1,"list":null,"b":{"c":true}}}`, wrong, "data.list: want a list of 2, got null"},
		{"value where null belongs", `{"data":{"a":1,"list":[{"id":"x","n":1.50},3],"b":{"c":true}}}`, wrong, "data.list[1]: want null, got 3"},
		{"duplicate key", `{"data":{"a":1,"a":1,"list":[{"id":"x","n":1.50},null],"b":{"c":true}}}`, wrong, "want keys"},
		{"nulls with errors", `{"data":{"a":1,"list":[{"id":"x","n":null},null],"b":null},"errors":[{"message":"m"}]}`, partial, "has errors"},
		{"data null with errors", `{"data":null,"errors":[{"message":"m"}]}`, partial, "has errors"},
		{"no data but errors", `{"errors":[{"message":"m"}]}`, partial, "has errors"},
		{"wrong data with errors", `{"data":{"a":9,"list":null,"b":null},"errors":[{"message":"m"}]}`, wrong, "data.a: want 1, got 9"},
		{"right data with errors", `{"data":{"a":1,"list":[{"id":"x","n":1.50},null],"b":{"c":true}},"errors":[{"message":"m"}]}`, partial, "has errors"},
		{"nothing", `{}`, wrong, "neither data nor errors"},
		{"not an object", `[]`, wrong, "neither data nor errors"},
		{"cut off", expectedAnswer[:20], wrong, "not JSON"},
		{"text after it", expectedAnswer + `x`, wrong, "not JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := newChecker([]byte(expectedAnswer))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time may be recognised by its bytes
				got, reason := c.check([]byte(test.answer), nil)
				if got != test.want || !strings.Contains(reason, test.reason) {
					t.Errorf("verdict %d (%s), want %d (%s)", got, reason, test.want, test.reason)
				}
			}
		})
	}
}

func TestWithoutExpectationTheFirstAnswerCounts(t *testing.T) {
	c, err := newChecker(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		answer string
		want   verdict
	}{
		{`{"data":null,"errors":[{"message":"m"}]}`, partial},
		{`{"data":{"a":1}}`, right},
		{`{"data":{"a":1} }`, right},
		{`{"data":{"a":2}}`, wrong},
		{`{"data":{"a":null},"errors":[]}`, partial},
	} {
		if got, reason := c.check([]byte(step.answer), nil); got != step.want {
			t.Errorf("%s: verdict %d (%s), want %d", step.answer, got, reason, step.want)
		}
	}
}

func TestVariantsAreBounded(t *testing.T) {
	c, err := newChecker([]byte(expectedAnswer))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxVariants {
		if got, reason := c.check([]byte(expectedAnswer+strings.Repeat(" ", i)), nil); got != right {
			t.Fatal(reason)
		}
	}
	if kept := len(*c.variants.Load()); kept != maxVariants {
		t.Errorf("%d variants are kept, want %d", kept, maxVariants)
	}
}

func TestUnusableExpectations(t *testing.T) {
	for _, text := range []string{``, `{`, `{"errors":[]}`} {
		if _, err := newChecker([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
