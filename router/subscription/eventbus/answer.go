package eventbus

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
)

// Types tells of the graph's types what answers need.
type Types interface {
	// IsObject tells whether a type is an object type.
	IsObject(name string) bool
	// Applies tells whether a value of an object type meets a type condition.
	Applies(condition, object string) bool
}

// listening is a request for the messages of a field.
type listening struct {
	*asked
	declared *Declaration
	types    Types
	subjects []string
	where    []wanted
}

type wanted struct {
	path []string
	is   string
}

// listen fills in the arguments.
func (d *Declaration) listen(a *asked, types Types) (*listening, error) {
	l := &listening{asked: a, declared: d, types: types}
	for _, t := range d.Subjects {
		subject, err := t.subject(a.args)
		if err != nil {
			return nil, err
		}
		l.subjects = append(l.subjects, subject)
	}
	for _, c := range d.Where {
		is, err := c.is.fill(a.args)
		if err != nil {
			return nil, err
		}
		l.where = append(l.where, wanted{c.path, is})
	}
	return l, nil
}

// answer is the GraphQL answer that a message stands for; nil when it does not meet the conditions. A message that
// cannot be read is an answer with an error: it is no reason to end the subscription.
func (l *listening) answer(message []byte) []byte {
	var m any
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	if err := d.Decode(&m); err != nil || d.More() {
		return l.failed("a message of the event bus is not JSON")
	}
	for _, w := range l.where {
		if got, ok := scalarText(at(m, w.path)); !ok || got != w.is {
			return nil
		}
	}
	out := jsontext.AppendQuoted([]byte(`{"data":{`), l.field.Alias)
	out, err := l.value(append(out, ':'), at(m, l.declared.Value), l.declared.Type, l.field.SelectionSet)
	if err != nil {
		return l.failed(err.Error())
	}
	return append(out, "}}"...)
}

func (l *listening) failed(why string) []byte {
	out := jsontext.AppendQuoted([]byte(`{"errors":[{"message":`), "Subscription."+l.declared.Field+": "+why)
	return append(out, `}],"data":null}`...)
}

// value appends a value of a message as far as it is selected.
func (l *listening) value(out []byte, v any, t *ast.Type, selection ast.SelectionSet) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case []any:
		elem := t
		if t != nil && t.Elem != nil {
			elem = t.Elem
		}
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = l.value(out, item, elem, selection); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case map[string]any:
		if selection != nil {
			return l.object(out, v, t, selection)
		}
	}
	text, err := json.Marshal(v)
	return append(out, text...), err
}

// object appends the selected fields of an object. t is its declared type, nil below the field's own value.
func (l *listening) object(out []byte, object map[string]any, t *ast.Type, selection ast.SelectionSet) ([]byte, error) {
	typename, _ := object["__typename"].(string)
	if typename == "" && t != nil && l.types.IsObject(t.Name()) {
		typename = t.Name()
	}
	w := objectWriter{l: l, object: object, typename: typename, out: append(out, '{'), written: map[string]bool{}}
	if err := w.fields(selection); err != nil {
		return nil, err
	}
	return append(w.out, '}'), nil
}

type objectWriter struct {
	l        *listening
	object   map[string]any
	typename string
	out      []byte
	written  map[string]bool
}

func (w *objectWriter) fields(selection ast.SelectionSet) error {
	for _, s := range selection {
		switch s := s.(type) {
		case *ast.Field:
			if err := w.field(s); err != nil {
				return err
			}
		case *ast.InlineFragment:
			if err := w.fragment(s.TypeCondition, s.SelectionSet); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			if f := w.l.fragments.ForName(s.Name); f != nil {
				if err := w.fragment(f.TypeCondition, f.SelectionSet); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *objectWriter) fragment(condition string, selection ast.SelectionSet) error {
	if condition != "" {
		if w.typename == "" {
			return fmt.Errorf("a message has no __typename where the type of an object has to be known")
		}
		if !w.l.types.Applies(condition, w.typename) {
			return nil
		}
	}
	return w.fields(selection)
}

func (w *objectWriter) field(f *ast.Field) error {
	var v any = w.typename
	if f.Name != "__typename" {
		var there bool
		if v, there = w.object[f.Name]; !there {
			return nil // The executor says what is missing, as for every subgraph.
		}
	} else if w.typename == "" {
		return fmt.Errorf("a message has no __typename where the type of an object has to be known")
	}
	if w.written[f.Alias] {
		return nil
	}
	w.written[f.Alias] = true
	if len(w.written) > 1 {
		w.out = append(w.out, ',')
	}
	var err error
	w.out, err = w.l.value(append(jsontext.AppendQuoted(w.out, f.Alias), ':'), v, nil, f.SelectionSet)
	return err
}
