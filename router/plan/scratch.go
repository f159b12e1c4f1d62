package plan

import (
	"sync"

	"github.com/weft-graphql/weft/router/slab"
)

// scratch is the memory in which an operation is planned. Nothing of it is in the plan: it serves the next operation.
type scratch struct {
	positions slab.Slab[position]
	classes   slab.Slab[class]
	wants     slab.Slab[want]
	nodes     slab.Slab[node]
	jumps     slab.Slab[jump]
	specials  slab.Slab[special]
	fields    slab.Slab[bfield]
	sels      slab.Slab[bsel]
	calls     slab.Slab[bcall]
	targets   slab.Slab[btarget]
	inputs    slab.Slab[binput]
	reps      slab.Slab[brep]

	classLists    slab.Slab[*class]
	wantLists     slab.Slab[*want]
	nodeLists     slab.Slab[*node]
	jumpLists     slab.Slab[*jump]
	specialLists  slab.Slab[*special]
	positionLists slab.Slab[*position]
	fieldLists    slab.Slab[*bfield]
	callLists     slab.Slab[*bcall]
	targetLists   slab.Slab[*btarget]
	inputLists    slab.Slab[*binput]
	repLists      slab.Slab[*brep]
	views         slab.Slab[view]
	members       slab.Slab[member]
	parents       slab.Slab[parent]
	words         slab.Slab[uint64]
	sets          slab.Slab[subgraphSet]

	// assigned is memory for the assigner of one run after the other.
	assigned assigned

	// groups are the calls of each request.
	groups [][]*bcall

	// text and head are where documents are written.
	text, head []byte
	used       []string
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// keptAssigned bounds the size of the maps that are kept.
const keptAssigned = 512

func (a *assigned) release() {
	if max(len(a.sels), len(a.entered), len(a.placed)) > keptAssigned {
		*a = assigned{}
		return
	}
	clear(a.sels)
	clear(a.roots)
	clear(a.entered)
	clear(a.placed)
}

// keptText bounds the memory for documents that is kept, in bytes.
const keptText = 64 << 10

// release gives the memory back, for another operation.
func (s *scratch) release() {
	s.positions.Reset()
	s.classes.Reset()
	s.wants.Reset()
	s.nodes.Reset()
	s.jumps.Reset()
	s.specials.Reset()
	s.fields.Reset()
	s.sels.Reset()
	s.calls.Reset()
	s.targets.Reset()
	s.inputs.Reset()
	s.reps.Reset()
	s.classLists.Reset()
	s.wantLists.Reset()
	s.nodeLists.Reset()
	s.jumpLists.Reset()
	s.specialLists.Reset()
	s.positionLists.Reset()
	s.fieldLists.Reset()
	s.callLists.Reset()
	s.targetLists.Reset()
	s.inputLists.Reset()
	s.repLists.Reset()
	s.views.Reset()
	s.members.Reset()
	s.parents.Reset()
	s.words.Reset()
	s.sets.Reset()
	s.assigned.release()
	clear(s.groups)
	clear(s.used)
	if cap(s.text) > keptText || cap(s.head) > keptText {
		s.text, s.head = nil, nil
	}
	scratches.Put(s)
}
