package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// handleTimeout bounds one call of a handler.
	handleTimeout = 4 * time.Second
	// ackWait is how long the server waits for a word about a delivery before it sends the event again: how long an event
	// stands still after its consumer died. Held deliveries are heard of every extendEvery.
	ackWait     = 10 * time.Second
	extendEvery = 3 * time.Second
	// maxHeld bounds the deliveries without an answer. When so many of them wait because of failures that only spare
	// are left for the others, those that failed first are given up.
	maxHeld = 256
	spare   = 64
	// maxDeliveries is how often an event may be delivered without a word about it: it may be what ends the process.
	maxDeliveries = 20
	// maxReason bounds the reason in a dead letter, in bytes.
	maxReason = 2000
)

// Retries says how often an event that a handler refuses is tried.
type Retries struct {
	// Attempts is how often an event is tried before it becomes a dead letter; 0 means 8.
	Attempts int
	// First is the wait before the second attempt, which doubles before each further one, up to Most. 0 means a quarter
	// of a second and ten seconds.
	First, Most time.Duration
}

func (r Retries) withDefaults() Retries {
	if r.Attempts <= 0 {
		r.Attempts = 8
	}
	if r.First <= 0 {
		r.First = 250 * time.Millisecond
	}
	if r.Most <= 0 {
		r.Most = 10 * time.Second
	}
	return r
}

// wait is how long to wait after so many attempts.
func (r Retries) wait(attempts int) time.Duration {
	d := r.First
	for ; attempts > 1 && d < r.Most; attempts-- {
		d *= 2
	}
	return min(d, r.Most)
}

// ErrUnavailable marks the error of a handler that says nothing about the event: its database is away, or locked. Such
// attempts do not count.
var ErrUnavailable = errors.New("not available at the moment")

// Consumer takes events in.
type Consumer struct {
	// Name is under which the server remembers how far it got, so that nothing is missed while the process is away.
	// Processes with one name share the events.
	Name string
	// Handle takes an event in. It sees an event again after an error, and may see any event again.
	Handle func(context.Context, wire.EntityChanged) error
	// Opened hears whenever events begin to come, again after a broken connection: what came meanwhile may be lost. It may
	// be nil.
	Opened func()
	// Arrived hears of every event before it is handled for the first time, and Settled once it was taken in or has
	// become a dead letter. Both may be nil.
	Arrived, Settled func(wire.EntityChanged)
}

// delivery is one event in the hands of a consumer. Methods return errors of the connection; the server then sends the
// event again.
type delivery interface {
	subject() string
	payload() []byte
	// times is how often it was delivered, this time included.
	times() int
	// ack says that the event is done with.
	ack() error
	// extend says that it is still being worked on.
	extend() error
	// giveBack asks for it to be delivered again.
	giveBack() error
}

// Consume hands every event to the consumer, one at a time, at least once, those of one entity in order. An event that
// fails is tried again after a while, and holds up the later ones of its entity but nothing else; after the last
// attempt it becomes a dead letter, and so does what cannot be read. The returned function stops it and waits for a
// running handler.
func (b *Bus) Consume(consumer Consumer) (stop func()) {
	return background(func(ctx context.Context) {
		for ctx.Err() == nil {
			w := &worker{bus: b, consumer: consumer, waiting: map[string]*line{}, deliveries: make(chan delivery)}
			if err := w.run(ctx); err != nil && ctx.Err() == nil {
				b.logger.Warn("event subscription broke and is opened again", "consumer", consumer.Name, "error", err)
				pause(ctx, reopenAfter)
			}
		}
	})
}

// background runs f until the returned function is called, which waits for it.
func background(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// worker is a consumer on one subscription.
type worker struct {
	bus        *Bus
	consumer   Consumer
	deliveries chan delivery
	// waiting holds what failed, and what came after it, by entity.
	waiting map[string]*line
	held    int
}

// line is the events of one entity, of which the first has failed.
type line struct {
	events   []held
	attempts int
	failure  error
	next     time.Time
	since    time.Time
	// givenUp tells that the first event makes room for others: its next attempt is the last.
	givenUp bool
}

type held struct {
	delivery
	event wire.EntityChanged
}

func (w *worker) run(ctx context.Context) error {
	subscription, end := context.WithCancel(ctx)
	broken := make(chan error, 1)
	go func() {
		broken <- w.bus.broker.deliver(subscription, w.consumer.Name, w.opened, func(d delivery) {
			select {
			case w.deliveries <- d:
			case <-subscription.Done():
				w.warn(d.giveBack())
			}
		})
	}()
	extend := time.NewTicker(extendEvery)
	defer extend.Stop()
	for {
		retry, entity := w.nextRetry()
		select {
		case d := <-w.deliveries:
			w.take(ctx, d)
		case <-retry:
			w.retry(ctx, entity)
		case <-extend.C:
			w.each(delivery.extend)
		case err := <-broken:
			end()
			return err
		case <-ctx.Done():
			w.each(delivery.giveBack)
			end()
			<-broken
			return nil
		}
	}
}

func (w *worker) opened() {
	if w.consumer.Opened != nil {
		w.consumer.Opened()
	}
}

// each does it with everything that is held.
func (w *worker) each(do func(delivery) error) {
	for _, l := range w.waiting {
		for _, h := range l.events {
			w.warn(do(h.delivery))
		}
	}
}

// nextRetry is when the next attempt is due, and of which entity.
func (w *worker) nextRetry() (<-chan time.Time, string) {
	entity := ""
	for name, l := range w.waiting {
		if entity == "" || l.next.Before(w.waiting[entity].next) {
			entity = name
		}
	}
	if entity == "" {
		return nil, ""
	}
	return time.After(time.Until(w.waiting[entity].next)), entity
}

// take handles a new delivery, or puts it behind those of its entity that wait.
func (w *worker) take(ctx context.Context, d delivery) {
	event, err := wire.DecodeEntityChanged(d.payload())
	if err != nil {
		if w.bury(ctx, d, event, err, 1) {
			w.warn(d.ack())
		} else {
			w.warn(d.giveBack())
		}
		return
	}
	if w.consumer.Arrived != nil {
		w.consumer.Arrived(event)
	}
	one, entity := held{d, event}, event.Subgraph+" "+event.Entity()
	if l := w.waiting[entity]; l != nil {
		l.events = append(l.events, one)
		w.hold()
		return
	}
	l := &line{events: []held{one}, since: time.Now()}
	if d.times() > maxDeliveries {
		l.attempts = max(w.bus.retries.Attempts-1, d.times()-1)
		l.failure = fmt.Errorf("it was delivered %d times, and the process did not say what became of it", d.times())
	}
	if !w.advance(ctx, l) {
		w.waiting[entity] = l
		w.hold()
	}
}

// hold counts one more that is held, and gives the one up that has waited longest when few places are left.
func (w *worker) hold() {
	w.held++
	if w.held <= maxHeld-spare {
		return
	}
	var oldest *line
	for _, l := range w.waiting {
		if !l.givenUp && !errors.Is(l.failure, ErrUnavailable) && (oldest == nil || l.since.Before(oldest.since)) {
			oldest = l
		}
	}
	if oldest != nil {
		oldest.attempts, oldest.next, oldest.givenUp = max(oldest.attempts, w.bus.retries.Attempts-1), time.Now(), true
	}
}

func (w *worker) retry(ctx context.Context, entity string) {
	l := w.waiting[entity]
	before := len(l.events)
	done := w.advance(ctx, l)
	w.held -= before - len(l.events)
	if done {
		delete(w.waiting, entity)
	}
}

// advance handles the events of one entity in order, until one fails. It reports whether all are done.
func (w *worker) advance(ctx context.Context, l *line) bool {
	for len(l.events) > 0 {
		first := l.events[0]
		if err := w.handle(ctx, first.event); err != nil {
			if l.failure = err; !errors.Is(err, ErrUnavailable) {
				l.attempts++
			}
			gone := l.attempts >= w.bus.retries.Attempts && !errors.Is(err, ErrUnavailable)
			if !gone || !w.bury(ctx, first.delivery, first.event, err, l.attempts) {
				w.bus.logger.Warn("event could not be taken in and will be tried again", "consumer", w.consumer.Name,
					"event", first.event.ID, "attempts", l.attempts, "error", err)
				l.next = time.Now().Add(w.bus.retries.wait(l.attempts))
				return false
			}
		}
		if err := first.ack(); err != nil {
			w.warn(err)
		} else if w.consumer.Settled != nil {
			w.consumer.Settled(first.event)
		}
		l.events, l.attempts, l.failure, l.since, l.givenUp = l.events[1:], 0, nil, time.Now(), false
	}
	return true
}

// handle calls the handler; its panic is its error.
func (w *worker) handle(ctx context.Context, event wire.EntityChanged) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the handler panicked: %v", cause)
		}
	}()
	return w.consumer.Handle(ctx, event)
}

// bury makes a dead letter, and reports whether it is safe.
func (w *worker) bury(ctx context.Context, d delivery, event wire.EntityChanged, cause error, attempts int) bool {
	err := w.bus.Bury(ctx, wire.DeadLetter{
		ID: event.ID, Consumer: w.consumer.Name, Reason: cause.Error(), Attempts: attempts, Subject: d.subject(), Event: d.payload(),
	})
	if err != nil {
		w.bus.logger.Error("a dead letter cannot be written", "consumer", w.consumer.Name, "event", event.ID, "error", err)
	}
	return err == nil
}

// warn logs the failure of an acknowledgement: the server will just send the event again.
func (w *worker) warn(err error) {
	if err != nil {
		w.bus.logger.Warn("event could not be acknowledged", "consumer", w.consumer.Name, "error", err)
	}
}
