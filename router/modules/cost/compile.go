package cost

import (
	"encoding/binary"
	"math"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// mutationBase is what a mutation costs beside its fields.
const mutationBase = 10

// selected is a selection set, of an operation or of a plan's call.
type selected struct {
	parent *supergraph.Type
	fields []selectedField
	// from is the plan's; nil for an operation.
	from *plan.SelectionSet
}

type selectedField struct {
	def  *supergraph.Field
	on   supergraph.TypeSet
	args []operation.Argument
	// below is the sub-selection; nil for leaves.
	below func() *selected
}

// weigher is what a value of a type costs beside its fields.
type weigher func(*supergraph.Type) float64

// compiler makes a program.
type compiler struct {
	schema    *schema
	program   *program
	variables map[string]int
	// listSize is the length of lists about which the schema says nothing.
	listSize float64
	// fieldOf are the numbers of the fields that selections of a plan hang below.
	fieldOf map[*plan.SelectionSet]int32
}

// waiting is a length that is that of a field further down.
type waiting struct {
	path []string
	size int32
}

func (s *schema) compileOperation(op *operation.Operation, listSize float64) *program {
	c := &compiler{schema: s, program: &program{}, variables: map[string]int{}, listSize: listSize}
	for _, v := range op.Variables {
		c.variables[v.Name] = v.Index
	}
	if op.Kind == ast.Mutation {
		c.program.base = mutationBase
	}
	root := ofOperation(op.Root)
	c.program.root = c.selection(root, -1, nil, func(*supergraph.Type) float64 { return 0 })
	return c.program
}

func ofOperation(set *operation.SelectionSet) *selected {
	out := &selected{parent: set.Parent}
	for _, f := range set.Fields {
		if f.Def == nil {
			continue
		}
		of := selectedField{def: f.Def, on: f.On, args: f.Args}
		if f.Selection != nil {
			of.below = func() *selected { return ofOperation(f.Selection) }
		}
		out.fields = append(out.fields, of)
	}
	return out
}

func ofPlan(set *plan.SelectionSet) *selected {
	out := &selected{parent: set.Type, from: set}
	for _, f := range set.Fields {
		if f.Def == nil {
			continue
		}
		of := selectedField{def: f.Def, on: f.On, args: f.Args}
		if f.Selection != nil {
			of.below = func() *selected { return ofPlan(f.Selection) }
		}
		out.fields = append(out.fields, of)
	}
	return out
}

// selection compiles the fields of a selection set and returns its alternatives. weigh is what a value of a type costs
// beside its fields.
func (c *compiler) selection(set *selected, owner int32, sized []waiting, weigh weigher) [2]int32 {
	if set.from != nil {
		c.fieldOf[set.from] = owner
	}
	numbers := make([]int32, len(set.fields))
	for i := range set.fields {
		numbers[i] = c.field(&set.fields[i], owner, sized)
	}
	from := int32(len(c.program.groups))
	if set.parent == nil || set.parent.Possible.Empty() {
		// The root of a call for entities, or a type that has no objects: all of it counts.
		c.group(weigh(set.parent), numbers)
		return [2]int32{from, int32(len(c.program.groups))}
	}
	known := map[string]bool{}
	for o := range set.parent.Possible.All {
		t := c.schema.graph.Objects[o]
		var members []int32
		key := binary.LittleEndian.AppendUint64(nil, math.Float64bits(weigh(t)))
		for i := range set.fields {
			if on := set.fields[i].on; on == nil || on.Has(o) {
				members = append(members, numbers[i])
				key = binary.LittleEndian.AppendUint32(key, uint32(numbers[i]))
			}
		}
		if !known[string(key)] {
			known[string(key)] = true
			c.group(weigh(t), members)
		}
	}
	return [2]int32{from, int32(len(c.program.groups))}
}

func (c *compiler) group(weight float64, members []int32) {
	from := int32(len(c.program.members))
	c.program.members = append(c.program.members, members...)
	c.program.groups = append(c.program.groups, group{weight, [2]int32{from, int32(len(c.program.members))}})
}

// field compiles a field and what is below it.
func (c *compiler) field(f *selectedField, owner int32, sized []waiting) int32 {
	number := int32(len(c.program.fields))
	c.program.fields = append(c.program.fields, field{size: -1, inner: 1, parent: owner})
	var below []waiting
	own := int32(-1)
	for _, w := range sized {
		switch {
		case w.path[0] != f.def.Name:
		case len(w.path) == 1:
			own = w.size
		default:
			below = append(below, waiting{w.path[1:], w.size})
		}
	}
	out := field{size: -1, inner: 1, parent: owner}
	z := c.schema.sizing(f.def)
	if z != nil && len(z.sized) > 0 {
		at := c.size(z, f)
		for _, path := range z.sized {
			below = append(below, waiting{path, at})
		}
	}
	if f.def.Type.Elem != nil {
		switch {
		case z != nil && len(z.sized) == 0:
			own = c.size(z, f)
		case own < 0:
			own = c.fixed(c.listSize)
		}
		out.size = own
		for t := f.def.Type.Elem; t.Elem != nil; t = t.Elem {
			out.inner *= c.listSize
		}
	}
	out.args, out.terms = c.arguments(f)
	weight, explicit := c.schema.weight(f.def.Definition.Directives)
	weigh := func(t *supergraph.Type) float64 {
		if explicit {
			return weight
		}
		return c.schema.typeWeight(t)
	}
	if f.below == nil {
		out.weight = weigh(f.def.Named)
	} else {
		out.groups = c.selection(f.below(), number, below, weigh)
	}
	c.program.fields[number] = out
	return number
}

func (c *compiler) fixed(length float64) int32 {
	c.program.sizes = append(c.program.sizes, size{assumed: length, most: -1, otherwise: -1})
	return int32(len(c.program.sizes) - 1)
}

// size compiles the @listSize of a field.
func (c *compiler) size(z *sizing, f *selectedField) int32 {
	s := size{assumed: z.assumed, most: -1, one: z.one, field: f.def.Parent.Name + "." + f.def.Name, arguments: z.slicing}
	if s.assumed < 0 {
		s.assumed = c.listSize
	}
	for _, path := range z.slicing {
		c.slicing(&s, f, path)
	}
	defaults := size{most: -1}
	for _, path := range z.slicing {
		for _, def := range f.def.Args {
			if def.Name == path[0] && def.DefaultValue != nil {
				c.literalSize(&defaults, def.DefaultValue, path[1:])
			}
		}
	}
	s.otherwise = defaults.most
	c.program.sizes = append(c.program.sizes, s)
	return int32(len(c.program.sizes) - 1)
}

func (c *compiler) slicing(s *size, f *selectedField, path []string) {
	for _, a := range f.args {
		if a.Name == path[0] {
			c.literalSize(s, a.Value, path[1:])
		}
	}
}

// literalSize finds the number that a path leads to in a value.
func (c *compiler) literalSize(s *size, v *ast.Value, path []string) {
	for v != nil && v.Kind == ast.ObjectValue && len(path) > 0 {
		v, path = v.Children.ForName(path[0]), path[1:]
	}
	switch {
	case v == nil:
	case v.Kind == ast.Variable:
		if i, ok := c.variables[v.Raw]; ok {
			s.variables = append(s.variables, slicing{i, path})
		}
	case len(path) == 0:
		if n, ok := parseNumber([]byte(v.Raw)); ok {
			s.given++
			s.most = max(s.most, n)
		}
	}
}

// arguments compiles what the arguments of a field cost.
func (c *compiler) arguments(f *selectedField) (cost float64, terms [2]int32) {
	terms[0] = int32(len(c.program.terms))
	for _, a := range f.args {
		def := f.def.Definition.Arguments.ForName(a.Name)
		if def == nil {
			continue
		}
		cost += c.schema.position(def.Directives, def.Type).literal(a.Value, func(name string, at *inputField) {
			if i, ok := c.variables[name]; ok {
				c.program.terms = append(c.program.terms, term{i, at.weight, at.of})
			}
		})
	}
	terms[1] = int32(len(c.program.terms))
	return cost, terms
}
