package exec

import (
	"net/http"
	"slices"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/upstream"
)

// errWhole tells that a batch of entities failed as a whole and can be halved. It never gets to clients.
var errWhole = &answerError{code: codeDownstream, message: "the batch failed as a whole"}

// batch is a batch of a batch: for each call of the request, the entities to ask for.
type batch [][]uint32

func (p batch) size() int {
	n := 0
	for _, entities := range p {
		n += len(entities)
	}
	return n
}

// halves cuts a batch in two.
func (p batch) halves() (left, right batch) {
	left, right = make(batch, len(p)), make(batch, len(p))
	rest := p.size() / 2
	for i, entities := range p {
		n := min(rest, len(entities))
		left[i], right[i] = slices.Clone(entities[:n]), slices.Clone(entities[n:])
		rest -= n
	}
	return left, right
}

// halvable tells whether an answer with errors shows that a batch failed as a whole, and that asking for less may help:
// there is not a single list of entities, and the subgraph did not refuse the client or complain of too many requests.
func (f *fetch) halvable(d *dataReader, status int) bool {
	if !f.canHalve || d.lists > 0 {
		return false
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return false
	}
	n := 0
	for i := range f.calls {
		if d.picked == nil {
			n += len(f.calls[i].spans)
		} else {
			n += len(d.picked[i])
		}
	}
	return n > 1
}

// halve asks for a batch that failed as a whole in halves, and for the halves that fail in halves again, until single
// entities are found that fail or there were as many requests as are allowed. ask asks for a part, or notes that it
// failed with the given error: when the subgraph cannot be reached any more, it is not asked again. The answers are
// kept one behind the other; resp is where they come in.
func (x *execution) halve(
	r *request,
	f *fetch,
	whole batch,
	resp *upstream.Response,
	ask func(p batch, err error) error,
) {
	left := r.halves
	first, second := whole.halves()
	queue := []batch{first, second}
	f.joining, f.joined = true, nil
	var broken error
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if broken != nil {
			_ = ask(p, broken) // it is the error it was given
			continue
		}
		left--
		// What is in the queue is asked for in any case.
		f.canHalve = left-len(queue) >= 2
		resp.Release()
		err := ask(p, nil)
		if err == errWhole {
			first, second = p.halves()
			queue = append(queue, first, second)
			continue
		}
		broken = err
	}
	f.joining = false
}

// all returns the part that has all entities of a request.
func (f *fetch) all() batch {
	p := make(batch, len(f.calls))
	for i := range f.calls {
		for entity := range f.calls[i].spans {
			p[i] = append(p[i], uint32(entity))
		}
	}
	return p
}

// halveFetched halves a request without a cache.
func (x *execution) halveFetched(request int, r *request, f *fetch) {
	x.halve(r, f, f.all(), &f.response, func(p batch, err error) error {
		if err == nil {
			err = x.ctx.Err()
		}
		if err == nil {
			f.body = x.body(f.body[:0], &r.text, r, f, p, nil)
			err = x.send(r, f, f.body, &f.response)
		}
		if err == nil {
			f.parser = parser{a: x.answers[firstAnswer(request)+fetchedAnswer]}
			err = x.parse(&f.parser, r, f, &f.response, p)
		}
		if err != nil && err != errWhole {
			x.failed(r, f, err, func(call, entity int) bool { return slices.Contains(p[call], uint32(entity)) })
		}
		return err
	})
}

// halveCached halves what was picked of a request with a cache, which hears of each part by itself.
func (x *execution) halveCached(request, which int, r *request, f *fetch) {
	c := f.cache
	resp := &f.response
	if which == lateAnswer {
		resp = &f.late
	}
	whole := make(batch, len(c.picked))
	for i := range c.picked {
		whole[i] = slices.Clone(c.picked[i])
	}
	c.mark(whole, entityOpen)
	x.halve(r, f, whole, resp, func(p batch, err error) error {
		c.pickOnly(p)
		o := CacheOutcome{Err: err}
		if err == nil {
			o = x.sendPicked(request, which, r, f)
		} else {
			c.mark(p, entityLost)
		}
		if o.Err == errWhole {
			c.mark(p, entityOpen)
			return o.Err
		}
		x.finish(request, which, r, f, &o)
		if o.Err == errStale {
			return nil
		}
		return o.Err
	})
}

// mark sets the state of the entities of a part.
func (c *cacheRun) mark(p batch, s entityState) {
	for call, entities := range p {
		for _, entity := range entities {
			c.states[c.first[call]+int(entity)] = s
		}
	}
}

// pickOnly picks the entities of a part, and no others.
func (c *cacheRun) pickOnly(p batch) {
	for i := range c.fetch.Entities {
		c.fetch.Entities[i].Fetched = false
	}
	for call, entities := range p {
		c.picked[call] = append(c.picked[call][:0], entities...)
		for _, entity := range entities {
			c.fetch.Entities[c.first[call]+int(entity)].Fetched = true
		}
	}
}

// parseJoined is parse for one of several answers that are kept one behind the other.
func (x *execution) parseJoined(p *parser, r *request, f *fetch, resp *upstream.Response, picked [][]uint32) error {
	f.reader.marks = f.reader.marks[:0]
	for _, collected := range p.a.collected {
		f.reader.marks = append(f.reader.marks, len(collected))
	}
	p.start = len(f.joined)
	body := append(f.joined, jsontext.ToValidUTF8(resp.Body)...)
	err := x.read(p, body, r, f, resp.Status, picked)
	if err == nil {
		f.joined = body
	}
	return err
}
