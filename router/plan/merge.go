package plan

import (
	"fmt"
	"slices"
	"strconv"
)

// real follows merges.
func (s *bsel) real() *bsel {
	for s.merged != nil {
		s = s.merged
	}
	return s
}

func (f *bfield) real() *bfield {
	for f.merged != nil {
		f = f.merged
	}
	return f
}

func (c *bcall) real() *bcall {
	for c.merged != nil {
		c = c.merged
	}
	return c
}

// mergeCalls joins entity calls of one request that ask for the same with representations of the same form: the
// entities of all positions then travel in one list. What happens below must be the same, too, so that a later call
// that only one of the positions needs is not made for the others. The latest waves are looked at first for that
// reason.
func (b *builder) mergeCalls() {
	order := slices.Clone(b.calls)
	slices.SortStableFunc(order, func(a, c *bcall) int { return c.slot.level - a.slot.level })
	numbers := map[string]*bcall{}
	for i, c := range order {
		c.number = i
		if c.position == nil || len(c.contexts) > 0 {
			continue
		}
		sig := b.signature(c, true)
		first := numbers[sig]
		if first == nil {
			// Classes seen as the same interface object at one position are not told apart by their types.
			untyped := ""
			if len(c.inputs) == 1 && c.inputs[0].typeName != "" {
				untyped = fmt.Sprintf("%p", c.position) + b.signature(c, false)
				first = numbers[untyped]
			}
			if first == nil {
				numbers[sig] = c
				if untyped != "" {
					numbers[untyped] = c
				}
				continue
			}
			first.inputs[0].on = first.inputs[0].on.Or(c.inputs[0].on)
		}
		c.merged = first
		c.number = first.number
		b.mergeSelections(first.sel, c.sel)
		first.targets = append(first.targets, c.targets...)
		first.after = append(first.after, c.after...)
		for i, in := range c.inputs {
			for j, f := range in.fields {
				joinSources(first.inputs[i].fields[j], f)
			}
		}
	}
	b.calls = slices.DeleteFunc(b.calls, func(c *bcall) bool { return c.merged != nil })
}

// signature describes everything two calls must have in common to be merged.
//
// Types says whether the runtime types belong to it.
func (b *builder) signature(c *bcall, types bool) string {
	d := document{t: b.t, out: b.mem.text[:0], used: b.mem.used[:0]}
	num := func(n int) { d.out = append(strconv.AppendInt(d.out, int64(n), 10), ' ') }
	num(c.step)
	num(c.slot.graph)
	num(c.slot.level)
	num(c.slot.part)
	d.selection(c.sel)
	for _, in := range c.inputs {
		d.out = append(append(d.out, '#'), in.typeName...)
		if in.typeName != "" {
			// What the objects are is said by the position, not by the representation.
			d.out = append(d.out, c.sel.decl.Name...)
		}
		if types {
			d.out = appendTypes(d.out, in.on)
		}
		d.out = appendRep(d.out, in.fields)
	}
	var below func(s *bsel)
	position := 0
	below = func(s *bsel) {
		position++
		var numbers []int
		for _, o := range b.calls {
			for _, t := range o.targets {
				if t.at.real() == s {
					numbers = append(numbers, o.number)
				}
			}
		}
		slices.Sort(numbers)
		for _, n := range slices.Compact(numbers) {
			num(position)
			num(n)
		}
		for _, f := range s.fields {
			if types {
				d.out = appendTypes(d.out, f.on)
			}
			if f.child != nil {
				below(f.child)
			}
		}
	}
	below(c.sel)
	b.mem.text, b.mem.used = d.out, d.used
	return string(d.out)
}

func appendTypes(out []byte, on []uint64) []byte {
	out = append(out, '[')
	for _, w := range on {
		out = append(strconv.AppendUint(out, w, 16), '.')
	}
	return append(out, ']')
}

func appendRep(out []byte, fields []*brep) []byte {
	for _, f := range fields {
		out = appendTypes(append(out, f.name...), f.on)
		if f.key {
			out = append(out, '!')
		}
		out = append(appendRep(append(out, '{'), f.fields), '}')
	}
	return out
}

// mergeSelections makes one selection set stand for another with the same text.
func (b *builder) mergeSelections(into, from *bsel) {
	from.merged = into
	for i, f := range from.fields {
		g := into.fields[i]
		f.merged = g
		if !f.on.SubsetOf(g.on) {
			g.on = g.on.Or(f.on)
		}
		for _, s := range f.serves {
			b.serve(g, s)
		}
		if f.child != nil {
			b.mergeSelections(g.child, f.child)
		}
	}
}

func joinSources(into, from *brep) {
	for _, f := range from.from {
		if !slices.Contains(into.from, f) {
			into.from = append(into.from, f)
		}
	}
	into.told = append(into.told, from.told...)
	for i, f := range from.fields {
		joinSources(into.fields[i], f)
	}
}

// separateKeys gives a field another response key where fields of different runtime types share one but something below
// them cannot be merged. GraphQL specification, section 5.3.2, SameResponseShape.
func (b *builder) separateKeys(sel *bsel) {
	first := map[string][]*bfield{}
	for _, f := range sel.fields {
		if f.child == nil {
			continue
		}
		if slices.ContainsFunc(first[f.key], func(o *bfield) bool { return b.differ(f.child, o.child) }) {
			b.aliases++
			f.key = "_weft" + strconv.Itoa(b.aliases) + "_" + f.def.Name
		}
		if sel.decl.IsAbstract() {
			first[f.key] = append(first[f.key], f)
		}
		b.separateKeys(f.child)
	}
}

func (b *builder) differ(x, y *bsel) bool {
	for _, f := range x.fields {
		for _, o := range y.fields {
			if f.key != o.key {
				continue
			}
			if f.def == nil || o.def == nil {
				if f.def != o.def {
					return true
				}
				continue
			}
			if !sameShape(f.typ, o.typ, b.t.sg) || f.child != nil && o.child != nil && b.differ(f.child, o.child) {
				return true
			}
		}
	}
	return false
}
