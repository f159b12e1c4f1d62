package exec

import (
	"strconv"

	"github.com/weft-graphql/weft/router/jsontext"
)

// deferrals are the positions where parts of an answer are to follow: each @defer, at each object that it stands on.
type deferrals struct {
	list []deferral
	// rests are the objects that something is added to.
	rests []restOf
	// steps are the paths of both, one behind the other.
	steps []pathStep
	// current has the deferral of each @defer where the printer is, plus one; 0 when there is none.
	current []int32
	// marked is the number of deferrals and rests when the present text began, and linked the number of rests that their
	// deferrals know of.
	markedDeferrals, markedRests, linked int
	// pending counts deferrals that the client waits for, and announced those that it was told of.
	pending, announced int
}

// deferral is a @defer at one object.
type deferral struct {
	defers int
	// around is the deferral that this one is within; -1 when that is the first part.
	around int
	path   stepRange
	// first and last are its rests; -1 when it has none.
	first, last int32
	state       deferralState
	id          int
	// at is the position in the text where the object began.
	at int64
}

type deferralState uint8

const (
	// waiting means that what is around it is not delivered.
	waiting deferralState = iota
	// pending means that the client waits for it.
	pending
	// delivered and dropped are its ends. What is within one that is dropped is dropped, too.
	delivered
	dropped
)

// restOf is an object that a deferral adds something to.
type restOf struct {
	deferral int
	object   ref
	program  *objectProgram
	path     stepRange
	next     int32
	// within are the deferrals within this one that have begun where the object is, by their @defer.
	within []begun
	at     int64
}

type begun struct {
	defers   int
	deferral int32
}

// stepRange is a path in deferrals.steps.
type stepRange struct{ start, end int }

func (d *deferrals) path(r stepRange) []pathStep { return d.steps[r.start:r.end] }

// maxRests bounds the objects of an answer that parts of it are deferred for, and maxSteps the memory that their
// paths take.
const (
	maxRests = 1 << 16
	maxSteps = 1 << 19
)

// continued notes what later parts add to an object that is about to be printed.
func (p *printer) continued(c *continuation, r ref, typ int32) {
	d := &p.later.deferrals
	path := stepRange{len(d.steps), len(d.steps) + len(p.path)}
	d.steps = append(d.steps, p.path...)
	for _, defers := range c.opens {
		d.list = append(d.list, deferral{
			defers: defers, around: p.later.around(defers), path: path, first: -1, last: -1, at: p.at(),
		})
		d.current[defers] = int32(len(d.list))
	}
	for i := range c.rests {
		rest := &c.rests[i]
		if rest.on != nil && typ >= 0 && !rest.on.Has(int(typ)) || d.current[rest.defers] == 0 {
			continue
		}
		o := restOf{
			deferral: int(d.current[rest.defers]) - 1, object: r, program: rest.program, path: path, next: -1, at: p.at(),
		}
		for _, defers := range rest.within {
			o.within = append(o.within, begun{defers, d.current[defers]})
		}
		d.rests = append(d.rests, o)
	}
	if len(d.rests)+len(d.list) > maxRests || len(d.steps) > maxSteps {
		p.stop(tooScattered)
	}
}

// around returns the deferral that one of a @defer begins in.
func (l *Later) around(defers int) int {
	parts := l.x.program.parts
	for d := parts[1+defers].deferred.Parent; d != nil; d = d.Parent {
		if parts[1+d.ID].live {
			return int(l.current[d.ID]) - 1
		}
	}
	return -1
}

// mark begins a text: only what is noted from here on can be taken back.
func (d *deferrals) mark() { d.markedDeferrals, d.markedRests = len(d.list), len(d.rests) }

// backTo forgets what was noted at or behind a position of the text, which was taken back.
func (d *deferrals) backTo(at int64) {
	n := len(d.list)
	for n > d.markedDeferrals && d.list[n-1].at >= at {
		n--
	}
	d.list = d.list[:n]
	n = len(d.rests)
	for n > d.markedRests && d.rests[n-1].at >= at {
		n--
	}
	d.rests = d.rests[:n]
}

// announce makes those deferrals pending whose time has come, and calls tell for each.
func (d *deferrals) announce(tell func(*deferral)) {
	for ; d.linked < len(d.rests); d.linked++ {
		at := &d.list[d.rests[d.linked].deferral]
		if at.first < 0 {
			at.first = int32(d.linked)
		} else {
			d.rests[at.last].next = int32(d.linked)
		}
		at.last = int32(d.linked)
	}
	for i := range d.list {
		at := &d.list[i]
		if at.state != waiting {
			continue
		}
		around := delivered
		if at.around >= 0 {
			around = d.list[at.around].state
		}
		switch {
		case around == dropped:
			at.state = dropped
		case around != delivered:
		case at.first < 0:
			at.state = delivered // there is nothing in it
		default:
			at.state, at.id = pending, d.announced
			d.announced++
			d.pending++
			tell(at)
		}
	}
}

// appendSteps appends a path as JSON.
func appendSteps(out []byte, path []pathStep) []byte {
	out = append(out, '[')
	for i, step := range path {
		if i > 0 {
			out = append(out, ',')
		}
		if step.key != "" {
			out = jsontext.AppendQuoted(out, step.key)
		} else {
			out = strconv.AppendInt(out, int64(step.index), 10)
		}
	}
	return append(out, ']')
}
