package cost

import (
	"math"
	"sync"

	"github.com/weft-graphql/weft/router/operation"
)

// program is a selection, flat: what stands below a field comes behind it. Evaluating it takes no memory.
type program struct {
	fields []field
	// groups are the alternatives of fields that have several, of which the most expensive counts: one for each set of
	// fields that some runtime type has. members are the numbers of their fields.
	groups  []group
	members []int32
	sizes   []size
	terms   []term
	// root are the alternatives of the selection as a whole, and base is what it costs beside.
	root [2]int32
	base float64
	// scratch is for programs that are larger than the stack should have.
	scratch sync.Pool
}

// field is a field. It costs what its arguments do, and for each of its values the most that one can cost.
type field struct {
	// args is what the arguments cost that are written out, terms are the others.
	args  float64
	terms [2]int32
	// size is the length of the list, -1 when the field is none; inner is how many values an element has that is a list.
	size  int32
	inner float64
	// weight is what a value costs without alternatives; groups are these.
	weight float64
	groups [2]int32
	// parent is the field around, -1 at the root.
	parent int32
}

type group struct {
	weight  float64
	members [2]int32
}

// term is an argument, or a part of one, whose cost a variable decides.
type term struct {
	variable int
	// weight is what the value costs that the variable has, and input how to look into it; nil for scalars.
	weight float64
	input  *input
}

// inStack is how many numbers are kept on the stack.
const inStack = 96

// evaluate is the cost with some variables. unsliced is a field without the slicing argument that it must
// have; nil when there is none.
func (p *program) evaluate(variables *operation.Variables) (cost float64, unsliced *size) {
	var small [inStack]float64
	costs := small[:]
	if len(p.fields) > inStack {
		held, _ := p.scratch.Get().(*[]float64)
		if held == nil {
			made := make([]float64, len(p.fields))
			held = &made
		}
		defer p.scratch.Put(held)
		costs = *held
	}
	return p.run(variables, costs)
}

// run evaluates with a place for the costs of all fields.
func (p *program) run(variables *operation.Variables, costs []float64) (cost float64, unsliced *size) {
	for i := len(p.fields) - 1; i >= 0; i-- {
		f := &p.fields[i]
		times := 1.0
		if f.size >= 0 {
			length, ok := p.sizes[f.size].evaluate(variables)
			if !ok {
				unsliced = &p.sizes[f.size]
			}
			times = length * f.inner
		}
		costs[i] = f.args + f.weight*times
		if f.terms[0] < f.terms[1] {
			costs[i] += p.arguments(f, variables)
		}
		if f.groups[0] < f.groups[1] {
			costs[i] += times * p.most(f.groups, costs)
		}
	}
	return p.base + p.most(p.root, costs), unsliced
}

// arguments is what the arguments of a field cost that variables decide about.
func (p *program) arguments(f *field, variables *operation.Variables) (cost float64) {
	for i := f.terms[0]; i < f.terms[1]; i++ {
		cost += p.terms[i].evaluate(variables)
	}
	return cost
}

// most is what the most expensive of some alternatives costs.
func (p *program) most(groups [2]int32, costs []float64) float64 {
	if groups[0] == groups[1] {
		return 0
	}
	most := math.Inf(-1)
	for i := groups[0]; i < groups[1]; i++ {
		g := &p.groups[i]
		cost := g.weight
		for _, m := range p.members[g.members[0]:g.members[1]] {
			cost += costs[m]
		}
		most = max(most, cost)
	}
	return most
}
