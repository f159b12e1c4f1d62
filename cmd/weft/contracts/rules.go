package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/syntax"
)

// shapes know the types of a graph: they tell which rules an answer has to keep.
type shapes struct {
	types map[string]*ast.Definition
	// possible are the names of the object types of interfaces and unions.
	possible map[string][]string
}

func newShapes(supergraph string) (*shapes, error) {
	document, err := syntax.ParseTypeSystem(&ast.Source{Name: "supergraph", Input: supergraph})
	if err != nil {
		return nil, err
	}
	s := &shapes{map[string]*ast.Definition{}, map[string][]string{}}
	for _, list := range []ast.DefinitionList{document.Definitions, document.Extensions} {
		for _, d := range list {
			if known := s.types[d.Name]; known != nil {
				known.Fields = append(known.Fields, d.Fields...)
				continue
			}
			s.types[d.Name] = d
		}
	}
	for name, d := range s.types {
		switch d.Kind {
		case ast.Object:
			for _, of := range d.Interfaces {
				s.possible[of] = append(s.possible[of], name)
			}
		case ast.Union:
			s.possible[name] = append(s.possible[name], d.Types...)
		}
	}
	return s, nil
}

// rulesOf derives the rules of an answer from the document that was sent and the types of its fields. Whether null is
// possible is what the answer shows: in the same state, what was there is there again.
func (s *shapes) rulesOf(document string, data any) (map[string]Rule, error) {
	parsed, err := syntax.ParseExecutable(&ast.Source{Name: "request", Input: document}, 0)
	if err != nil {
		return nil, err
	}
	if len(parsed.Operations) != 1 {
		return nil, fmt.Errorf("the request has %d operations", len(parsed.Operations))
	}
	d := &deriver{shapes: s, fragments: parsed.Fragments, rules: map[string]Rule{}}
	operation := parsed.Operations[0]
	root := strings.ToUpper(string(operation.Operation[:1])) + string(operation.Operation[1:])
	d.value(ast.NonNullNamedType(root, nil), root, []ast.SelectionSet{operation.SelectionSet}, []any{data}, []string{"data"})
	return d.rules, nil
}

type deriver struct {
	*shapes
	fragments ast.FragmentDefinitionList
	rules     map[string]Rule
}

// field is what is selected under one response key, whichever fragments ask for it.
type field struct {
	name string
	on   []string
	sets []ast.SelectionSet
}

// value adds the rules of values of a type at a place; parent is the type whose field it is.
func (d *deriver) value(typ *ast.Type, parent string, sets []ast.SelectionSet, values []any, place []string) {
	present := slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
	missing := len(present) < len(values)
	if typ != nil && typ.Elem != nil {
		least, most := len(values), 0
		elements := []any{}
		for i, v := range present {
			list, ok := v.([]any)
			if !ok {
				return // not what the type says: equality finds it
			}
			elements = append(elements, list...)
			if least, most = min(least, len(list)), max(most, len(list)); i == 0 {
				least = len(list)
			}
		}
		rule := Matcher{Match: "type"}
		switch {
		case slices.Equal(place, entitiesPlace):
			rule.Min, rule.Max = &most, &most // one for each representation
		case len(present) > 0 && least > 0:
			one := 1
			rule.Min = &one
		}
		d.add(place, missing, rule)
		if len(elements) > 0 {
			d.value(typ.Elem, parent, sets, elements, append(slices.Clone(place), anyElement))
		}
		return
	}
	if len(sets) == 0 {
		d.add(place, missing, d.leaf(typ, len(present) == 0))
		return
	}
	d.add(place, missing, Matcher{Match: "type"})
	fields, order := map[string]*field{}, []string{}
	name := parent
	if typ != nil {
		name = typ.NamedType
	}
	for _, set := range sets {
		d.collect(set, name, fields, &order)
	}
	for _, key := range order {
		var below []any
		for _, v := range present {
			if object, ok := v.(map[string]any); ok {
				if value, ok := object[key]; ok {
					below = append(below, value)
				}
			}
		}
		if len(below) > 0 {
			d.field(fields[key], below, append(slices.Clone(place), key))
		}
	}
}

// entitiesPlace is where a subgraph answers about entities.
var entitiesPlace = []string{"data", "_entities"}

func (d *deriver) field(f *field, values []any, place []string) {
	if f.name == "__typename" {
		d.add(place, false, Matcher{Match: "regex", Regex: "^(" + strings.Join(d.typeNames(f.on), "|") + ")$"})
		return
	}
	if f.name == "_entities" {
		entity := &ast.Type{Elem: ast.NamedType("_Entity", nil), NonNull: true}
		d.value(entity, "_Entity", f.sets, values, place)
		return
	}
	for _, on := range f.on {
		if definition := d.types[on]; definition != nil {
			if known := definition.Fields.ForName(f.name); known != nil {
				d.value(known.Type, on, f.sets, values, place)
				return
			}
		}
	}
}

// collect gathers selections by response key. Fields that share one have the same shape, whatever object they are of.
func (d *deriver) collect(set ast.SelectionSet, on string, fields map[string]*field, order *[]string) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			key := s.Alias
			if key == "" {
				key = s.Name
			}
			f := fields[key]
			if f == nil {
				f = &field{name: s.Name}
				fields[key] = f
				*order = append(*order, key)
			}
			f.on = append(f.on, on)
			if len(s.SelectionSet) > 0 {
				f.sets = append(f.sets, s.SelectionSet)
			}
		case *ast.InlineFragment:
			inner := on
			if s.TypeCondition != "" {
				inner = s.TypeCondition
			}
			d.collect(s.SelectionSet, inner, fields, order)
		case *ast.FragmentSpread:
			if fragment := d.fragments.ForName(s.Name); fragment != nil {
				d.collect(fragment.SelectionSet, fragment.TypeCondition, fields, order)
			}
		}
	}
}

// typeNames are those that __typename can be on one of the types.
func (d *deriver) typeNames(on []string) []string {
	var names []string
	for _, name := range on {
		if possible := d.possible[name]; len(possible) > 0 {
			names = append(names, possible...)
		} else {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// anyText is what a text has to match of which no example was recorded.
const anyText = `^[\s\S]*$`

// leaf is the condition of a scalar or an enum value. For what was never there, the example says nothing.
func (d *deriver) leaf(typ *ast.Type, never bool) Matcher {
	name := ""
	if typ != nil {
		name = typ.NamedType
	}
	switch name {
	case "Int":
		return Matcher{Match: "integer"}
	case "Float":
		return Matcher{Match: "number"}
	case "Boolean":
		return Matcher{Match: "boolean"}
	}
	definition := d.types[name]
	if definition != nil && definition.Kind == ast.Enum {
		var values []string
		for _, v := range definition.EnumValues {
			values = append(values, v.Name)
		}
		return Matcher{Match: "regex", Regex: "^(" + strings.Join(values, "|") + ")$"}
	}
	if never && (name == "String" || name == "ID") {
		return Matcher{Match: "regex", Regex: anyText}
	}
	return Matcher{Match: "type"}
}

func (d *deriver) add(place []string, missing bool, m Matcher) {
	rule := Rule{Combine: "AND", Matchers: []Matcher{m}}
	if missing {
		rule = Rule{Combine: "OR", Matchers: []Matcher{{Match: "null"}, m}}
	}
	d.rules[written(place)] = rule
}
