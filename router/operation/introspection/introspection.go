// Package introspection answers __schema and __type from an API schema, and __service where there is one.
//
// Specification: GraphQL, section 4.2, "Schema Introspection".
package introspection

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// More takes what was printed so far, and returns a buffer to go on in: the same, or an empty one. False means that
// the rest is not wanted.
type More func(out []byte) ([]byte, bool)

// piece is how much is printed between two calls of More, at most by one row of the schema.
const piece = 4 << 10

// Append writes the JSON value of a __schema, __type or __service field. The field comes from a validated document;
// variable returns the JSON of a variable of the operation, nil when it is absent. The value can be very large: types
// refer to each other in circles. more is called now and then, and can bound it; nil when nobody does.
func (s *Schema) Append(out []byte, field *ast.Field, variable func(name string) []byte, more More) []byte {
	w := &writer{s: s, out: out, more: more, due: len(out) + piece}
	c := compiler{variable: variable}
	switch field.Name {
	case "__schema":
		w.schema(c.selection(schemaColumns, field))
		return w.out
	case "__service":
		w.service(c.selection(serviceColumns, field))
		return w.out
	}
	if t, ok := s.byName[c.stringArgument(field, "name")]; ok {
		w.typ(c.selection(typeColumns, field), t)
	} else {
		w.text(null)
	}
	return w.out
}
