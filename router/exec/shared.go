package exec

import "slices"

// parsed is an answer that several requests share, as the first of them has read it: the others copy its slabs, which
// takes a fraction of the time of reading the text again.
type parsed struct {
	program *Program
	request int
	body    []byte
	values  []value
	objects []object
	lists   []list
	linked  uint32
	// collected is answer.collected, entities callRun.entities by call.
	collected [][]uint32
	entities  [][]ref
	// types are the runtime types of the representations by call: where these name an interface, equal requests can be
	// about objects of which one execution knows more than another.
	types      [][]int32
	extensions []byte
}

// parseShared is parse for an answer that other requests have got, too.
func (x *execution) parseShared(request int, r *request, f *fetch) error {
	var err error
	first := false
	made := f.response.Shared.Once(func() any {
		first = true
		if err = x.parse(&f.parser, r, f, &f.response, nil); err != nil || f.parser.errors != nil ||
			len(f.reader.broken) > 0 {
			return nil
		}
		return x.snapshot(request, f)
	})
	if first {
		return err
	}
	if p, ok := made.(*parsed); ok && p.fits(x.program, request, f) {
		x.adopt(p, f)
		return nil
	}
	return x.parse(&f.parser, r, f, &f.response, nil)
}

// snapshot copies what was read of an answer without errors.
func (x *execution) snapshot(request int, f *fetch) *parsed {
	a := f.parser.a
	p := &parsed{
		program: x.program, request: request, body: a.body, linked: a.linked, extensions: f.extensions,
		values: slices.Clone(a.values), objects: slices.Clone(a.objects), lists: slices.Clone(a.lists),
	}
	for _, c := range a.collected {
		p.collected = append(p.collected, slices.Clone(c))
	}
	for i := range f.calls {
		p.entities = append(p.entities, slices.Clone(f.calls[i].entities))
		p.types = append(p.types, spanTypes(f.calls[i].spans))
	}
	return p
}

func spanTypes(spans []span) []int32 {
	types := make([]int32, len(spans))
	for i := range spans {
		types[i] = spans[i].typ
	}
	return types
}

// fits tells whether a fetch would read the answer in the same way.
func (p *parsed) fits(program *Program, request int, f *fetch) bool {
	if p.program != program || p.request != request {
		return false
	}
	for i := range f.calls {
		spans := f.calls[i].spans
		if len(spans) != len(p.types[i]) {
			return false
		}
		for j := range spans {
			if spans[j].typ != p.types[i][j] {
				return false
			}
		}
	}
	return true
}

// adopt takes over what another execution has read.
func (x *execution) adopt(p *parsed, f *fetch) {
	a := f.parser.a
	a.body, a.linked = p.body, p.linked
	a.values = append(a.values[:0], p.values...)
	a.objects = append(a.objects[:0], p.objects...)
	a.lists = append(a.lists[:0], p.lists...)
	for i, c := range p.collected {
		a.collected[i] = append(a.collected[i][:0], c...)
	}
	for i, e := range p.entities {
		f.calls[i].entities = append(f.calls[i].entities[:0], e...)
	}
	f.extensions = p.extensions
	a.addLinks()
}
