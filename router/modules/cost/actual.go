package cost

import (
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// actual adds up what an operation did cost: the objects that subgraphs have sent, each where it was found, with its
// leaves and its arguments.
type actual struct {
	calls     *calls
	variables *operation.Variables
	cost      float64
}

// priceList is what objects cost that were asked for by a selection set.
type priceList struct {
	program *program
	// root tells that the objects themselves cost nothing: they are counted elsewhere, or are no objects.
	root bool
	// all is what each object costs, whatever its type; only with a weight of the field, which is fixed then.
	all   float64
	fixed bool
	// byType are the costs by the type's ObjectIndex, declared is that of the declared type.
	byType   []float64
	declared float64
	fields   []pricedField
}

// pricedField is a field that costs something of its own.
type pricedField struct {
	on     supergraph.TypeSet
	cost   float64
	number int32
}

// price makes the list of a selection set.
func (c *call) price(s *schema, set *plan.SelectionSet) *priceList {
	list := &priceList{program: c.program, root: set.Owner == nil}
	if !list.root {
		list.all, list.fixed = s.weight(set.Owner.Def.Definition.Directives)
		list.declared = s.typeWeight(set.Type)
		for _, o := range s.graph.Objects {
			list.byType = append(list.byType, s.typeWeight(o))
		}
	}
	owner := c.fieldOf[set]
	at := owner
	for _, f := range set.Fields {
		if f.Def == nil {
			continue
		}
		at = c.program.after(owner, at)
		compiled := &c.program.fields[at]
		cost := compiled.args + compiled.weight
		if cost != 0 || compiled.terms[0] < compiled.terms[1] {
			list.fields = append(list.fields, pricedField{f.On, cost, at})
		}
	}
	return list
}

// after is the next field below owner behind at.
func (p *program) after(owner, at int32) int32 {
	for at++; p.fields[at].parent != owner; at++ {
		continue
	}
	return at
}

// object counts an object.
func (a *actual) object(set *plan.SelectionSet, typ int32) {
	list := a.calls.prices[set]
	if list == nil {
		return
	}
	switch {
	case list.root:
	case list.fixed:
		a.cost += list.all
	case typ >= 0:
		a.cost += list.byType[typ]
	default:
		a.cost += list.declared
	}
	for i := range list.fields {
		if f := &list.fields[i]; f.on == nil || typ < 0 || f.on.Has(int(typ)) {
			a.cost += f.cost + list.program.arguments(&list.program.fields[f.number], a.variables)
		}
	}
}
