package federation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/federation"
)

func TestLinkedNamesMustBeNames(t *testing.T) {
	for _, arguments := range []string{
		`as: "a b"`, `as: ""`, `as: "1a"`, `as: "é"`,
		`import: ["@"]`, `import: ["@@key"]`, `import: ["Field Set"]`,
		`import: [{name: "@key", as: "@a b"}]`, `import: [{name: "@key", as: "@@k"}]`, `import: [{name: "@key", as: "k"}]`,
	} {
		doc, err := parser.ParseSchema(&ast.Source{Input: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", ` + arguments + `)`})
		if err != nil {
			t.Fatal(err)
		}
		if _, errs := federation.ParseLinks(doc); len(errs) != 1 || errs[0].Code != federation.CodeInvalidUsage {
			t.Errorf("%s: errors %+v", arguments, errs)
		}
	}
}

func TestFieldSetsAreUTF8(t *testing.T) {
	_, err := federation.ParseFieldSet("é(x: \"\xe7\")")
	var located *federation.FieldSetError
	if !errors.As(err, &located) || located.Offset != 6 || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("%+v", err)
	}
	if _, err := federation.ParseFieldSet("f(x: \"\uFFFD\")"); err != nil {
		t.Errorf("a replacement character is valid: %v", err)
	}
}
