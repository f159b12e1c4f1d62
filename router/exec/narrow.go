package exec

import (
	"slices"
	"sync"
)

// maxNarrowed bounds the texts that a request has for parts of its fields. When there are more, all fields are asked
// for: subgraphs remember documents, too.
const maxNarrowed = 16

// narrowedTexts are a request's texts that ask for some of the fields only, by which these are.
type narrowedTexts struct {
	mu   sync.Mutex
	text map[string]*requestText
}

// lacking tells which of the fields of each call somebody lacks among the picked entities, one after the other, one
// byte each. It is nil when nothing is known of any.
func (c *cacheRun) lacking(r *request) []byte {
	known := false
	for call, picked := range c.picked {
		for _, entity := range picked {
			known = known || c.fetch.Entities[c.first[call]+int(entity)].Known != nil
		}
	}
	if !known {
		return nil
	}
	lacks := c.lacks[:0]
	for call, picked := range c.picked {
		fields := r.calls[call].set.fields
		start := len(lacks)
		for i := range fields {
			// Types are told anew by every answer; and a call that asks for nothing has all fields in the document.
			lacks = append(lacks, bit(fields[i].leaf == leafTypename || len(picked) == 0))
		}
		for _, entity := range picked {
			e := &c.fetch.Entities[c.first[call]+int(entity)]
			for j, slot := range e.Wanted {
				if e.Known == nil || !e.Known[j] {
					lacks[start+slot] = '1'
				}
			}
		}
	}
	c.lacks = lacks
	return lacks
}

func bit(set bool) byte {
	if set {
		return '1'
	}
	return '0'
}

// narrow returns the text that asks for what the picked entities lack. The batch stays one request: what one of them
// lacks all are asked for. What is asked for all the same does not count as known.
func (x *execution) narrow(r *request, f *fetch) *requestText {
	c := f.cache
	lacks := c.lacking(r)
	if lacks == nil {
		return &r.text
	}
	text := &r.text
	if r.narrowed != nil && !f.joining && slices.Contains(lacks, '0') {
		if found := r.narrowTo(lacks); found != nil {
			text = found
		}
	}
	if text == &r.text {
		for i := range lacks {
			lacks[i] = '1'
		}
	}
	start := 0
	for call, picked := range c.picked {
		for _, entity := range picked {
			e := &c.fetch.Entities[c.first[call]+int(entity)]
			for j, slot := range e.Wanted {
				if e.Known != nil && lacks[start+slot] == '1' {
					e.Known[j] = false
				}
			}
		}
		start += len(r.calls[call].set.fields)
	}
	return text
}

// narrowTo returns the text for a set of fields; nil when there are too many such texts.
func (r *request) narrowTo(lacks []byte) *requestText {
	r.narrowed.mu.Lock()
	defer r.narrowed.mu.Unlock()
	if text, known := r.narrowed.text[string(lacks)]; known {
		return text
	}
	if len(r.narrowed.text) >= maxNarrowed {
		return nil
	}
	// A response key can stand for several fields; it is left out when none of them is lacking.
	document, variables, ok := r.plan.Narrow(func(call int, key string) bool {
		start := 0
		for i := range call {
			start += len(r.calls[i].set.fields)
		}
		for i, f := range r.calls[call].set.fields {
			if f.key() == key && lacks[start+i] == '1' {
				return true
			}
		}
		return false
	})
	var text *requestText
	if ok {
		made := textOf(r.plan, document, func(name string) bool { return slices.Contains(variables, name) })
		text = &made
	}
	if r.narrowed.text == nil {
		r.narrowed.text = map[string]*requestText{}
	}
	r.narrowed.text[string(lacks)] = text
	return text
}

// complete puts what the cache knew of fetched entities beside what the answer brought. The answer must have been read.
func (x *execution) complete(r *request, f *fetch, a *answer) {
	c := f.cache
	var body []byte
	for call, picked := range c.picked {
		for _, entity := range picked {
			e := &c.fetch.Entities[c.first[call]+int(entity)]
			o := f.calls[call].entities[entity]
			if e.Known == nil || o == 0 {
				continue
			}
			if body == nil {
				body = append(make([]byte, 0, 2*len(a.body)), a.body...)
			}
			for j, slot := range e.Wanted {
				if e.Known[j] && len(body)+len(e.Values[j]) <= maxBody {
					start := len(body)
					body = append(body, e.Values[j]...)
					p := parser{a: a, b: body, types: x.program.types}
					x.put(&p, r.calls[call].set, o.object(), slot, start)
				}
			}
		}
	}
	if body != nil {
		a.body = body
		a.addLinks()
	}
}

// put reads the value that ends the text of p into a slot of an object.
func (x *execution) put(p *parser, n *selectionSet, object uint32, slot, start int) {
	field := &n.fields[slot]
	if v, end := p.value(field, field.lists, start); end == len(p.b) && p.misfits == 0 {
		p.a.values[p.a.objects[object].slots+uint32(slot)] = v
	}
}
