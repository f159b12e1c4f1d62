package memory

import (
	"cmp"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// Process is what the process may take.
type Process struct {
	// limit is what Go may take of the process's memory, share the part of it that is for what is in progress.
	limit, share int64
	left         atomic.Int64
	// warn is a limit below that one beyond which there only is a warning; zero when there is none.
	warn int64

	began       time.Time
	looked      atomic.Int64
	full, warns atomic.Bool
	// looking lets one goroutine at a time read samples.
	looking sync.Mutex
	samples []metrics.Sample
	// collecting lets one goroutine at a time collect garbage; collected is when that was last done.
	collecting sync.Mutex
	collected  time.Duration
}

const (
	// lookPause is the least time between two looks at what Go takes.
	lookPause = 5 * time.Millisecond
	// progressPart is the part of Go's memory that is for what is in progress. The other one is for what is always
	// there, for what is not counted, and for what is not used any more and not yet collected.
	progressPart = 2
	// newWorkPart is the part of it that is left to what is in progress already: there is no new work when no more is
	// left.
	newWorkPart = 4
	// large is from how many bytes on what is taken must fit into what Go has left at that moment: what was given back
	// may be garbage still, and the collector does not stop those who are quicker than it is.
	large = 1 << 20
	// collectPause is the least time between two collections that were not the collector's own idea.
	collectPause = 100 * time.Millisecond
)

// NewProcess bounds what is in progress in a process that may take so many bytes, and warns from fewer on; zero: it
// does not.
func NewProcess(bytes, warn int64) *Process {
	p := &Process{limit: GoLimit(bytes), began: time.Now(), samples: []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}, collected: -collectPause}
	if warn > 0 {
		p.warn = GoLimit(warn)
	}
	p.share = p.limit / progressPart
	p.left.Store(p.share)
	p.looked.Store(-int64(lookPause))
	return p
}

func (p *Process) take(bytes int64) bool {
	if p.left.Add(-bytes) >= 0 && (bytes < large || p.fits(bytes)) {
		return true
	}
	p.left.Add(bytes)
	return false
}

// fits tells whether Go has so many bytes left, after a collection if it must be.
func (p *Process) fits(bytes int64) bool {
	if p.room() >= bytes {
		return true
	}
	p.collecting.Lock()
	defer p.collecting.Unlock()
	// Another one may have collected in the meantime.
	return p.room() >= bytes || p.collect() && p.room() >= bytes
}

// collect collects garbage, if that is not just done; the caller has collecting.
func (p *Process) collect() bool {
	if time.Since(p.began)-p.collected < collectPause {
		return false
	}
	runtime.GC()
	p.collected = time.Since(p.began)
	return true
}

// Full tells that there is no memory for new work: what is in progress takes most of what it may, or Go takes all of
// its memory, or nearly all of it is in use.
func (p *Process) Full() bool {
	if p.left.Load() < p.share/newWorkPart {
		return true
	}
	p.lookAgain()
	return p.full.Load()
}

// Warns tells whether a process that may take as little as NewProcess was to warn of would be full.
func (p *Process) Warns() bool {
	if p.warn == 0 {
		return false
	}
	share := p.warn / progressPart
	if p.share-p.left.Load() > share-share/newWorkPart {
		return true
	}
	p.lookAgain()
	return p.warns.Load()
}

// lookAgain looks at what Go takes if the last look was a while ago.
func (p *Process) lookAgain() {
	now := int64(time.Since(p.began))
	if last := p.looked.Load(); now-last >= int64(lookPause) && p.looked.CompareAndSwap(last, now) {
		p.look()
	}
}

// look asks Go how much it takes.
func (p *Process) look() {
	live, taken, _ := p.read()
	full := func() bool { return taken > p.most() || live > p.limit-p.limit/8 }
	// Who refuses work makes no garbage, so that the collector might not look again for minutes.
	if full() && p.collecting.TryLock() {
		if p.collect() {
			live, taken, _ = p.read()
		}
		p.collecting.Unlock()
	}
	p.full.Store(full())
	// The collector does not know the limit that only warns: what lives is too much for that.
	p.warns.Store(p.warn > 0 && live > p.warn-p.warn/8)
}

// room is what Go may still take, and what it has and does not use. What it uses may be garbage.
func (p *Process) room() int64 {
	_, taken, free := p.read()
	return p.most() - taken + free
}

// most is what Go may take: the collector keeps just below the limit while it can.
func (p *Process) most() int64 { return p.limit + p.limit/64 }

// read is what lived at the last collection, what Go takes, and how much of that it does not use, in bytes.
func (p *Process) read() (live, taken, free int64) {
	p.looking.Lock()
	defer p.looking.Unlock()
	metrics.Read(p.samples)
	value := func(i int) int64 {
		if v := p.samples[i].Value; v.Kind() == metrics.KindUint64 {
			return int64(v.Uint64()) //nolint:gosec // no process has that much memory
		}
		return 0
	}
	return value(0), value(1) - value(2), value(3)
}

// Stats are what a Process tells of itself.
type Stats struct {
	// Limit is what Go may take without a warning, InProgress what is in progress has taken of its part, in bytes.
	Limit, InProgress int64
}

// Stats returns the present ones.
func (p *Process) Stats() Stats { return Stats{cmp.Or(p.warn, p.limit), p.share - p.left.Load()} }
