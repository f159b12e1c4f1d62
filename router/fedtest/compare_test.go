package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// same compares an answer with the expected one: the data byte for byte, and the errors by what they made null.
func same(want, got *answer) error {
	if !bytes.Equal(want.Data, got.Data) {
		if len(got.Errors) > 0 && len(want.Errors) == 0 {
			return fmt.Errorf("unexpected error %q at %v", got.Errors[0].Message, got.Errors[0].Path)
		}
		return fmt.Errorf("the data differ; expected errors %v", want.Errors)
	}
	data := decode(got.Data)
	for _, g := range got.Errors {
		known := slices.ContainsFunc(want.Errors, func(w answerError) bool { return prefix(nulled(data, w.Path), g.Path) })
		if !known {
			return fmt.Errorf("unexpected error %q at %v", g.Message, g.Path)
		}
		if err := pointsAt(g, want.Errors, data); err != nil {
			return err
		}
	}
	for _, w := range want.Errors {
		region := nulled(data, w.Path)
		others := slices.ContainsFunc(want.Errors, func(o answerError) bool { return prefix(region, o.Path) && !equal(o.Path, w.Path) })
		found := slices.ContainsFunc(got.Errors, func(g answerError) bool {
			return equal(g.Path, w.Path) || others && prefix(region, g.Path)
		})
		if !found {
			return fmt.Errorf("the error %q at %v is missing", w.Message, w.Path)
		}
	}
	return nil
}

// pointsAt checks that an error has one location, and that it is one of those of the expected error at the same path.
// When the object is not there any more, its runtime type may never have been known: any field of the key will do then.
func pointsAt(g answerError, want []answerError, data any) error {
	if len(g.Locations) != 1 {
		return fmt.Errorf("the error %q at %v has %d locations", g.Message, g.Path, len(g.Locations))
	}
	for _, w := range want {
		if equal(w.Path, g.Path) && len(nulled(data, g.Path)) >= len(g.Path) && !slices.Contains(w.Locations, g.Locations[0]) {
			return fmt.Errorf("the error %q at %v points at %v instead of %v", g.Message, g.Path, g.Locations, w.Locations)
		}
	}
	return nil
}

// located checks that every error with a path has a location, that of a field with the key the path ends with.
func (r *rig) located(op *randomOperation, errors []answerError) error {
	if len(errors) == 0 {
		return nil
	}
	doc, errs := loadQuery(r.whole, op.text)
	if len(errs) > 0 {
		return errs
	}
	keys := map[location]string{}
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				keys[location{s.Position.Line, s.Position.Column}] = s.Alias
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
		key := ""
		for _, step := range e.Path {
			if k, ok := step.(string); ok {
				key = k
			}
		}
		if len(e.Path) > 0 && len(e.Locations) != 1 || len(e.Locations) == 1 && keys[e.Locations[0]] != key {
			return fmt.Errorf("the error %q at %v points at %v", e.Message, e.Path, e.Locations)
		}
	}
	return nil
}

func decode(raw json.RawMessage) any {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return v
}

// nulled returns the part of an error's path that leads to what became null because of it.
func nulled(data any, path []any) []any {
	for i, step := range path {
		if data == nil {
			return path[:i]
		}
		data = at(data, step)
	}
	return path
}

func at(data, step any) any {
	switch d := data.(type) {
	case map[string]any:
		key, _ := step.(string)
		return d[key]
	case []any:
		if i := index(step); i >= 0 && i < len(d) {
			return d[i]
		}
	}
	return nil
}

// index is a step of a path as a list index; -1 when it is a key.
func index(step any) int {
	switch i := step.(type) {
	case int:
		return i
	case float64:
		return int(i)
	}
	return -1
}

func equal(a, b []any) bool { return len(a) == len(b) && prefix(a, b) }

// prefix tells whether a path begins with another.
func prefix(of, path []any) bool {
	if len(of) > len(path) {
		return false
	}
	for i := range of {
		if fmt.Sprint(of[i]) != fmt.Sprint(path[i]) {
			return false
		}
	}
	return true
}

// honest checks an answer when subgraphs fail or answer nonsense: whatever is there is true, and what is missing is
// null with an error that says so.
func honest(truth json.RawMessage, got *answer) error {
	return honestAt(decode(truth), decode(got.Data), nil, got.Errors)
}

func honestAt(truth, got any, path []any, errors []answerError) error {
	if got == nil {
		if truth == nil || slices.ContainsFunc(errors, func(e answerError) bool { return prefix(path, e.Path) || prefix(e.Path, path) }) {
			return nil
		}
		return fmt.Errorf("null at %v without an error", path)
	}
	switch t := truth.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(t) {
			return fmt.Errorf("something else than an object, or other fields, at %v", path)
		}
		for key := range t {
			if _, there := g[key]; !there {
				return fmt.Errorf("the field %s is not there at %v", key, path)
			}
			if err := honestAt(t[key], g[key], append(slices.Clone(path), key), errors); err != nil {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(t) {
			return fmt.Errorf("something else than a list, or a list of another length, at %v", path)
		}
		for i := range t {
			if err := honestAt(t[i], g[i], append(slices.Clone(path), i), errors); err != nil {
				return err
			}
		}
		return nil
	}
	if truth != got {
		return fmt.Errorf("%v instead of %v at %v", got, truth, path)
	}
	return nil
}
