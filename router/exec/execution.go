package exec

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
)

// execution is one run of a program. It is pooled with its program, so its slabs have the right sizes; that of a
// program's first run serves other programs, too, since most programs of new operations run once.
type execution struct {
	program *Program
	request *Request
	ctx     context.Context
	// answers of the root (0) and of each request: what was fetched, what came from the cache, and what was fetched in
	// a second attempt because another request's fetch, which was waited for, did not bring it. The latter two are nil
	// until they are needed.
	answers []*answer
	fetches []fetch
	// waiting counts, for each request, those it waits for; remaining those that are not complete.
	waiting   []atomic.Int32
	remaining atomic.Int32
	done      chan struct{}

	// mu guards what follows.
	mu sync.Mutex
	// unzipped counts, for each zip, the requests it waits for.
	unzipped []int
	// running counts fetches under way, and ready are those that wait for one of them to end; only with MaxParallel.
	running int
	ready   []int

	errors errorList
	// crowded tells that there was no memory for an answer of a subgraph.
	crowded atomic.Bool
	// skipped tells that something was not asked for because of an error.
	skipped atomic.Bool
	// later delivers what is deferred; nil when nothing is.
	later *Later

	printer printer
	started time.Time

	// shared tells that it goes back to the engine, and spare are answers that the program has no use for yet.
	shared  bool
	spareMu sync.Mutex
	spare   []*answer
}

// Answers of a request.
const (
	answersPerRequest = 3
	fetchedAnswer     = 0
	cachedAnswer      = 1
	lateAnswer        = 2
)

// fetch is one run of a request.
type fetch struct {
	calls    []callRun
	response upstream.Response
	// late is the response of a second attempt.
	late upstream.Response
	// sending, parser and reader are here so that they need not be allocated.
	sending upstream.Request
	parser  parser
	reader  dataReader
	body    []byte
	cache   *cacheRun
	trace   FetchTrace
	// sent counts the requests.
	sent int
	// canHalve tells that the batch may be asked for again in halves when it fails as a whole, and joining that its
	// answers are kept one behind the other in joined.
	canHalve, joining bool
	joined            []byte
	// extensions are those of the answer, if they are passed on.
	extensions []byte
	// inputs are Program.inputs, when they were needed.
	inputs map[*selectedField]bool
}

// callRun is one run of a call.
type callRun struct {
	// targets are the objects the call completes, and which of the entities each gets.
	targets []targetRun
	// text has the distinct representations one behind the other, spans where they are.
	text  []byte
	spans []span
	// bounds tell where the values of the representations' fields stand; they are only noted for the entity cache.
	bounds []bound
	// table finds representations by hash: it holds indexes of spans, plus one.
	table []uint32
	// byKnown finds representations by the entity that decides them (target.known): it holds indexes of spans, plus one.
	// All these entities are in the answer knownIn.
	byKnown []uint32
	knownIn int
	// entities are the objects that were found, zero for null.
	entities []ref
	// omitted are the targets the call could not be asked for because an earlier answer left out something.
	omitted []ref
}

type targetRun struct {
	object ref
	target int32
	entity uint32
}

// span is a distinct representation.
type span struct {
	start, end int
	// full is the end of the context variables that follow the representation, if there are any.
	full int
	hash uint64
	typ  int32
	// input is the index in plan.Call.Input, and bounds that of its first field in callRun.bounds.
	input, bounds int32
}

// bound is where a value starts and ends in callRun.text. Nothing is there when both are 0.
type bound struct{ start, end uint32 }

func (p *Program) acquire(ctx context.Context, req *Request) *execution {
	x, _ := p.pool.Get().(*execution)
	if x == nil {
		x = p.engine.acquire(p)
	}
	x.ctx, x.request = ctx, req
	if req.timed() {
		x.started = time.Now()
	}
	root := x.answers[0]
	root.addObject(p.root.set.typ, 0, int(p.root.set.links))
	root.addLinks()
	if req.Object != nil {
		for _, a := range x.answers {
			if a != nil {
				a.counting = true
			}
		}
	}
	for i := range p.requests {
		x.waiting[i].Store(int32(len(p.requests[i].plan.After)))
	}
	x.remaining.Store(int32(len(p.requests)))
	for i, z := range p.zips {
		x.unzipped[i] = len(z.needs)
	}
	return x
}

// firstAnswer returns the index of a request's first answer.
func firstAnswer(request int) int { return 1 + answersPerRequest*request }

// extraAnswer returns a request's answer for values from the cache or from a second attempt.
func (x *execution) extraAnswer(request, which int) *answer {
	at := firstAnswer(request) + which
	if x.answers[at] == nil {
		x.newAnswer(at, x.program.requests[request].collectors)
	}
	x.answers[at].counting = x.request.Object != nil
	return x.answers[at]
}

// release gives everything back. Nothing of the execution may be running any more.
func (p *Program) release(x *execution) {
	for i := range x.fetches {
		x.fetches[i].reset()
	}
	for _, a := range x.answers {
		if a != nil {
			a.reset()
		}
	}
	x.errors.reset()
	x.crowded.Store(false)
	x.skipped.Store(false)
	x.printer.reset()
	x.ready = x.ready[:0]
	x.ctx, x.request, x.later = nil, nil, nil
	if x.shared {
		p.engine.release(x)
	} else {
		p.pool.Put(x)
	}
}

func (f *fetch) reset() {
	f.response.Release()
	f.late.Release()
	f.body = keep(f.body, maxKeptBytes)
	clear(f.sending.Header)
	f.sending = upstream.Request{
		Header: keep(f.sending.Header, maxKeptObjects), VariesBy: keep(f.sending.VariesBy, maxKeptBytes),
	}
	f.parser, f.reader = parser{}, dataReader{
		read: f.reader.read, marks: f.reader.marks[:0], brought: f.reader.brought[:0], broken: keep(f.reader.broken, maxKeptObjects),
	}
	f.trace = FetchTrace{}
	f.sent, f.extensions, f.inputs = 0, nil, nil
	f.canHalve, f.joining, f.joined = false, false, nil
	if f.cache != nil {
		f.cache.reset()
	}
	for i := range f.calls {
		c := &f.calls[i]
		c.targets = keep(c.targets, maxKeptObjects)
		c.text = keep(c.text, maxKeptBytes)
		c.spans = keep(c.spans, maxKeptObjects)
		c.bounds = keep(c.bounds, maxKeptObjects)
		c.table = keep(c.table, maxKeptObjects)
		c.byKnown = keep(c.byKnown, maxKeptObjects)
		c.entities = keep(c.entities, maxKeptObjects)
		c.omitted = nil
	}
}
