package supergraph

import (
	"fmt"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"
)

// fields creates the fields of object and interface types; field sets are resolved afterwards, when all fields exist.
func (l *loader) fields() error {
	for _, t := range l.s.Types {
		if t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		for _, def := range t.Definition.Fields {
			f := &Field{
				Index: len(t.Fields), Parent: t, Name: def.Name, Type: def.Type, Definition: def,
				Named:        l.s.byName[def.Type.Name()],
				Inaccessible: def.Directives.ForName(l.features.inaccessible) != nil,
			}
			if f.Named == nil {
				return fmt.Errorf(
					"field %s.%s has type %s, which the supergraph does not define",
					t.Name,
					def.Name,
					def.Type.Name(),
				)
			}
			f.Args = l.arguments(def.Arguments)
			if t.fieldByName[f.Name] != nil {
				return fmt.Errorf("field %s.%s is defined twice", t.Name, f.Name)
			}
			t.Fields = append(t.Fields, f)
			t.fieldByName[f.Name] = f
			if err := l.fieldIn(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loader) arguments(defs ast.ArgumentDefinitionList) []*Argument {
	if len(defs) == 0 {
		return nil
	}
	values, out := make([]Argument, len(defs)), make([]*Argument, len(defs))
	for i, a := range defs {
		values[i] = Argument{
			Name: a.Name, Type: a.Type, DefaultValue: a.DefaultValue,
			Inaccessible: a.Directives.ForName(l.features.inaccessible) != nil,
		}
		out[i] = &values[i]
	}
	return out
}

// fieldIn reads the join__field directives of f. A field without any belongs to every subgraph that has the type; a
// join__field without a graph says that no subgraph resolves the field on this very type (it comes from an interface
// object).
func (l *loader) fieldIn(f *Field) error {
	joins := f.Definition.Directives.ForNames(l.features.joined("field"))
	if found, err := l.plainIn(f, joins); found || err != nil {
		return err
	}
	f.In = make([]*FieldIn, len(l.s.Subgraphs))
	if len(joins) == 0 {
		for i, in := range f.Parent.In {
			if in != nil && (l.owned == nil || l.owned.has(in.Subgraph, f)) {
				f.In[i] = &FieldIn{Subgraph: in.Subgraph, Type: f.Type}
			}
		}
		return nil
	}
	where := f.Parent.Name + "." + f.Name
	for _, d := range joins {
		g, ok, err := l.graph(d, where)
		if err != nil {
			return err
		}
		if !ok || l.owned != nil && f.Parent.In[g.ID] == nil {
			continue
		}
		in := &FieldIn{
			Subgraph: g, Type: f.Type,
			External:       boolArg(d, "external", false),
			Override:       stringArg(d, "override"),
			OverrideLabel:  stringArg(d, "overrideLabel"),
			UsedOverridden: boolArg(d, "usedOverridden", false),
		}
		if text := stringArg(d, "type"); text != "" {
			if in.Type, err = parseTypeRef(text); err != nil {
				return fmt.Errorf("@%s on %s: %w", d.Name, where, err)
			}
		}
		if a := d.Arguments.ForName("contextArguments"); a != nil {
			for _, c := range a.Value.Children {
				in.ContextArguments = append(in.ContextArguments, ContextArgument{
					Context: rawChild(c.Value, "context"), Name: rawChild(c.Value, "name"),
					Type: rawChild(c.Value, "type"), Selection: rawChild(c.Value, "selection"),
				})
			}
		}
		f.In[g.ID] = in
	}
	return nil
}

// fieldSets resolves the keys of types and the requires and provides of fields.
func (l *loader) fieldSets() error {
	for _, t := range l.s.Types {
		for _, d := range t.Definition.Directives {
			text := stringArg(d, "key")
			if d.Name != l.features.joined("type") || text == "" {
				continue
			}
			if l.owned != nil && t.Kind == ast.Interface {
				continue // Federation 1 allowed keys on interfaces, and no subgraph resolved them
			}
			g, ok, err := l.graph(d, t.Name)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			set, err := l.fieldSet(t, text)
			if err != nil {
				return fmt.Errorf("@key in graph %s: %w", stringArg(d, "graph"), err)
			}
			in := t.In[g.ID]
			in.Keys = append(in.Keys, &Key{FieldSet: set, Resolvable: boolArg(d, "resolvable", true)})
		}
		for _, f := range t.Fields {
			if err := l.fieldFieldSets(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldSet reads a field set, each once: the same keys of a type are written in many subgraphs.
func (l *loader) fieldSet(t *Type, text string) (FieldSet, error) {
	key := typedText{t, text}
	if set, known := l.sets[key]; known {
		return set, nil
	}
	set, err := l.s.ParseFieldSet(t, text)
	if err == nil {
		l.sets[key] = set
	}
	return set, err
}

func (l *loader) fieldFieldSets(f *Field) (err error) {
	for _, d := range f.Definition.Directives.ForNames(l.features.joined("field")) {
		g, ok := l.graphs[stringArg(d, "graph")]
		if !ok {
			continue
		}
		in := f.In[g.ID]
		if in == nil {
			continue
		}
		if text := stringArg(d, "requires"); text != "" {
			if in.Requires, err = l.fieldSet(f.Parent, text); err != nil {
				return fmt.Errorf("@requires of %s.%s in graph %s: %w", f.Parent.Name, f.Name, g.Graph, err)
			}
		}
		if text := stringArg(d, "provides"); text != "" {
			if in.Provides, err = l.fieldSet(f.Named, text); err != nil {
				return fmt.Errorf("@provides of %s.%s in graph %s: %w", f.Parent.Name, f.Name, g.Graph, err)
			}
		}
	}
	return nil
}

// overrides marks the fields that another subgraph takes over and collects the labels.
func (l *loader) overrides() {
	labels := map[string]bool{}
	for _, t := range l.s.Types {
		for _, f := range t.Fields {
			for _, in := range f.In {
				if in == nil {
					continue
				}
				if in.OverrideLabel != "" {
					labels[in.OverrideLabel] = true
				}
				if in.Override == "" {
					continue
				}
				for _, other := range f.In {
					if other != nil && other != in && (other.Subgraph.Name == in.Override || other.Subgraph.Graph == in.Override) {
						other.Overridden, other.OverriddenLabel = true, in.OverrideLabel
					}
				}
			}
		}
	}
	for label := range labels {
		l.s.OverrideLabels = append(l.s.OverrideLabels, label)
	}
	sort.Strings(l.s.OverrideLabels)
}
