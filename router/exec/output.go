package exec

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/supergraph"
)

// objectProgram prints the objects of a position as a selection set of the client.
type objectProgram struct {
	position *position
	// typ is the runtime type when it is always the same, typeUnknown otherwise.
	typ int32
	// typed tells that the objects cannot be printed without knowing their runtime type.
	typed bool
	// deferring tells that later parts of the answer add something, to the object or to what is below it.
	deferring bool
	// possible are the runtime types a client may see here.
	possible supergraph.TypeSet
	fields   []outputField
	// parent is the declared type, and field the client's field; nil for the root.
	parent *supergraph.Type
	field  *operation.Field
	// least is how many bytes an object takes at least when it is printed to its end.
	least int64
	// members and typers are the position's, as far as they are complete when the objects are printed.
	members []member
	typers  []linkPath
	// continued is what later parts of the answer add to the object; nil when they add nothing.
	continued *continuation
}

// outputField prints a field of the client.
type outputField struct {
	// spelled is `,"key":`.
	spelled string
	field   *operation.Field
	typ     *outputType
	// sources are where the value can be found; the first that has it counts.
	// Without any, the field is for types that the plan does not expect here, because another subgraph that resolves the
	// same field does not know them: for such an object it is null.
	sources []outputSource
	// id is the field's number in the program, from 1 on.
	id uint32
	// link is the way to the value when there is but one source, for all types: ownObject, or the link to follow.
	link int32
	what outputKind
	// narrowed tells that the field is for the runtime types in field.On only.
	narrowed bool
	// passing tells that another part prints the field; joint that several deferred parts do, so that no error below it
	// may make it null for one of them.
	passing, joint bool
}

// isFor tells whether the field is for objects of a runtime type.
func (f *outputField) isFor(typ int32) bool { return !f.narrowed || f.field.On.Has(int(typ)) }

// Values of outputField.link.
const (
	ownObject   int32 = -1
	severalWays int32 = -2
)

type outputKind uint8

const (
	outputValue outputKind = iota
	outputTypename
	outputIntrospection
	// outputDenied is for fields that the caller may not see.
	outputDenied
)

// outputSource is one position of a value.
type outputSource struct {
	links linkPath
	field *selectedField
	// set is the selection set the field belongs to.
	set     *selectionSet
	program *objectProgram
	slot    int32
	// narrowed tells that the source is for the runtime types of its field only.
	narrowed bool
}

// counts tells whether the source is one for objects of a runtime type. Those for some types only are for objects of
// unknown type, too: these come from an interface object, which was asked for all of them.
func (s *outputSource) counts(typ int32) bool {
	return !s.narrowed || typ < 0 || s.field.on().Has(int(typ))
}

// see returns the value that a source has for an object, and the answer that it stands in; false when the object is not
// there that the value would be in. Whoever walks the answer finds values by counts and see.
func (x *execution) see(s *outputSource, r ref) (a *answer, v value, there bool) {
	to, there := x.follow(r, s.links)
	if !there {
		return nil, value{}, false
	}
	a = x.answers[to.answer()]
	return a, a.slot(to.object(), s.slot), true
}

// outputType is a field's type, level by level.
type outputType struct {
	nonNull bool
	elem    *outputType
	leaf    leafKind
	enum    enumValues
}

// output compiles the printing of a selection set for the objects of a position. If it is only the second choice, used
// when the twins that know everything are not there, fields may be missing.
func (c *compiler) output(set *operation.SelectionSet, p *position, second bool) (*objectProgram, error) {
	o := c.objects.New()
	*o = objectProgram{position: p, typ: p.set.typ, possible: c.possible(set.Parent, p.set), parent: set.Parent, least: 1}
	o.members, o.typers = c.membersFor(p), c.typersFor(p)
	// Nobody implements an interface that only interface objects stand for: its fields are for objects of unknown type.
	nobody := set.Parent.Possible.Empty()
	o.fields = c.outputFields.Take(len(set.Fields))[:0]
	for _, f := range set.Fields {
		if o.typ >= 0 && !f.On.Has(int(o.typ)) || o.typ < 0 && !nobody && !f.On.Intersects(o.possible) {
			continue
		}
		prints, passing := c.prints(f)
		if !prints {
			continue
		}
		c.outputs++
		o.fields = o.fields[:len(o.fields)+1]
		of := &o.fields[len(o.fields)-1]
		*of = outputField{id: c.outputs, spelled: c.engine.outputEntry(f), field: f, passing: passing}
		of.joint = c.part != nil && c.part.deferred != nil && len(f.DeferredParts()) > 1 && f.Selection != nil
		of.narrowed = o.typ < 0 && !o.possible.SubsetOf(f.On)
		switch {
		case f.DeniedField() != nil:
			of.what = outputDenied
			of.typ = &c.engine.form(f.DeniedField()).output
		case f.IsTypename():
			of.what = outputTypename
			of.typ = typenameType
		case f.Introspected() != nil:
			of.what = outputIntrospection
			of.typ = introspectionType
		default:
			of.typ = &c.engine.form(f.Def).output
			mark := len(c.found)
			err := c.sourcesOf(o, of, c.sources(p, f), second)
			if c.found = c.found[:mark]; err != nil {
				return nil, err
			}
			if len(of.sources) == 0 && !second && o.typ >= 0 {
				return nil, fmt.Errorf(
					"the plan does not say where the field %q of the operation comes from (line %d)",
					f.Key,
					f.Line,
				)
			}
		}
		of.link = of.way()
		o.typed = o.typed || of.narrowed || of.what == outputTypename
		if !of.narrowed {
			o.least += int64(len(of.spelled)) + 1
		}
		for j := range of.sources {
			o.deferring = o.deferring || of.sources[j].program != nil && of.sources[j].program.deferring
		}
	}
	err := c.continued(o, set, p, second)
	o.deferring = o.deferring || o.continued != nil
	return o, err
}

// way returns what outputField.link says.
func (f *outputField) way() int32 {
	switch {
	case len(f.sources) != 1:
		return severalWays
	case len(f.sources[0].links) == 0:
		return ownObject
	case len(f.sources[0].links) == 1 && !f.sources[0].narrowed:
		return f.sources[0].links[0]
	}
	return severalWays
}

// sourcesOf compiles the sources of a field.
func (c *compiler) sourcesOf(o *objectProgram, of *outputField, sources []source, second bool) error {
	f := of.field
	sources = slices.DeleteFunc(sources, func(s source) bool {
		return !s.field.on().Intersects(f.On) && !f.On.Empty() || o.typ >= 0 && !s.field.on().Has(int(o.typ))
	})
	of.sources = c.outputSources.Take(len(sources))[:0]
	for _, s := range sources {
		os := outputSource{links: s.links, slot: s.slot, field: s.field, set: c.setOf(s.field.plan.Parent)}
		os.narrowed = o.typ < 0 && !f.On.And(o.possible).SubsetOf(s.field.on())
		if (f.Selection != nil) != (s.field.set != nil) {
			return fmt.Errorf("the plan answers the field %q of the operation from one of another kind", f.Key)
		}
		if f.Selection != nil {
			var err error
			second := second ||
				slices.ContainsFunc(of.sources, func(known outputSource) bool { return c.same(known.field.plan, s.field.plan) })
			if os.program, err = c.output(f.Selection, s.field.set.position, second); err != nil {
				return err
			}
			os.program.field = f
		}
		of.sources = append(of.sources, os)
	}
	return nil
}

// possible returns the object types of a declared type that clients may see and that the selection set's subgraph can
// return.
func (c *compiler) possible(t *supergraph.Type, n *selectionSet) supergraph.TypeSet {
	set := c.forms.of(t).visible
	if n.request >= 0 && n.plan.Type != nil {
		in := n.plan.Type.In[c.plan.Requests[n.request].Subgraph.ID]
		if in != nil && !set.SubsetOf(in.Possible) {
			set = set.And(in.Possible)
		}
	}
	return set
}

// The types that fields print as which have no definition of their own.
var (
	typenameType      = &outputType{nonNull: true, leaf: leafTypename}
	introspectionType = &outputType{}
)

func newOutputType(def *supergraph.Field) outputType {
	var build func(t *ast.Type) *outputType
	build = func(t *ast.Type) *outputType {
		o := &outputType{nonNull: t.NonNull}
		if t.Elem != nil {
			o.elem = build(t.Elem)
			return o
		}
		o.leaf = leafOf(def.Named)
		if o.leaf == leafEnum {
			o.enum = newEnumValues(def.Named)
		}
		return o
	}
	return *build(def.Type)
}
