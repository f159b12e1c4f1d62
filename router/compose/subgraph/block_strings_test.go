package subgraph

import "testing"

func TestBlockStringsAreDedentedBehindTheirFirstLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`"""a"""`, `"""a"""`},
		{"\"\"\"\n  a\n  b\"\"\"", "\"\"\"\n  a\n  b\"\"\""},
		{"\"\"\"a\n  b\n    c\n  \"\"\" x", "\"\"\"a\nb\n  c\n\"\"\"   x"},
		{"\"\"\"a\r\n\tb\"\"\"", "\"\"\"a\r\nb\"\"\" "},
		{"\"\"\"a\r  b\"\"\"", "\"\"\"a\rb\"\"\"  "},
		{"\"\"\"a\\\"\"\"\n  b\"\"\"", "\"\"\"a\\\"\"\"\nb\"\"\"  "},
		{"# \"\"\"a\n  b\"\"\"", "# \"\"\"a\n  b\"\"\""},
		{`"\"" ` + "\"\"\"a\n  b\"\"\"", `"\"" ` + "\"\"\"a\nb\"\"\"  "},
		{"\"\"\"a\n  b", "\"\"\"a\nb  "},
		{"\"\"\"a\n\n   \"\"\"", "\"\"\"a\n\n   \"\"\""},
	} {
		if got := dedentBlockStrings(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}
