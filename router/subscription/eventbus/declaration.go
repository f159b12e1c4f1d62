package eventbus

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Declaration says which messages are the events of a subscription field.
type Declaration struct {
	// Field is the field's name, and Type the type that it returns.
	Field string
	Type  *ast.Type
	// Subjects are the subjects of the messages; they may have wildcards.
	Subjects []template
	// Stream is the JetStream stream that keeps the messages; empty: the one that keeps the first subject, if there is
	// one.
	Stream string
	// Provider names the server among those of the router's settings.
	Provider string
	// Value is where a message holds what the field returns; empty: the whole message is it.
	Value []string
	// Where are the conditions that a message must meet to be an event.
	Where []condition
}

// condition asks that a message holds a value at a path.
type condition struct {
	path []string
	is   template
}

// Declare reads @events of a field. directive is an application of it.
func Declare(field *ast.FieldDefinition, directive *ast.Directive) (*Declaration, error) {
	d := &Declaration{Field: field.Name, Type: field.Type, Provider: "default"}
	fail := func(format string, args ...any) (*Declaration, error) {
		return nil, fmt.Errorf("@%s of Subscription.%s: %s", directive.Name, field.Name, fmt.Sprintf(format, args...))
	}
	text := func(name string, target *string) {
		if a := directive.Arguments.ForName(name); a != nil && a.Value.Kind == ast.StringValue {
			*target = a.Value.Raw
		}
	}
	value := ""
	text("stream", &d.Stream)
	text("provider", &d.Provider)
	text("value", &value)
	if value != "" {
		d.Value = strings.Split(value, ".")
	}
	for _, s := range texts(directive, "subjects") {
		t, err := parseTemplate(s, field)
		if err != nil {
			return fail("the subject %q %v", s, err)
		}
		d.Subjects = append(d.Subjects, t)
	}
	if len(d.Subjects) == 0 {
		return fail("it needs at least one subject: @%s(subjects: [\"orders.{{args.id}}\"])", directive.Name)
	}
	for _, s := range texts(directive, "where") {
		path, is, ok := strings.Cut(s, "=")
		if path = strings.TrimSpace(path); !ok || path == "" {
			return fail("the condition %q must be written as PATH=VALUE, such as key.id={{args.id}}", s)
		}
		t, err := parseTemplate(strings.TrimSpace(is), field)
		if err != nil {
			return fail("the condition %q %v", s, err)
		}
		d.Where = append(d.Where, condition{strings.Split(path, "."), t})
	}
	return d, nil
}

// texts are the strings of an argument that is a list of them, or one.
func texts(directive *ast.Directive, name string) []string {
	a := directive.Arguments.ForName(name)
	if a == nil || a.Value == nil {
		return nil
	}
	if a.Value.Kind == ast.StringValue || a.Value.Kind == ast.BlockValue {
		return []string{a.Value.Raw}
	}
	var out []string
	for _, c := range a.Value.Children {
		out = append(out, c.Value.Raw)
	}
	return out
}
