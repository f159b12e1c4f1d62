package diagnostic_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose/diagnostic"
	"github.com/weft-graphql/weft/router/compose/problem"
)

const accounts = "type Query {\n\tme: User @shareable\n}\ntype User { id: ID! näme: String }\n"

var failure = &problem.Error{
	Code:       problem.InvalidFieldSharing,
	Message:    "Field \"Query.me\" is resolved by two subgraphs.\n  - one\n  - two",
	Subgraphs:  []string{"accounts", "users"},
	Positions:  []problem.Position{{Subgraph: "accounts", File: "accounts.graphql", Line: 2, Column: 11}, {Subgraph: "users", Line: 7, Column: 3}},
	Suggestion: "mark it @shareable in both",
}

func print(t *testing.T, errs []*problem.Error, hints []problem.Hint, style diagnostic.Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := diagnostic.Print(&b, errs, hints, diagnostic.FromMap(map[string]string{"accounts": accounts}), style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestErrorShowsItsLine(t *testing.T) {
	got := print(t, []*problem.Error{failure}, nil, diagnostic.Style{})
	want := `error[INVALID_FIELD_SHARING]: Field "Query.me" is resolved by two subgraphs.
    - one
    - two
  --> accounts.graphql:2:11 (accounts)
   2 |     me: User @shareable
     |              ^^^^^^^^^^
  --> [users]:7:3
  = help: mark it @shareable in both

1 error
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCaretCountsRunes(t *testing.T) {
	e := &problem.Error{Code: "X", Message: "m", Positions: []problem.Position{{Subgraph: "accounts", Line: 4, Column: 27}}}
	got := print(t, []*problem.Error{e}, nil, diagnostic.Style{})
	want := "   4 | type User { id: ID! näme: String }\n     |                           ^^^^^^\n"
	if !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHintsAreLabelledBySeverity(t *testing.T) {
	got := print(t, nil, []problem.Hint{
		{Code: "A_HINT", Severity: problem.Info, Message: "fine", Subgraphs: []string{"x", "y"}},
		{Code: "B_HINT", Severity: problem.Warning, Message: "less fine", Coordinate: "T.f"},
	}, diagnostic.Style{})
	for _, part := range []string{"hint[A_HINT]: fine\n  = in: x, y\n", "warning[B_HINT]: less fine\n  = at: T.f\n", "2 hints\n"} {
		if !strings.Contains(got, part) {
			t.Errorf("it lacks %q:\n%s", part, got)
		}
	}
}

func TestManyPositionsAreSummarised(t *testing.T) {
	e := *failure
	e.Positions = nil
	for i := range 6 {
		e.Positions = append(e.Positions, problem.Position{Subgraph: "s", Line: i + 1, Column: 1})
	}
	got := print(t, []*problem.Error{&e}, nil, diagnostic.Style{MaxPositions: 2})
	if strings.Count(got, "-->") != 2 || !strings.Contains(got, "also: [s]:3:1, [s]:4:1, [s]:5:1, [s]:6:1") {
		t.Errorf("got\n%s", got)
	}
}

func TestColor(t *testing.T) {
	if got := print(t, []*problem.Error{failure}, nil, diagnostic.Style{Color: true}); !strings.Contains(got, "\x1b[31;1merror[") {
		t.Errorf("no colour: %q", got)
	}
	if got := print(t, []*problem.Error{failure}, nil, diagnostic.Style{}); strings.Contains(got, "\x1b") {
		t.Errorf("colour: %q", got)
	}
	t.Setenv("NO_COLOR", "1")
	if diagnostic.StyleFor(os.Stderr).Color {
		t.Error("NO_COLOR is not respected")
	}
}

func TestControlCharactersAreDropped(t *testing.T) {
	e := &problem.Error{Code: "X", Message: "evil \x1b[2J\u009b text"}
	if got := print(t, []*problem.Error{e}, nil, diagnostic.Style{}); strings.ContainsAny(got, "\x1b\u009b") {
		t.Errorf("%q", got)
	}
}

func TestNothingToSay(t *testing.T) {
	if got := print(t, nil, nil, diagnostic.Style{}); got != "" {
		t.Errorf("%q", got)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := diagnostic.PrintJSON(&b, []*problem.Error{failure}, nil); err != nil {
		t.Fatal(err)
	}
	var got diagnostic.Report
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.OK || len(got.Errors) != 1 || got.Errors[0].Positions[0].Line != 2 || got.Hints == nil {
		t.Errorf("%s", b.String())
	}
	b.Reset()
	if err := diagnostic.PrintJSON(&b, nil, nil); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"ok\": true,\n  \"errors\": [],\n  \"hints\": []\n}\n"; b.String() != want {
		t.Errorf("%s", b.String())
	}
}

func FuzzPrint(f *testing.F) {
	f.Add("type Query { a: Int }", "message", 1, 6)
	f.Add("\t\"\xff\"", "a\nb", 1, 3)
	f.Add("", "", -1, 0)
	f.Fuzz(func(t *testing.T, sdl, message string, line, column int) {
		e := &problem.Error{Code: "X", Message: message, Positions: []problem.Position{{Subgraph: "s", Line: line, Column: column}}}
		var b bytes.Buffer
		if err := diagnostic.Print(&b, []*problem.Error{e}, nil, diagnostic.FromMap(map[string]string{"s": sdl}), diagnostic.Style{}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("an escape got through: %q", b.String())
		}
	})
}
