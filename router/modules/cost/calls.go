package cost

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// calls are the calls of a plan, in an order in which each comes behind those whose objects it is about.
type calls struct {
	list  []call
	graph *supergraph.Supergraph
	// prices are what objects cost that subgraphs send, by what asks for them.
	prices map[*plan.SelectionSet]*priceList
}

// call is one call: what it costs for one object, and how many objects it is about.
type call struct {
	subgraph int
	program  *program
	// fieldOf are the fields of the program that selection sets hang below.
	fieldOf map[*plan.SelectionSet]int32
	// targets are where its objects come from; none for a call at the root, which is about one.
	targets []target
}

// target are the objects that an earlier call yields: as many as its lists are long.
type target struct {
	call  int
	lists []int32
}

// compileCalls compiles the calls of a plan. listSizes are the lengths of lists about which the schema says nothing, by
// subgraph.
func (s *schema) compileCalls(p *plan.Plan, listSizes []float64) *calls {
	out := &calls{graph: p.Supergraph, prices: map[*plan.SelectionSet]*priceList{}}
	number := map[*plan.Call]int{}
	variables := map[string]int{}
	for _, v := range p.Operation.Variables {
		variables[v.Name] = v.Index
	}
	for _, r := range p.Requests {
		for _, pc := range r.Calls {
			c := &compiler{
				schema: s, program: &program{}, variables: variables, listSize: listSizes[r.Subgraph.ID],
				fieldOf: map[*plan.SelectionSet]int32{},
			}
			if r.Kind == ast.Mutation && len(pc.Targets) == 0 {
				c.program.base = mutationBase
			}
			// An entity counts where it is found, not again for each subgraph that knows more of it.
			c.program.root = c.selection(ofPlan(pc.Selection), -1, nil, func(*supergraph.Type) float64 { return 0 })
			made := call{subgraph: r.Subgraph.ID, program: c.program, fieldOf: c.fieldOf}
			for _, t := range pc.Targets {
				from := number[t.At.Call]
				made.targets = append(made.targets, target{from, out.list[from].lists(t.At)})
			}
			number[pc] = len(out.list)
			out.list = append(out.list, made)
			for set := range c.fieldOf {
				out.prices[set] = made.price(s, set)
			}
		}
	}
	return out
}

// lists are the lengths of the lists around a selection set, in the program of its call.
func (c *call) lists(at *plan.SelectionSet) []int32 {
	var out []int32
	for i, ok := c.fieldOf[at]; ok && i >= 0; i = c.program.fields[i].parent {
		if c.program.fields[i].size >= 0 {
			out = append(out, i)
		}
	}
	return out
}

// evaluate is what an operation costs each subgraph, in costs, which has a place for all of them.
func (c *calls) evaluate(variables *operation.Variables, costs []float64) []float64 {
	clear(costs)
	var small [32]float64
	times := small[:]
	if len(c.list) > len(small) {
		times = make([]float64, len(c.list))
	}
	for i := range c.list {
		call := &c.list[i]
		times[i] = 0
		if len(call.targets) == 0 {
			times[i] = 1
		}
		for _, t := range call.targets {
			n := times[t.call]
			for _, f := range t.lists {
				n *= c.list[t.call].program.length(f, variables)
			}
			times[i] += n
		}
		cost, _ := call.program.evaluate(variables)
		costs[call.subgraph] += times[i] * cost
	}
	return costs
}

// length is how many values a field has that is a list.
func (p *program) length(number int32, variables *operation.Variables) float64 {
	f := &p.fields[number]
	length, _ := p.sizes[f.size].evaluate(variables)
	return length * f.inner
}
