package eventbus

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// template is a text with arguments of a field in it: "orders.{{args.id}}".
type template []piece

// piece is a text, or where an argument goes: its name and, for input objects, the fields on the way to the value.
type piece struct {
	text string
	path []string
}

// parseTemplate reads a template, the arguments of which must be the field's.
func parseTemplate(s string, field *ast.FieldDefinition) (template, error) {
	var t template
	for {
		text, rest, found := strings.Cut(s, "{{")
		if text != "" {
			t = append(t, piece{text: text})
		}
		if !found {
			return t, nil
		}
		inner, behind, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, errors.New(`has "{{" without "}}"`)
		}
		path := strings.Split(strings.TrimSpace(inner), ".")
		if len(path) < 2 || path[0] != "args" {
			return nil, fmt.Errorf("has {{%s}}; only arguments can stand there, such as {{args.id}}", inner)
		}
		if field.Arguments.ForName(path[1]) == nil {
			return nil, fmt.Errorf("names the argument %q, which the field does not have", path[1])
		}
		t = append(t, piece{path: path[1:]})
		s = behind
	}
}

// fill puts arguments into the template.
func (t template) fill(args map[string]any) (string, error) {
	var b strings.Builder
	for _, p := range t {
		if p.path == nil {
			b.WriteString(p.text)
			continue
		}
		text, ok := scalarText(at(args, p.path))
		if !ok {
			return "", fmt.Errorf("the argument %q must have a value that is no list and no object",
				strings.Join(p.path, "."))
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// subject is fill for a subject: what arguments bring along is one token each, never a wildcard.
func (t template) subject(args map[string]any) (string, error) {
	for _, p := range t {
		if text, ok := scalarText(at(args, p.path)); p.path != nil && ok && !isToken(text) {
			return "", fmt.Errorf("the argument %q is %s: it must not be empty, nor have dots, white space, * or > in it",
				strings.Join(p.path, "."), strconv.Quote(text))
		}
	}
	return t.fill(args)
}

// isToken tells that a text is one token of a subject.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune(".*>\x7f", r) })
}

// at is the value at a path of an object, or nil.
func at(object any, path []string) any {
	for _, name := range path {
		fields, ok := object.(map[string]any)
		if !ok {
			return nil
		}
		object = fields[name]
	}
	return object
}

// scalarText is a scalar as text: what strings hold, numbers as they are written, true or false.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
