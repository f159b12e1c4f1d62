package generation

import (
	"sync"

	"github.com/weft-graphql/weft/router/engine"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/websocket"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/subscription/callback"
)

// Resources are what outlives generations: connection pools, breakers, counters, the entity cache. Each is made when
// the first generation asks for it, and released when the last one that did is closed.
type Resources struct {
	// epochs are those of all generations: they have clients in common.
	epochs engine.Epochs
	// metrics are those of the modules of all generations.
	metrics *module.Metrics

	// subscriptions are those of all generations, sessions the WebSockets of clients, and streams their
	// streams of events.
	subscriptions *subscription.Hub
	sessions      websocket.Sessions
	streams       server.Streams
	// callbacks takes the events that subgraphs send.
	callbacks callback.Registry

	mu   sync.Mutex
	held map[string]*resource
}

type resource struct {
	// ready is closed when value and err are set.
	ready   chan struct{}
	value   any
	release func()
	err     error
	holders int
}

// NewResources returns none.
func NewResources() *Resources {
	return &Resources{
		metrics: module.NewMetrics(), held: map[string]*resource{}, subscriptions: subscription.NewHub(subscription.Settings{}),
	}
}

// acquire returns the resource of a key, made by create if there is none; done must be called once it is not needed any
// more. What could not be made is tried again by the next one.
func (r *Resources) acquire(
	key string, create func() (value any, release func(), err error),
) (value any, done func(), err error) {
	r.mu.Lock()
	held := r.held[key]
	if held != nil {
		held.holders++
		r.mu.Unlock()
		<-held.ready
	} else {
		held = &resource{ready: make(chan struct{}), holders: 1}
		r.held[key] = held
		r.mu.Unlock()
		held.value, held.release, held.err = create()
		close(held.ready)
	}
	if held.err != nil {
		r.give(key, held)
		return nil, nil, held.err
	}
	return held.value, sync.OnceFunc(func() { r.give(key, held) }), nil
}

// give takes back one hold.
func (r *Resources) give(key string, held *resource) {
	r.mu.Lock()
	held.holders--
	last := held.holders == 0
	if last && r.held[key] == held {
		delete(r.held, key)
	}
	r.mu.Unlock()
	if last && held.release != nil {
		held.release()
	}
}
