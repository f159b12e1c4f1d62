package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Directive is an executable directive that subgraphs define, as an operation applies it.
// GraphQL specification, section 2.12.
type Directive struct {
	Name string
	Args []Argument
}

// Applied are the directives with which a field stands somewhere in the client's document. A field that stands there
// several times has one for each time, without repetitions.
type Applied struct {
	// Around are those of the fragments around the field in its selection set, the outermost first, and Own its own.
	Around [][]*Directive
	Own    []*Directive
	around string
	own    string
}

// AroundKey is equal for what stands below the same directives of fragments.
func (a *Applied) AroundKey() string { return a.around }

// Equal tells whether directives say the same.
func (a *Applied) Equal(o *Applied) bool { return a.around == o.around && a.own == o.own }

// SameApplied tells whether two fields stand in the document with the same directives, in the same ways.
func SameApplied(a, b []*Applied) bool { return slices.EqualFunc(a, b, (*Applied).Equal) }

// Plain tells whether there are no directives at all.
func (a *Applied) Plain() bool { return len(a.Around) == 0 && len(a.Own) == 0 }

// decided are the directives that the router itself carries out.
var decided = map[string]bool{"skip": true, "include": true, "defer": true}

// isForwarded tells whether a directive is for subgraphs.
func isForwarded(d *ast.Directive) bool { return !decided[d.Name] }

// definesDirectives tells whether a schema has directives besides those of the specifications.
func definesDirectives(api *ast.Schema) bool {
	for name, def := range api.Directives {
		if !decided[name] && (def.Position == nil || def.Position.Src == nil || !def.Position.Src.BuiltIn) {
			return true
		}
	}
	return false
}

// forwarded returns the directives of a list that are for subgraphs.
func (p *Prepared) forwarded(list ast.DirectiveList) []*Directive {
	var out []*Directive
	for _, d := range list {
		if !isForwarded(d) {
			continue
		}
		f := &Directive{Name: d.Name}
		if def := p.Supergraph.API.Directives[d.Name]; def != nil {
			for _, a := range def.Arguments {
				if given := d.Arguments.ForName(a.Name); given != nil {
					f.Args = append(f.Args, Argument{Name: a.Name, Value: given.Value, Type: a.Type})
				}
			}
		}
		out = append(out, f)
	}
	return out
}

func writeDirectives(b *strings.Builder, list []*Directive) {
	for _, d := range list {
		b.WriteString("@" + d.Name)
		for _, a := range d.Args {
			b.WriteString("(" + a.Name + ":" + a.Value.String() + ")")
		}
	}
}

// enclosed are the directives of the fragments around a place in the document.
type enclosed struct {
	lists [][]*Directive
	key   string
}

// below adds the directives of a fragment, which may be nil.
func (e *enclosed) below(list []*Directive) *enclosed {
	if len(list) == 0 {
		return e
	}
	out := &enclosed{lists: [][]*Directive{list}}
	var b strings.Builder
	if e != nil {
		out.lists = append(slices.Clone(e.lists), list)
		b.WriteString(e.key)
	}
	b.WriteByte('{')
	writeDirectives(&b, list)
	out.key = b.String()
	return out
}

// applied returns the directives of the fields that were merged into one, nil when none has any.
func (n *normaliser) applied(nodes []node) []*Applied {
	if !n.p.directed {
		return nil
	}
	var out []*Applied
	for _, nd := range nodes {
		a := &Applied{Own: n.p.forwarded(nd.field.Directives)}
		if nd.around != nil {
			a.Around, a.around = nd.around.lists, nd.around.key
		}
		var b strings.Builder
		writeDirectives(&b, a.Own)
		a.own = b.String()
		if !slices.ContainsFunc(out, a.Equal) {
			out = append(out, a)
		}
	}
	if len(out) == 1 && out[0].Plain() {
		return nil
	}
	return out
}

// directiveFinder looks for directives that are for subgraphs but cannot be passed on to them.
type directiveFinder struct {
	p    *Prepared
	seen map[string]bool
	errs gqlerror.List
	more int
}

// findDirectives notes whether an operation has directives that are for subgraphs, and reports those that would be
// lost: the first of them, and how many there are besides.
func (p *Prepared) findDirectives() (errs gqlerror.List, more int) {
	if !definesDirectives(p.Supergraph.API) {
		return nil, 0
	}
	f := directiveFinder{p: p, seen: map[string]bool{}}
	f.note(p.Definition.Directives)
	for _, v := range p.Definition.VariableDefinitions {
		f.note(v.Directives)
	}
	f.selectionSet(p.Definition.SelectionSet, false)
	return f.errs, f.more
}

func (f *directiveFinder) note(list ast.DirectiveList) (found *ast.Directive) {
	if i := slices.IndexFunc(list, isForwarded); i >= 0 {
		f.p.directed = true
		return list[i]
	}
	return nil
}

// selectionSet looks at a selection set, which is the router's own below __schema and __type. It tells whether a
// subgraph is asked for something in it.
func (f *directiveFinder) selectionSet(set ast.SelectionSet, own bool) (asks bool) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			below := own || strings.HasPrefix(sel.Name, "__")
			if d := f.note(sel.Directives); d != nil && below {
				f.lost(d, "the router answers %s.%s itself", sel.ObjectDefinition.Name, sel.Name)
			}
			f.selectionSet(sel.SelectionSet, below)
			asks = asks || !below
		case *ast.InlineFragment:
			asks = f.fragment(f.note(sel.Directives), sel.SelectionSet, own) || asks
		case *ast.FragmentSpread:
			def := f.p.fragments[sel.Name]
			if def == nil {
				continue
			}
			applied := f.note(sel.Directives)
			for _, list := range []ast.DirectiveList{sel.Directives, def.Directives} {
				for _, d := range list {
					if isForwarded(d) && (d.Definition == nil || !slices.Contains(d.Definition.Locations, ast.LocationInlineFragment)) {
						f.lost(d, "subgraphs are asked with inline fragments, where it may not stand")
					}
				}
			}
			if on := f.note(def.Directives); on != nil {
				applied = on
			}
			asks = f.named(sel.Name, def, applied, own) || asks
		}
	}
	return asks
}

func (f *directiveFinder) fragment(applied *ast.Directive, set ast.SelectionSet, own bool) bool {
	asks := f.selectionSet(set, own)
	if applied != nil && !asks {
		f.lost(applied, "nothing in the fragment is asked of a subgraph")
	}
	return asks
}

// named looks at a named fragment, once for each way it is used.
func (f *directiveFinder) named(name string, def *ast.FragmentDefinition, applied *ast.Directive, own bool) bool {
	key := name
	if own {
		key = "__ " + name
	}
	asks, known := f.seen[key]
	if !known {
		f.seen[key] = true // fragments do not spread themselves
		asks = f.selectionSet(def.SelectionSet, own)
		f.seen[key] = asks
	}
	if applied != nil && !asks {
		f.lost(applied, "nothing in the fragment is asked of a subgraph")
	}
	return asks
}

// maxLost is how many directives that would be lost are told.
const maxLost = 100

func (f *directiveFinder) lost(d *ast.Directive, why string, args ...any) {
	if len(f.errs) >= maxLost {
		f.more++
		return
	}
	message := "The directive \"@%s\" cannot be passed on to subgraphs here: " + why + "."
	err := gqlerror.ErrorPosf(d.Position, message, append([]any{d.Name}, args...)...)
	if !slices.ContainsFunc(f.errs, func(o *gqlerror.Error) bool {
		return o.Message == err.Message && slices.Equal(o.Locations, err.Locations)
	}) {
		f.errs = append(f.errs, err)
	}
}
