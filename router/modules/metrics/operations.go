package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/server"
)

const (
	// otherOperations stands for those that have no metrics of their own.
	otherOperations = "(other)"
	// longestName is the longest name of an operation that is a label, in bytes.
	longestName = 100
	// forgetAfter is how long a name has to be without use before it gives way to another.
	forgetAfter = time.Hour
)

// operations count what is executed by the operation's name. Clients choose names: there is a bound on how many have
// series of their own.
type operations struct {
	duration *prometheus.HistogramVec
	errors   *prometheus.CounterVec

	// known is replaced, not changed: every request reads it.
	known atomic.Pointer[map[named]*series]

	mu sync.Mutex
	// most is how many names have series of their own at most, held how many do.
	most, held int
	// swept is when what was not used was last forgotten; now tells the time.
	swept time.Time
	now   func() time.Time
}

// named is an operation as metrics tell it from others.
type named struct{ name, kind string }

// series are those of one operation.
type series struct {
	took   prometheus.Observer
	errors prometheus.Counter
	// used tells that it was executed since the last sweep.
	used atomic.Bool
}

func newOperations() *operations {
	o := &operations{
		duration: prometheus.NewHistogramVec(histogram(
			"weft_operation_duration_seconds", "Time that executed operations took, by name and kind.",
			[]float64{.005, .025, .1, .5, 2.5, 10}), []string{"operation", "kind"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_operation_errors_total", Help: "Executed operations whose answers have errors, by name and kind."},
			[]string{"operation", "kind"}),
		swept: time.Now(), now: time.Now,
	}
	o.known.Store(&map[named]*series{})
	return o
}

func (o *operations) register(registry *prometheus.Registry) {
	registry.MustRegister(o.duration, o.errors)
}

// limit sets how many operations have series of their own. Those that have some keep them until they are forgotten.
func (o *operations) limit(most int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.most = most
}

func (o *operations) count(seen *server.Observation) {
	op := named{seen.Operation.Name, seen.Operation.Kind}
	s := (*o.known.Load())[op]
	if s == nil {
		if s = o.meet(op); s == nil {
			return
		}
	}
	if !s.used.Load() {
		s.used.Store(true)
	}
	observe(s.took, seen.Duration, seen.Operation.TraceID)
	if seen.Operation.Errors > 0 {
		s.errors.Inc()
	}
}

// meet returns the series of an operation that is not known: new ones, or those of all others; nil when nothing is
// wanted by name.
func (o *operations) meet(op named) *series {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.most == 0 {
		return nil
	}
	if s := (*o.known.Load())[op]; s != nil {
		return s // somebody else has just met it
	}
	if len(op.name) > longestName || o.held >= o.most && !o.makeRoom() {
		op.name = otherOperations
		if s := (*o.known.Load())[op]; s != nil {
			return s
		}
	} else {
		o.held++
	}
	s := &series{took: o.duration.WithLabelValues(op.name, op.kind), errors: o.errors.WithLabelValues(op.name, op.kind)}
	more := maps.Clone(*o.known.Load())
	more[op] = s
	o.known.Store(&more)
	return s
}

// makeRoom forgets, once in a while, what was not used since the last time. It tells whether there is room now.
func (o *operations) makeRoom() bool {
	now := o.now()
	if now.Sub(o.swept) < forgetAfter {
		return false
	}
	o.swept, o.held = now, 0
	left := map[named]*series{}
	for op, s := range *o.known.Load() {
		switch {
		case op.name == otherOperations:
			left[op] = s
		case s.used.Swap(false):
			left[op] = s
			o.held++
		default:
			o.duration.DeleteLabelValues(op.name, op.kind)
			o.errors.DeleteLabelValues(op.name, op.kind)
		}
	}
	o.known.Store(&left)
	return o.held < o.most
}
