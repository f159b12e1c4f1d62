package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/schema"
)

// TestEverythingIsDescribed keeps the documentation in the playground complete.
func TestEverythingIsDescribed(t *testing.T) {
	for _, name := range schema.Names() {
		text, err := schema.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		document, err := parser.ParseSchema(&ast.Source{Name: name + ".graphql", Input: text})
		if err != nil {
			t.Fatal(err)
		}
		described := func(what, description string) {
			if strings.TrimSpace(description) == "" {
				t.Errorf("%s: %s has no description", name, what)
			}
		}
		for _, d := range document.Definitions {
			if d.Name != "Query" && d.Name != "Mutation" && d.Name != "Subscription" {
				described(d.Name, d.Description)
			}
			for _, f := range d.Fields {
				described(d.Name+"."+f.Name, f.Description)
				for _, a := range f.Arguments {
					described(d.Name+"."+f.Name+"("+a.Name+")", a.Description)
				}
			}
			for _, v := range d.EnumValues {
				described(d.Name+"."+v.Name, v.Description)
			}
		}
	}
}

func TestUnknownName(t *testing.T) {
	if _, err := schema.SDL("nobody"); err == nil || !strings.Contains(err.Error(), fmt.Sprint(schema.Names())) {
		t.Errorf("got %v", err)
	}
}
