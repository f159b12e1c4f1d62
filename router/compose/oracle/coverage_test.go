package oracle_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/weft-graphql/weft/router/compose/oracle"
)

// TestCorpusCoversEveryCode: every error code and hint is in the verdict of some case, or it is said why it cannot be.
func TestCorpusCoversEveryCode(t *testing.T) {
	cases, err := oracle.Cases()
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := oracle.Verdicts()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.Declared] = true
		if v := verdicts[c.ID()]; v != nil {
			for _, code := range slices.Concat(v.Errors, v.Hints) {
				seen[code] = true
			}
		}
	}
	declared := codes(t)
	if len(declared) < 100 {
		t.Fatalf("only %d codes are declared", len(declared))
	}
	for _, code := range declared {
		reason, listed := oracle.Unreachable[code]
		switch {
		case !seen[code] && !listed:
			t.Errorf("no case shows %s", code)
		case seen[code] && listed:
			t.Errorf("%s is listed as unreachable (%s), but a case shows it", code, reason)
		}
	}
}

// codes reads the string constants of package problem that name errors and hints.
func codes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../problem/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok && value.Kind == token.STRING {
				if code, err := strconv.Unquote(value.Value); err == nil {
					out = append(out, code)
				}
			}
		}
		return true
	})
	return out
}
