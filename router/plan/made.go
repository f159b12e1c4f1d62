package plan

import "github.com/weft-graphql/weft/router/slab"

// made is what a plan consists of, in few pieces of memory that live as long as it does.
type made struct {
	requests    slab.Sized[Request]
	calls       slab.Sized[Call]
	callLists   slab.Sized[*Call]
	sets        slab.Sized[SelectionSet]
	fields      slab.Sized[Field]
	fieldLists  slab.Sized[*Field]
	targets     slab.Sized[Target]
	targetLists slab.Sized[*Target]
	inputs      slab.Sized[Representation]
	inputLists  slab.Sized[*Representation]
	reps        slab.Sized[RepresentationField]
	repLists    slab.Sized[*RepresentationField]
}

// expect counts what there will be.
func (m *made) expect(calls []*bcall) {
	m.requests.Expected, m.calls.Expected, m.callLists.Expected = len(calls), len(calls), len(calls)
	var count func(s *bsel)
	count = func(s *bsel) {
		m.sets.Expected++
		m.fields.Expected += len(s.fields)
		for _, f := range s.fields {
			if f.child != nil {
				count(f.child)
			}
		}
	}
	froms := 0
	var countReps func(fields []*brep)
	countReps = func(fields []*brep) {
		m.reps.Expected += len(fields)
		for _, f := range fields {
			froms += len(f.from)
			countReps(f.fields)
		}
	}
	for _, c := range calls {
		m.targets.Expected += len(c.targets)
		m.inputs.Expected += len(c.inputs)
		count(c.sel)
		for _, in := range c.inputs {
			countReps(in.fields)
		}
		for _, ctx := range c.contexts {
			countReps(ctx.fields)
		}
	}
	m.targetLists.Expected, m.inputLists.Expected = m.targets.Expected, m.inputs.Expected
	m.fieldLists.Expected, m.repLists.Expected = m.fields.Expected+froms, m.reps.Expected
}
