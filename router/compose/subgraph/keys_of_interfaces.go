package subgraph

import (
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
			raw, _ := key.StringArg("fields")
			wanted := s.canonicalFields(i, raw)
			for _, name := range s.Schema.PossibleTypes(i.Name) {
				if e := s.keyOfImplementation(s.Schema.Type(name), i, key, wanted); e != nil {
					out = append(out, e)
				}
			}
		}
	}
	return out
}

func (s *Subgraph) keyOfImplementation(t, i *schema.Type, key *schema.Directive, wanted string) *problem.Error {
	raw, _ := key.StringArg("fields")
	unresolvable := false
	for _, d := range t.Directives {
		own, ok := d.StringArg("fields")
		if d.Federation != federation.Key || !ok || s.canonicalFields(t, own) != wanted {
			continue
		}
		if !isResolvable(key) || isResolvable(d) {
			return nil
		}
		unresolvable = true
	}
	what := "lacks"
	if unresolvable {
		what = "declares as not resolvable"
	}
	e := s.Errorf(problem.InterfaceKeyNotOnImplementation, t.Pos, "Interface %q has @key(fields: %q), which its implementation %q %s.", i.Name, raw, t.Name, what)
	e.Positions = append(e.Positions, s.At(key.Pos)...)
	e.Suggestion = "Add @key(fields: " + quote(raw) + ") to type " + t.Name + "."
	return e
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
