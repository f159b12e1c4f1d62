package exectest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// explains checks that every value that is null in got, but not in want, has an error: at its own path, at that of
// something below it that is not there any more because null propagated, or, unless exact is set, at that of something
// it is part of.
func explains(want, got json.RawMessage, errors []ReferenceError, exact bool) error {
	return explained(want, got, nil, errors, exact)
}

func explained(want, got json.RawMessage, path []any, errors []ReferenceError, exact bool) error {
	if string(got) == "null" {
		at := steps(path)
		if string(want) == "null" || slices.ContainsFunc(errors, func(e ReferenceError) bool {
			if len(e.Path) == 0 {
				return false
			}
			to := steps(e.Path)
			return prefix(at, to) || !exact && prefix(to, at)
		}) {
			return nil
		}
		return fmt.Errorf("no error explains the null at %v", path)
	}
	switch {
	case got[0] == '{' && want[0] == '{':
		var w, g map[string]json.RawMessage
		if json.Unmarshal(want, &w) != nil || json.Unmarshal(got, &g) != nil {
			return fmt.Errorf("%s is not JSON", got)
		}
		for key := range w {
			if err := explained(w[key], g[key], append(slices.Clone(path), key), errors, exact); err != nil {
				return err
			}
		}
	case got[0] == '[' && want[0] == '[':
		var w, g []json.RawMessage
		if json.Unmarshal(want, &w) != nil || json.Unmarshal(got, &g) != nil || len(w) != len(g) {
			return fmt.Errorf("%s is not %s", got, want)
		}
		for i := range w {
			if err := explained(w[i], g[i], append(slices.Clone(path), i), errors, exact); err != nil {
				return err
			}
		}
	}
	return nil
}

// located checks that every error with a path has a location, and that each of them is that of the field the path ends
// at.
func located(query string, errors []ReferenceError) error {
	if len(errors) == 0 {
		return nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return err
	}
	keys := map[Location]string{}
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				keys[Location{s.Position.Line, s.Position.Column}] = s.Alias
				visit(s.SelectionSet)
			case *ast.InlineFragment:
				visit(s.SelectionSet)
			}
		}
	}
	visit(doc.Operations[0].SelectionSet)
	for _, f := range doc.Fragments {
		visit(f.SelectionSet)
	}
	for _, e := range errors {
		if len(e.Path) > 0 && len(e.Locations) == 0 {
			return fmt.Errorf("the error %q at %v has no location", e.Message, e.Path)
		}
		key := ""
		for _, step := range e.Path {
			if k, ok := step.(string); ok {
				key = k
			}
		}
		for _, at := range e.Locations {
			if keys[at] != key {
				return fmt.Errorf("the error %q at %v points at %q", e.Message, e.Path, keys[at])
			}
		}
	}
	return nil
}
