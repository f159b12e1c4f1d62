package supergraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/federation"
)

// ownership is what supergraphs of Federation 1 composition (join v0.1) leave unsaid: entities have an owner, which
// resolves every field that names no other subgraph, and types without keys stand wherever something has them.
type ownership struct {
	l *loader
	// reachable are the types of each subgraph by Subgraph.ID.
	reachable []map[string]bool
	// implementations are the types that name an interface.
	implementations map[string][]*ast.Definition
	definitions     map[string]*ast.Definition
}

func (l *loader) ownership() *ownership {
	o := &ownership{l: l, implementations: map[string][]*ast.Definition{}, definitions: map[string]*ast.Definition{}}
	for _, t := range l.s.Types {
		o.definitions[t.Name] = t.Definition
		for _, i := range t.Definition.Interfaces {
			o.implementations[i] = append(o.implementations[i], t.Definition)
		}
	}
	for _, g := range l.s.Subgraphs {
		o.reachable = append(o.reachable, o.walk(g))
	}
	return o
}

// reaches tells whether a subgraph has a type.
func (o *ownership) reaches(g *Subgraph, typeName string) bool { return o.reachable[g.ID][typeName] }

// resolves tells whether a subgraph resolves a field of a type. What is known of interfaces is only that those of all
// subgraphs together have a field, so that one has it in a subgraph if the entities do that implement it there.
func (o *ownership) resolves(g *Subgraph, parent *ast.Definition, f *ast.FieldDefinition) bool {
	if joins := f.Directives.ForNames(o.l.features.joined("field")); len(joins) > 0 {
		return o.joins(g, joins) != nil
	}
	if parent.Kind == ast.Interface {
		for _, t := range o.implementations[parent.Name] {
			own := t.Fields.ForName(f.Name)
			if own != nil && o.joins(g, t.Directives.ForNames(o.l.features.joined("type"))) != nil && !o.resolves(g, t, own) {
				return false
			}
		}
	}
	owner := parent.Directives.ForName(o.l.features.joined("owner"))
	return owner == nil || stringArg(owner, "graph") == g.Graph
}

// has tells whether a subgraph that has the parent of a field, which names no subgraph, has the field as well: not if
// it is of a type that the subgraph does not know.
func (o *ownership) has(g *Subgraph, f *Field) bool {
	known := f.Named.In[g.ID] != nil || f.Named.Definition.BuiltIn
	return known && o.resolves(g, f.Parent.Definition, f.Definition)
}

// joins returns the application that is about a subgraph, or nil.
func (o *ownership) joins(g *Subgraph, applications ast.DirectiveList) *ast.Directive {
	for _, d := range applications {
		if stringArg(d, "graph") == g.Graph {
			return d
		}
	}
	return nil
}

// walk follows everything that clients or other subgraphs can ask a subgraph for: from the root types and the types
// that it has a key of, through the fields it resolves and those that keys, requirements and provisions mention.
func (o *ownership) walk(g *Subgraph) map[string]bool {
	reached := map[string]bool{}
	var stack []string
	for _, root := range []*Type{o.l.s.Query, o.l.s.Mutation, o.l.s.Subscription} {
		if root != nil {
			stack = append(stack, root.Name)
		}
	}
	for _, t := range o.l.s.Types {
		for _, d := range t.Definition.Directives.ForNames(o.l.features.joined("type")) {
			if key := stringArg(d, "key"); key != "" && stringArg(d, "graph") == g.Graph {
				stack = append(append(stack, t.Name), o.mentioned(t.Definition, key)...)
			}
		}
	}
	for _, d := range o.l.doc.Directives {
		if executable(d) {
			for _, a := range d.Arguments {
				stack = append(stack, a.Type.Name())
			}
		}
	}
	for len(stack) > 0 {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if def := o.definitions[name]; def != nil && !reached[name] {
			reached[name] = true
			stack = append(stack, o.next(g, def)...)
		}
	}
	return reached
}

// next are the types that a subgraph has because it has another one.
func (o *ownership) next(g *Subgraph, t *ast.Definition) []string {
	out := append(append([]string{}, t.Interfaces...), t.Types...)
	for _, implementation := range o.implementations[t.Name] {
		out = append(out, implementation.Name)
	}
	for _, f := range t.Fields {
		if !o.resolves(g, t, f) {
			continue
		}
		out = append(out, f.Type.Name())
		for _, a := range f.Arguments {
			out = append(out, a.Type.Name())
		}
		if d := o.joins(g, f.Directives.ForNames(o.l.features.joined("field"))); d != nil {
			out = append(out, o.mentioned(t, stringArg(d, "requires"))...)
			out = append(out, o.mentioned(o.definitions[f.Type.Name()], stringArg(d, "provides"))...)
		}
	}
	return out
}

// mentioned are the types of the fields in a field set, as far as it makes sense: what does not is reported when it is
// resolved.
func (o *ownership) mentioned(t *ast.Definition, fields string) []string {
	if t == nil || fields == "" {
		return nil
	}
	set, err := federation.ParseFieldSet(fields)
	if err != nil {
		return nil
	}
	return o.mentionedIn(t, set)
}

func (o *ownership) mentionedIn(t *ast.Definition, set ast.SelectionSet) []string {
	var out []string
	for _, node := range set {
		switch node := node.(type) {
		case *ast.Field:
			if f := t.Fields.ForName(node.Name); f != nil {
				out = append(out, f.Type.Name())
				if inner := o.definitions[f.Type.Name()]; inner != nil {
					out = append(out, o.mentionedIn(inner, node.SelectionSet)...)
				}
			}
		case *ast.InlineFragment:
			inner := t
			if node.TypeCondition != "" {
				inner = o.definitions[node.TypeCondition]
			}
			if inner != nil {
				out = append(out, o.mentionedIn(inner, node.SelectionSet)...)
			}
		}
	}
	return out
}

// mentions adds to the supergraph of Federation 1 composition the fields that subgraphs only mention, which later
// versions of the join specification spell out: those of keys, which a subgraph resolves although another one owns
// them, and those of requirements, provisions and interfaces, which it does not.
func (l *loader) mentions() error {
	if l.owned == nil {
		return nil
	}
	for _, t := range l.s.Types {
		for _, in := range t.In {
			if in != nil {
				for _, key := range in.Keys {
					mention(in.Subgraph, key.FieldSet, false)
				}
			}
		}
	}
	for _, t := range l.s.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil {
					mention(in.Subgraph, in.Requires, true)
					mention(in.Subgraph, in.Provides, true)
				}
			}
		}
	}
	for _, t := range l.s.Types {
		l.mentionImplemented(t)
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in != nil {
					// What a subgraph resolves itself neither has to be given to it nor is anything it provides.
					in.Requires = externalPart(in.Subgraph, in.Requires, false)
					in.Provides = externalPart(in.Subgraph, in.Provides, false)
				}
			}
		}
	}
	return nil
}

// mention lets a subgraph know the fields of a set.
func mention(g *Subgraph, set FieldSet, external bool) {
	for _, item := range set {
		if f := item.Field; f != nil && f.In[g.ID] == nil {
			f.In[g.ID] = &FieldIn{Subgraph: g, Type: f.Type, External: external}
		}
		mention(g, item.Items, external)
	}
}

// mentionImplemented lets subgraphs know the fields that a type has because of an interface they have, too.
func (l *loader) mentionImplemented(t *Type) {
	if t.Kind != ast.Object {
		return
	}
	for _, i := range t.Interfaces {
		for _, inherited := range i.Fields {
			f := t.Field(inherited.Name)
			if f == nil {
				continue
			}
			for id, in := range inherited.In {
				if in != nil && t.In[id] != nil && f.In[id] == nil {
					f.In[id] = &FieldIn{Subgraph: in.Subgraph, Type: f.Type, External: true}
				}
			}
		}
	}
}

// externalPart is the part of a field set whose leaves a subgraph does not resolve itself.
func externalPart(g *Subgraph, set FieldSet, inside bool) FieldSet {
	var out FieldSet
	for _, item := range set {
		external := inside || item.Field != nil && item.Field.In[g.ID] != nil && item.Field.In[g.ID].External
		if len(item.Items) == 0 {
			if external {
				out = append(out, item)
			}
			continue
		}
		if items := externalPart(g, item.Items, external); len(items) > 0 {
			copied := *item
			copied.Items = items
			out = append(out, &copied)
		}
	}
	return out
}
