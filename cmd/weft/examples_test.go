package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// readmeDocument finds the documents in README.md: `"query": "{ ... }"`, as curl sends them.
var readmeDocument = regexp.MustCompile(`"query":\s*("(?:[^"\\]|\\.)+")`)

// TestExamplesAskForNothingDeprecated: what people see first is valid, and asks for what is there to stay.
func TestExamplesAskForNothingDeprecated(t *testing.T) {
	root := filepath.Join("..", "..")
	api, err := os.ReadFile(filepath.Join(root, "schema", "api.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "api.graphql", Input: string(api)})
	if err != nil {
		t.Fatal(err)
	}
	documents := []string{demoQuery, shopTour}
	for _, match := range readmeDocument.FindAllStringSubmatch(string(readme), -1) {
		var document string
		if err := json.Unmarshal([]byte(match[1]), &document); err != nil {
			t.Fatal(match[1], err)
		}
		// What is fed by events is only part of the graph where there is a bus.
		if !strings.HasPrefix(document, "subscription") {
			documents = append(documents, document)
		}
	}
	if len(documents) < 4 {
		t.Fatalf("README.md has only %d documents", len(documents)-2)
	}
	for _, document := range documents {
		parsed, errs := gqlparser.LoadQueryWithRules(schema, document, rules.NewDefaultRules())
		if errs != nil {
			t.Errorf("%s: %v", document, errs)
			continue
		}
		for _, operation := range parsed.Operations {
			for _, name := range deprecated(operation.SelectionSet) {
				t.Errorf("%s is deprecated: %s", name, document)
			}
		}
	}
}

// deprecated returns the names of the fields that are, fragments without names included.
func deprecated(set ast.SelectionSet) (names []string) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Definition.Directives.ForName("deprecated") != nil {
				names = append(names, s.Name)
			}
			names = append(names, deprecated(s.SelectionSet)...)
		case *ast.InlineFragment:
			names = append(names, deprecated(s.SelectionSet)...)
		}
	}
	return names
}
