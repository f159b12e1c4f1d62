package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

// pass takes the parts of a cursor as they are.
func pass(parts []string, _ string) (*[]string, error) { return &parts, nil }

func TestCursorRoundTrip(t *testing.T) {
	for _, parts := range [][]string{{"a"}, {"", "b"}, {`"quoted", [list]`, "ünïcode", "3"}} {
		cursor := page.Cursor(parts...)
		ask, err := page.Read(page.Args{Before: &cursor}, 10, 100, len(parts), pass)
		if err != nil || ask.Before == nil || !slices.Equal(*ask.Before, parts) || ask.After != nil {
			t.Errorf("%q became %+v, %v", parts, ask, err)
		}
	}
}

func TestReadRefusals(t *testing.T) {
	two := page.Cursor("a", "b")
	for _, cursor := range []string{"?", "e30", two, strings.Repeat("A", 5000)} {
		for argument, args := range map[string]page.Args{"after": {After: &cursor}, "before": {Before: &cursor}} {
			_, err := page.Read(args, 10, 100, 3, pass)
			list := fault.All(err)
			if len(list) != 1 || list[0].Code != fault.BadUserInput || list[0].Field != argument {
				t.Errorf("%.20q: %v", cursor, err)
			}
		}
	}
	empty := ""
	for _, none := range []*string{nil, &empty} {
		if ask, err := page.Read(page.Args{After: none}, 10, 100, 3, pass); ask.After != nil || ask.Count != 10 || err != nil {
			t.Errorf("the beginning: %+v, %v", ask, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(page.Cursor("a", "b"))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		ask, err := page.Read(page.Args{After: &cursor}, 10, 100, 2, pass)
		if err == nil && ask.After != nil && len(*ask.After) != 2 {
			t.Errorf("%q has %d parts", cursor, len(*ask.After))
		}
	})
}
