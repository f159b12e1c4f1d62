package supergraph

import (
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
)

// AccessKind is what a Requirement asks of callers.
type AccessKind uint8

const (
	// Authenticated asks that somebody vouches for the caller. https://specs.apollo.dev/authenticated/v0.1/
	Authenticated AccessKind = iota
	// RequiresScopes asks for scopes. https://specs.apollo.dev/requiresScopes/v0.1/
	RequiresScopes
	// Policy asks for policies, which somebody else decides about. https://specs.apollo.dev/policy/v0.1/
	Policy
)

// Requirement is what a caller must have to see something: an application of @authenticated, @requiresScopes or
// @policy. Equal ones are one Requirement.
type Requirement struct {
	ID   int
	Kind AccessKind
	// Alternatives are scopes or policies: all of one list are enough. No list at all is nothing that anybody has.
	Alternatives [][]string
	// Label names the requirement among the conditions of operations: the same in every graph that has it.
	Label string
}

// AccessLabel begins the labels of all requirements.
const AccessLabel = "access:"

// accessDirectives are the directives that keep things from callers, by the specification that has them.
var accessDirectives = map[string]AccessKind{
	federation.AuthenticatedIdentity: Authenticated, federation.RequiresScopesIdentity: RequiresScopes, federation.PolicyIdentity: Policy,
}

// IsAccess tells whether a specification is one of those that Requirements come from.
func IsAccess(url string) bool {
	parsed, err := federation.ParseFeatureURL(url)
	_, ok := accessDirectives[parsed.Identity]
	return err == nil && ok
}

// access reads who may see what. A field asks for everything that must be fulfilled to select it on its type: what it
// says itself, what its type says, what the type that it returns says, the same of the interfaces that it implements,
// and what the fields say that it is computed from (@requires).
func (l *loader) access() {
	if len(l.features.access) == 0 {
		return
	}
	r := accessReader{
		l:        l,
		known:    map[string]int{},
		own:      map[*Field][]int{},
		types:    map[*Type][]int{},
		required: map[*Field][]int{},
	}
	for _, t := range l.s.Types {
		r.types[t] = r.read(t.Definition.Directives)
		for _, f := range t.Fields {
			r.own[f] = r.read(f.Definition.Directives)
		}
	}
	if len(l.s.Requirements) == 0 {
		return
	}
	r.interfaces()
	for _, t := range l.s.Types {
		for _, f := range t.Fields {
			f.Access = r.field(f)
			for _, a := range f.Args {
				a.Access = r.input(a.Type.Name(), map[string]bool{})
			}
		}
	}
	for _, t := range l.s.Types {
		for _, f := range t.Fields {
			r.require(f, map[*Field]bool{})
		}
	}
	for f, more := range r.required {
		f.Access = union(f.Access, more)
	}
}

type accessReader struct {
	l *loader
	// known finds requirements by their labels.
	known map[string]int
	own   map[*Field][]int
	types map[*Type][]int
	// required is what fields inherit from those that they are computed from.
	required map[*Field][]int
}

// read returns the requirements among directives.
func (r *accessReader) read(directives ast.DirectiveList) []int {
	var ids []int
	for _, d := range directives {
		kind, ok := r.l.features.access[d.Name]
		if !ok {
			continue
		}
		req := &Requirement{ID: len(r.l.s.Requirements), Kind: kind}
		label := []byte(AccessLabel)
		switch kind {
		case Authenticated:
			label = append(label, "authenticated"...)
		case RequiresScopes:
			req.Alternatives = alternatives(d, "scopes")
			label = append(label, "scopes"...)
		case Policy:
			req.Alternatives = alternatives(d, "policies")
			label = append(label, "policies"...)
		}
		for _, all := range req.Alternatives {
			label = append(label, '|')
			for _, one := range all {
				label = append(strconv.AppendQuote(label, one), '&')
			}
		}
		req.Label = string(label)
		id, known := r.known[req.Label]
		if !known {
			id = req.ID
			r.known[req.Label] = id
			r.l.s.Requirements = append(r.l.s.Requirements, req)
		}
		ids = union(ids, []int{id})
	}
	return ids
}

// alternatives reads a list of lists of names, as strictly as it can be meant: one name stands for a list of one.
func alternatives(d *ast.Directive, argument string) [][]string {
	a := d.Arguments.ForName(argument)
	if a == nil || a.Value == nil {
		return nil
	}
	var out [][]string
	for _, all := range listed(a.Value) {
		var names []string
		for _, one := range listed(all) {
			names = append(names, one.Raw)
		}
		slices.Sort(names)
		out = append(out, slices.Compact(names))
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

func listed(v *ast.Value) []*ast.Value {
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	var out []*ast.Value
	for _, c := range v.Children {
		out = append(out, c.Value)
	}
	return out
}

// interfaces leaves interfaces what is their own, which holds for all that implement them. Composition gives them what
// any of their implementations asks for, which is decided for each runtime type here.
func (r *accessReader) interfaces() {
	own := map[*Type][]int{}
	for _, t := range r.l.s.Types {
		if t.Kind != ast.Interface {
			continue
		}
		var implemented []int
		for o := range t.Possible.All {
			implemented = union(implemented, r.types[r.l.s.Objects[o]])
		}
		own[t] = r.beyond(r.types[t], implemented)
		for _, f := range t.Fields {
			fields := implemented
			for o := range t.Possible.All {
				if of := r.l.s.Objects[o].Field(f.Name); of != nil {
					fields = union(fields, r.own[of])
				}
			}
			r.own[f] = r.beyond(r.own[f], fields)
		}
	}
	maps.Copy(r.types, own)
	for _, t := range r.l.s.Types {
		if t.Kind != ast.Object {
			continue
		}
		for _, i := range t.Interfaces {
			r.types[t] = union(r.types[t], own[i])
		}
	}
}

// beyond returns those requirements that others do not fulfil, all together: composition combines the alternatives that
// several implementations ask for.
func (r *accessReader) beyond(ids, others []int) []int {
	return slices.DeleteFunc(slices.Clone(ids), func(id int) bool { return r.implied(r.l.s.Requirements[id], others) })
}

// maxCombinations bounds what implied looks at. What it cannot tell it takes for asked for.
const maxCombinations = 4096

// implied tells whether whoever fulfils some requirements fulfils another one.
func (r *accessReader) implied(asked *Requirement, by []int) bool {
	combinations := [][]string{nil}
	found := false
	for _, id := range by {
		req := r.l.s.Requirements[id]
		if req.Kind != asked.Kind {
			continue
		}
		found = true
		if len(req.Alternatives) == 0 {
			continue
		}
		var more [][]string
		for _, have := range combinations {
			for _, all := range req.Alternatives {
				more = append(more, slices.Concat(have, all))
			}
		}
		if combinations = more; len(combinations) > maxCombinations {
			return slices.ContainsFunc(by, func(id int) bool { return r.l.s.Requirements[id] == asked })
		}
	}
	if !found || asked.Kind == Authenticated {
		return found
	}
	return !slices.ContainsFunc(combinations, func(have []string) bool {
		return !slices.ContainsFunc(asked.Alternatives, func(all []string) bool {
			return !slices.ContainsFunc(all, func(name string) bool { return !slices.Contains(have, name) })
		})
	})
}

func union(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *accessReader) field(f *Field) []int {
	ids := union(r.own[f], r.types[f.Parent])
	if f.Named != nil {
		ids = union(ids, r.types[f.Named])
	}
	for _, i := range f.Parent.Interfaces {
		ids = union(ids, r.types[i])
		if of := i.Field(f.Name); of != nil {
			ids = union(ids, r.own[of])
			if of.Named != nil {
				ids = union(ids, r.types[of.Named])
			}
		}
	}
	return ids
}

// input returns what is asked of those who give a value of an input type.
func (r *accessReader) input(name string, seen map[string]bool) []int {
	t := r.l.s.Type(name)
	if t == nil || seen[name] {
		return nil
	}
	seen[name] = true
	ids := r.types[t]
	if t.Kind == ast.InputObject {
		for _, f := range t.Definition.Fields {
			ids = union(ids, r.input(f.Type.Name(), seen))
		}
	}
	return ids
}

// require makes a field ask for what the fields ask for that it is computed from, and those for theirs.
func (r *accessReader) require(f *Field, seen map[*Field]bool) []int {
	if seen[f] {
		return nil
	}
	seen[f] = true
	var ids []int
	for _, in := range f.In {
		if in != nil {
			ids = union(ids, r.fieldSet(in.Requires, seen))
		}
	}
	if len(ids) > 0 {
		r.required[f] = union(r.required[f], ids)
	}
	return ids
}

func (r *accessReader) fieldSet(set FieldSet, seen map[*Field]bool) []int {
	var ids []int
	for _, item := range set {
		if item.Field != nil {
			ids = union(union(ids, item.Field.Access), r.require(item.Field, seen))
			for o := range item.Field.Parent.Possible.All {
				if of := r.l.s.Objects[o].Field(item.Name); of != nil {
					ids = union(ids, of.Access)
				}
			}
		}
		if item.On != nil {
			ids = union(ids, r.types[item.On])
		}
		ids = union(ids, r.fieldSet(item.Items, seen))
	}
	return ids
}
