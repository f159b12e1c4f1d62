package fedtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// accessCaller is a caller, and what it may see of a graph: decided for one field of one object at a time.
type accessCaller struct {
	graph *graph
	whole *ast.Schema
	// known tells that somebody vouches for the caller; has are its scopes and policies.
	known bool
	has   map[string]bool
}

func (c *accessCaller) String() string {
	return fmt.Sprintf("known: %v, with %s", c.known, strings.Join(c.names(""), " "))
}

// names are the scopes, or policies, of a caller that begin with something.
func (c *accessCaller) names(prefix string) (out []string) {
	for name := range c.has {
		if strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// fulfils tells whether the caller has everything that is asked for.
func (c *accessCaller) fulfils(asks []ask) bool {
	for _, a := range asks {
		if a.directive == "authenticated" && c.known {
			continue
		}
		if !slices.ContainsFunc(a.alternatives, func(all []string) bool {
			return !slices.ContainsFunc(all, func(name string) bool { return !c.has[name] })
		}) {
			return false
		}
	}
	return true
}

// all is everything that selecting a field of an object asks for, but for its arguments.
func (c *accessCaller) all(o *typ, f *field) []ask {
	asks := slices.Concat(c.graph.asksOf(o, f), c.graph.needs(o, f.requires, []*field{f}))
	// What an interface asks for holds for all that implement it.
	asks = append(asks, c.inherited(o)...)
	return append(asks, c.inherited(f.typ.named)...)
}

// inherited is what the interfaces of a type ask for.
func (c *accessCaller) inherited(t *typ) (asks []ask) {
	if def := c.whole.Types[t.name]; def != nil && t.kind == objectKind {
		for _, name := range def.Interfaces {
			asks = append(asks, c.graph.asksOfType(c.graph.typeNamed(name))...)
		}
	}
	return asks
}

// given is what the arguments ask for that are given to a field.
func (c *accessCaller) given(f *field, nodes []*ast.Field) (asks []ask) {
	for _, a := range f.args {
		if slices.ContainsFunc(nodes, func(n *ast.Field) bool { return n.Arguments.ForName(a.name) != nil }) {
			asks = append(asks, c.input(a.typ.named, nil)...)
		}
	}
	return asks
}

// input is what giving a value of a type asks for: all that could be in it.
func (c *accessCaller) input(t *typ, seen []*typ) []ask {
	if slices.Contains(seen, t) {
		return nil
	}
	asks := c.graph.asksOfType(t)
	if t.kind == inputKind {
		for _, f := range t.fields {
			if def := c.whole.Types[t.name]; def != nil && def.Fields.ForName(f.name) != nil {
				asks = append(asks, c.input(f.typ.named, append(seen, t))...)
			}
		}
	}
	return asks
}

// may tells whether the caller may see a field of an object that is asked for as it stands in the document.
func (c *accessCaller) may(o *typ, nodes []*ast.Field) bool {
	f := o.field(nodes[0].Name)
	return f == nil || c.fulfils(c.all(o, f)) && c.fulfils(c.given(f, nodes))
}

// refused is a field in an operation that a caller may not see.
type refused struct {
	path string
	at   location
}

// refusals finds the fields of an operation that the caller may not see, whatever there turns out to be. Paths end at
// the first list.
func (c *accessCaller) refusals(x *execution, op *ast.OperationDefinition) []refused {
	r := &refusalFinder{caller: c, x: x, seen: map[string]bool{}}
	root := c.graph.query
	if op.Operation == ast.Mutation {
		root = c.graph.mutation
	}
	r.walk([]*ast.Definition{c.whole.Types[root.name]}, op.SelectionSet, nil, false)
	return r.found
}

type refusalFinder struct {
	caller *accessCaller
	x      *execution
	found  []refused
	// seen are the selection sets that were walked: different types of objects often have the same.
	seen map[string]bool
}

func (r *refusalFinder) walk(possible []*ast.Definition, sel ast.SelectionSet, path []string, ended bool) {
	for _, def := range possible {
		o := r.caller.graph.typeNamed(def.Name)
		for _, field := range r.x.collect(def.Name, sel, "", nil) {
			first := field.nodes[0]
			if strings.HasPrefix(first.Name, "__") {
				continue
			}
			at := path
			if !ended {
				at = append(slices.Clone(path), field.key)
			}
			if !r.caller.may(o, field.nodes) {
				e := refused{strings.Join(at, "."), location{first.Position.Line, first.Position.Column}}
				if !slices.Contains(r.found, e) {
					r.found = append(r.found, e)
				}
				continue
			}
			var sub ast.SelectionSet
			key := fmt.Sprintf("%q %s", at, first.Definition.Type.Name())
			for _, n := range field.nodes {
				sub = append(sub, n.SelectionSet...)
				key += fmt.Sprint(" ", n.Position.Start)
			}
			to := r.caller.whole.Types[first.Definition.Type.Name()]
			if len(sub) > 0 && !r.seen[key] {
				r.seen[key] = true
				r.walk(r.caller.whole.GetPossibleTypes(to), sub, at, ended || first.Definition.Type.Elem != nil)
			}
		}
	}
}

// mayBeAsked tells whether a subgraph may be asked something for the callers whose operations are in progress. Keys are
// the router's business: it finds entities with them, whoever asks.
func (r *rig) mayBeAsked(schema *ast.Schema, s int, doc *ast.QueryDocument) (err error) {
	if r.callers == nil {
		return nil
	}
	var visit func(t *ast.Definition, set ast.SelectionSet)
	visit = func(t *ast.Definition, set ast.SelectionSet) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if t != nil && !strings.HasPrefix(sel.Name, "_") && !r.mayOne(r.graph.typeIn(s, t.Name), s, sel) {
					err = fmt.Errorf("nobody who asks may see %s.%s", t.Name, sel.Name)
				}
				if sel.Definition != nil {
					visit(schema.Types[sel.Definition.Type.Name()], sel.SelectionSet)
				}
			case *ast.InlineFragment:
				on := t
				if sel.TypeCondition != "" {
					on = schema.Types[sel.TypeCondition]
				}
				visit(on, sel.SelectionSet)
			case *ast.FragmentSpread:
				f := doc.Fragments.ForName(sel.Name)
				visit(schema.Types[f.TypeCondition], f.SelectionSet)
			}
		}
	}
	for _, op := range doc.Operations {
		root := schema.Query
		if op.Operation == ast.Mutation {
			root = schema.Mutation
		}
		visit(root, op.SelectionSet)
	}
	return err
}

// mayOne tells whether one of the callers may see a field of one of the objects that a type stands for in a subgraph.
func (r *rig) mayOne(t *typ, s int, node *ast.Field) bool {
	if t == nil || t.kind == unionKind {
		return true
	}
	for _, o := range r.graph.possibleAt(s, t) {
		f := o.field(node.Name)
		if f == nil || f.id != notIdentity {
			return true
		}
		for _, c := range r.callers {
			// What something is computed from is asked for with arguments that no client gave.
			if c.fulfils(c.all(o, f)) && (r.graph.required(f) || c.fulfils(c.given(f, []*ast.Field{node}))) {
				return true
			}
		}
	}
	return false
}
