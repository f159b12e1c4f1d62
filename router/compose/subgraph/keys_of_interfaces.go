package subgraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// keysOfInterfaces: INTERFACE_KEY_NOT_ON_IMPLEMENTATION, a key of an interface is a key of all its implementations, and
// resolvable there if it is here.
func keysOfInterfaces(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, i := range s.Schema.Types() {
		if i.Kind != ast.Interface {
			continue
		}
		for _, key := range i.Directives {
			if key.Federation != federation.Key {
				continue
			}
			if e := s.keyOfImplementations(i, key); e != nil {
				out = append(out, e)
			}
		}
	}
	return out
}

func (s *Subgraph) keyOfImplementations(i *schema.Type, key *schema.Directive) *problem.Error {
	raw, _ := key.StringArg("fields")
	wanted := s.canonicalFields(i, raw)
	var lacking, unresolvable []*schema.Type
	for _, name := range s.Schema.PossibleTypes(i.Name) {
		t := s.Schema.Type(name)
		switch found, resolvable := s.hasKey(t, wanted); {
		case !found:
			lacking = append(lacking, t)
		case isResolvable(key) && !resolvable:
			unresolvable = append(unresolvable, t)
		}
	}
	types, how := lacking, "is not a key of"
	if len(types) == 0 {
		types, how = unresolvable, "is resolvable, but not for"
	}
	if len(types) == 0 {
		return nil
	}
	names := make([]string, len(types))
	e := s.Errorf(problem.InterfaceKeyNotOnImplementation, schema.Pos{}, "")
	for n, t := range types {
		names[n] = quote(t.Name)
		e.Positions = append(e.Positions, s.At(t.Pos)...)
	}
	e.Positions = append(e.Positions, s.At(key.Pos)...)
	e.Message = fmt.Sprintf(
		"Key @key(fields: %q) of interface %q %s its implementations %s.",
		raw,
		i.Name,
		how,
		strings.Join(names, ", "),
	)
	e.Suggestion = "Give every implementation @key(fields: " + quote(raw) + ")."
	return e
}

// hasKey reports whether a type has a key, and whether it is resolvable.
func (s *Subgraph) hasKey(t *schema.Type, wanted string) (found, resolvable bool) {
	for _, d := range t.Directives {
		raw, ok := d.StringArg("fields")
		if d.Federation == federation.Key && ok && s.canonicalFields(t, raw) == wanted {
			return true, isResolvable(d)
		}
	}
	return false, false
}

func isResolvable(key *schema.Directive) bool {
	v := key.Arg("resolvable")
	return v == nil || v.Raw != "false"
}

// canonicalFields writes a field set so that equal ones are equal strings, whatever the order of fields.
func (s *Subgraph) canonicalFields(t *schema.Type, raw string) string {
	selections, err := FieldSet(s.Schema, t, raw)
	if err != nil {
		return raw
	}
	return canonical(selections)
}
