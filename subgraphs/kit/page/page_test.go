package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
	"github.com/weft-graphql/weft/subgraphs/kit/page"
)

func TestCursorRoundTrip(t *testing.T) {
	for _, parts := range [][]string{{"a"}, {"", "b"}, {`"quoted", [list]`, "ünïcode", "3"}} {
		cursor := page.Cursor(parts...)
		got, err := page.Parse(&cursor, len(parts))
		if err != nil || !slices.Equal(got, parts) {
			t.Errorf("%q became %q, %v", parts, got, err)
		}
	}
}

func TestParseRefusals(t *testing.T) {
	two := page.Cursor("a", "b")
	for _, cursor := range []string{"?", "e30", two, strings.Repeat("A", 5000)} {
		_, err := page.Parse(&cursor, 3)
		list := fault.All(err)
		if len(list) != 1 || list[0].Code != fault.BadUserInput || list[0].Field != "after" {
			t.Errorf("%.20q: %v", cursor, err)
		}
	}
	empty := ""
	for _, none := range []*string{nil, &empty} {
		if parts, err := page.Parse(none, 3); parts != nil || err != nil {
			t.Errorf("the beginning: %v, %v", parts, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(page.Cursor("a", "b"))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		parts, err := page.Parse(&cursor, 2)
		if err == nil && parts != nil && len(parts) != 2 {
			t.Errorf("%q has %d parts", cursor, len(parts))
		}
	})
}
