// Package stream measures what a router's subscriptions take: many clients have the same one, and get every event.
package stream

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/weft-graphql/weft/bench/load"
)

// Config is one measurement.
type Config struct {
	URL      string // the router's endpoint
	PID      int    // and its process
	Source   *Source
	Protocol string // one of Protocols
	Entity   bool   // each event needs a field of another subgraph
	Clients  int
	Events   int
	Settle   time.Duration // how long clients are silent before memory is read
	Patience time.Duration // how long clients may wait for an event
}

// Report is what it came to.
type Report struct {
	Upstream int           // subscriptions at the subgraph
	Calls    float64       // requests to the other subgraph for each event
	Idle     int64         // bytes of resident memory for each client that waits
	CPU      time.Duration // of the router, for each event that a client got
	P50, P99 time.Duration // until a client had it
}

// run is a measurement that runs.
type run struct {
	Config
	ctx     context.Context
	clients []*client
	reading sync.WaitGroup

	mu      sync.Mutex
	sent    []time.Time // when each event was, from the one with the number 1 on
	begun   int         // clients that have had an event
	reached []int       // how many clients have had each
	took    []time.Duration
	failed  error
	changed chan struct{} // has something when clients have had something
}

// Run measures. It fails when a client does not get every event, once and in order.
func Run(ctx context.Context, c Config) (*Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{Config: c, ctx: ctx, changed: make(chan struct{}, 1)}
	defer func() {
		cancel()
		for _, one := range r.clients {
			one.close()
		}
		r.reading.Wait()
	}()
	// What is made for the first client alone is not counted.
	first, err := r.connect(1)
	if err != nil {
		return nil, err
	}
	all, err := r.connect(c.Clients)
	if err != nil {
		return nil, err
	}
	report := &Report{Upstream: c.Source.Open(), Idle: (all - first) / int64(c.Clients)}
	return report, r.deliver(report)
}

// connect adds clients, 50 at a time, waits until all get events, and returns the router's memory when they are silent.
func (r *run) connect(count int) (int64, error) {
	query := plainQuery
	if r.Entity {
		query = entityQuery
	}
	added, errs := make([]*client, count), make([]error, count)
	var dialling sync.WaitGroup
	places := make(chan struct{}, 50)
	for i := range added {
		places <- struct{}{}
		dialling.Go(func() {
			defer func() { <-places }()
			added[i], errs[i] = patientDial(r.ctx, r.Protocol, r.URL, query, r.Patience)
		})
	}
	dialling.Wait()
	for _, c := range added {
		if c != nil {
			r.clients = append(r.clients, c)
			r.reading.Go(func() { r.follow(c) })
		}
	}
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return 0, fmt.Errorf("connecting client %d of %d: %w", i+1, count, errs[i])
	}
	if err := r.begin(); err != nil {
		return 0, err
	}
	select {
	case <-time.After(r.Settle):
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
	return load.ProcessMemory(r.PID)
}

// begin sends events until every client has had one, and then one that all have to get: a router may say that a client
// has its subscription a moment before it has.
func (r *run) begin() error {
	const pause = 250 * time.Millisecond
	again := time.NewTicker(pause)
	defer again.Stop()
	begun := 0
	for range max(r.Patience/pause, 1) {
		if err := r.emit(); err != nil {
			return err
		}
		if err := r.await(again.C, func() bool { begun = r.begun; return begun == len(r.clients) }); err != nil {
			return err
		}
		if begun == len(r.clients) {
			return r.all()
		}
	}
	return fmt.Errorf("of %d clients %d have got no event", len(r.clients), len(r.clients)-begun)
}

// deliver sends events, each when all have the one before, and reports what that took.
func (r *run) deliver(report *Report) error {
	before, err := load.ProcessCPU(r.PID)
	if err != nil {
		return err
	}
	calls := r.Source.Calls()
	r.mu.Lock()
	r.took = nil
	r.mu.Unlock()
	for range r.Events {
		if err := r.all(); err != nil {
			return err
		}
	}
	after, err := load.ProcessCPU(r.PID)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.took)
	report.CPU = (after - before) / time.Duration(len(r.took))
	report.P50, report.P99 = r.took[len(r.took)/2], r.took[len(r.took)*99/100]
	report.Calls = float64(r.Source.Calls()-calls) / float64(r.Events)
	return nil
}

// all sends an event that every client has to get.
func (r *run) all() error {
	if err := r.emit(); err != nil {
		return err
	}
	last := len(r.sent) - 1
	late := time.After(r.Patience)
	reached := 0
	err := r.await(late, func() bool { reached = r.reached[last]; return reached == len(r.clients) })
	if err != nil || reached == len(r.clients) {
		return err
	}
	return fmt.Errorf("event %d has reached %d of %d clients in %v", last+1, reached, len(r.clients), r.Patience)
}

func (r *run) emit() error {
	r.mu.Lock()
	r.sent, r.reached = append(r.sent, time.Now()), append(r.reached, 0)
	r.mu.Unlock()
	return r.Source.Emit(r.ctx, len(r.sent))
}

// await waits until there is true, a client has failed, or it is late, which is no error.
func (r *run) await(late <-chan time.Time, there func() bool) error {
	for {
		r.mu.Lock()
		enough, err := there(), r.failed
		r.mu.Unlock()
		if enough || err != nil {
			return err
		}
		select {
		case <-r.changed:
		case <-late:
			return nil
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
}

// follow takes a client's events until it is closed.
func (r *run) follow(c *client) {
	for last := 0; ; {
		text, err := c.next()
		if r.ctx.Err() != nil {
			return
		}
		number := 0
		if err == nil {
			number, err = event(text, r.Entity)
		}
		if err = r.had(last, number, err); err != nil {
			return
		}
		last = number
	}
}

// had notes that a client has had an event behind the last one.
func (r *run) had(last, number int, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && (number < 1 || number > len(r.sent) || last > 0 && number != last+1) {
		err = fmt.Errorf("event %d came behind %d, of %d", number, last, len(r.sent))
	}
	switch {
	case err != nil && r.failed == nil:
		r.failed = err
	case err == nil:
		if last == 0 {
			r.begun++
		}
		r.reached[number-1]++
		r.took = append(r.took, time.Since(r.sent[number-1]))
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
	return err
}
