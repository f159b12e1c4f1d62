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
	// possible are the runtime types a client may see here.
	possible supergraph.TypeSet
	fields   []outputField
	// parent is the declared type, and field the client's field; nil for the root.
	parent *supergraph.Type
	field  *operation.Field
	// typed tells that the objects cannot be printed without knowing their runtime type.
	typed bool
	// least is how many bytes an object takes at least when it is printed to its end.
	least int64
	// members and typers are the position's, as far as they are complete when the objects are printed.
	members []member
	typers  []linkPath
	// continued is what later parts of the answer add; nil when they add nothing. deferring tells that they do, to the
	// object or to what is below it.
	continued *continuation
	deferring bool
}

// outputField prints a field of the client.
type outputField struct {
	// spelled is `,"key":`.
	spelled string
	field   *operation.Field
	// on narrows the field by runtime type; nil means all.
	on   supergraph.TypeSet
	what outputKind
	typ  *outputType
	// id is the field's number in the program, from 1 on.
	id uint32
	// sources are where the value can be found; the first that has it counts.
	// Without any, the field is for types that the plan does not expect here, because another subgraph that resolves the
	// same field does not know them: for such an object it is null.
	sources []outputSource
	// passing tells that another part prints the field; joint that several deferred parts do, so that no error below it
	// may make it null for one of them.
	passing, joint bool
	// link is the way to the value when there is but one source, for all types: ownObject, or the link to follow.
	link int32
}

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
	slot  int32
	// on narrows the source by runtime type; nil means all.
	on      supergraph.TypeSet
	field   *selectedField
	program *objectProgram
	// set is the selection set the field belongs to.
	set *selectionSet
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
	o := &objectProgram{position: p, typ: p.set.typ, possible: c.possible(set.Parent, p.set), parent: set.Parent, least: 1}
	o.members, o.typers = c.membersFor(p), c.typersFor(p)
	// Nobody implements an interface that only interface objects stand for: its fields are for objects of unknown type.
	nobody := set.Parent.Possible.Empty()
	o.fields = make([]outputField, 0, len(set.Fields))
	for _, f := range set.Fields {
		if o.typ >= 0 && !f.On.Has(int(o.typ)) || o.typ < 0 && !nobody && !f.On.Intersects(o.possible) {
			continue
		}
		prints, passing := c.prints(f)
		if !prints {
			continue
		}
		c.outputs++
		of := outputField{id: c.outputs, spelled: `,"` + f.Key + `":`, field: f, passing: passing}
		of.joint = c.part != nil && c.part.deferred != nil && len(f.Defers) > 1 && f.Selection != nil
		if o.typ < 0 && !o.possible.SubsetOf(f.On) {
			of.on = f.On
		}
		switch {
		case f.Denied != nil:
			of.what = outputDenied
			of.typ = c.engine.outputType(f.Denied)
		case f.IsTypename():
			of.what = outputTypename
			of.typ = &outputType{nonNull: true, leaf: leafTypename}
		case f.Introspection != nil:
			of.what = outputIntrospection
			of.typ = &outputType{}
		default:
			of.typ = c.engine.outputType(f.Def)
			if err := c.outputSources(o, &of, c.sources(p, f), second); err != nil {
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
		o.typed = o.typed || of.on != nil || of.what == outputTypename
		if of.on == nil {
			o.least += int64(len(of.spelled)) + 1
		}
		for j := range of.sources {
			o.deferring = o.deferring || of.sources[j].program != nil && of.sources[j].program.deferring
		}
		o.fields = append(o.fields, of)
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
	case len(f.sources[0].links) == 1 && f.sources[0].on == nil:
		return f.sources[0].links[0]
	}
	return severalWays
}

func (c *compiler) outputSources(o *objectProgram, of *outputField, sources []source, second bool) error {
	f := of.field
	for _, s := range sources {
		if !s.field.on.Intersects(f.On) && !f.On.Empty() {
			continue
		}
		os := outputSource{links: s.links, slot: s.slot, field: s.field, set: c.setOf(s.field.plan.Parent)}
		if o.typ >= 0 {
			if !s.field.on.Has(int(o.typ)) {
				continue
			}
		} else if !f.On.And(o.possible).SubsetOf(s.field.on) {
			os.on = s.field.on
		}
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
	set := supergraph.NewTypeSet(len(c.plan.Supergraph.Objects))
	for i := range t.Possible.All {
		if !c.plan.Supergraph.Objects[i].Inaccessible {
			set.Add(i)
		}
	}
	if n.request >= 0 && n.plan.Type != nil {
		if in := n.plan.Type.In[c.plan.Requests[n.request].Subgraph.ID]; in != nil {
			set = set.And(in.Possible)
		}
	}
	return set
}

// outputType returns the type of a field, which is made once.
func (e *Engine) outputType(def *supergraph.Field) *outputType {
	if t, ok := e.outputTypes.Load(def); ok {
		return t.(*outputType)
	}
	t, _ := e.outputTypes.LoadOrStore(def, newOutputType(def))
	return t.(*outputType)
}

func newOutputType(def *supergraph.Field) *outputType {
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
	return build(def.Type)
}
