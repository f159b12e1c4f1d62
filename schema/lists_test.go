package schema_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// choices are lists that somebody has chosen, of at most 20 entries: there is no more of them to be read.
var choices = []string{"Query.featured", "Product.related"}

// TestListsThatGoOnAreConnections wants every list that a part is asked of to be readable to its end, from both sides:
// to be a connection, or to have one of the same things beside it.
//
// Specification: https://relay.dev/graphql/connections.htm
func TestListsThatGoOnAreConnections(t *testing.T) {
	files, err := filepath.Glob("*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	connections, chosen := 0, 0
	for _, file := range files {
		if file == "supergraph.graphql" { // has all the others', written in another way
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := parser.ParseSchema(&ast.Source{Name: file, Input: string(text)})
		if err != nil {
			t.Fatal(err)
		}
		types := slices.Concat(document.Definitions, document.Extensions)
		for _, d := range types {
			for _, f := range d.Fields {
				name := d.Name + "." + f.Name
				switch {
				case strings.HasSuffix(f.Type.Name(), "Connection"):
					connections++
					for _, wrong := range wrongWithConnection(types, f) {
						t.Errorf("%s: %s %s", file, name, wrong)
					}
				case !counted(f):
				case slices.Contains(choices, name):
					chosen++
				case f.Type.Elem != nil && !connectionBeside(types, d, f.Type.Name()):
					t.Errorf("%s: %s takes a part of a list that cannot be read on: make it a connection", file, name)
				}
			}
		}
	}
	if connections < 30 || chosen != 2*len(choices) { // each is in its subgraph, and in what clients see
		t.Errorf("%d connections and %d choices were looked at", connections, chosen)
	}
}

// counted reports whether the field is told how many entries are wanted.
func counted(f *ast.FieldDefinition) bool {
	return slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool {
		return slices.Contains([]string{"first", "last", "limit"}, a.Name)
	})
}

// connectionBeside reports whether the type has a connection of such nodes.
func connectionBeside(types ast.DefinitionList, d *ast.Definition, node string) bool {
	return slices.ContainsFunc(d.Fields, func(f *ast.FieldDefinition) bool {
		return strings.HasSuffix(f.Type.Name(), "Connection") && typeOf(types, f.Type.Name(), "nodes") == "["+node+"!]!"
	})
}

// typeOf is the type of a field; empty when there is none.
func typeOf(types ast.DefinitionList, typeName, field string) string {
	d := types.ForName(typeName)
	if d == nil || d.Fields.ForName(field) == nil {
		return ""
	}
	return d.Fields.ForName(field).Type.String()
}

// wrongWithConnection is what keeps the field from being read in both directions.
func wrongWithConnection(types ast.DefinitionList, f *ast.FieldDefinition) (wrong []string) {
	for argument, want := range map[string]string{"first": "Int", "last": "Int", "after": "String", "before": "String"} {
		if a := f.Arguments.ForName(argument); a == nil || a.Type.String() != want || a.DefaultValue != nil {
			wrong = append(wrong, "must take `"+argument+": "+want+"`, without a default")
		}
	}
	connection := f.Type.Name()
	edge := strings.TrimSuffix(connection, "Connection") + "Edge"
	if got := typeOf(types, connection, "edges"); got != "["+edge+"!]!" {
		wrong = append(wrong, "has edges of the type "+got)
	}
	if got := typeOf(types, edge, "cursor"); got != "String!" {
		wrong = append(wrong, "has a cursor of the type "+got)
	}
	if node := strings.Trim(typeOf(types, connection, "nodes"), "[]!"); node == "" || typeOf(types, edge, "node") != node+"!" {
		wrong = append(wrong, "has nodes that are not those of its edges")
	}
	if got := typeOf(types, connection, "pageInfo"); got != "PageInfo!" {
		wrong = append(wrong, "has a pageInfo of the type "+got)
	}
	for field, want := range map[string]string{
		"hasNextPage": "Boolean!", "hasPreviousPage": "Boolean!", "startCursor": "String", "endCursor": "String",
	} {
		if got := typeOf(types, "PageInfo", field); got != want {
			wrong = append(wrong, "has a PageInfo whose "+field+" is of the type "+got)
		}
	}
	return wrong
}
