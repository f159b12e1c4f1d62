package insights

import (
	"context"
	"sync"

	"github.com/weft-graphql/weft/schema/wire"
)

// mostWaiting bounds how many anomalies wait for a subscriber, and of how many it is remembered what was told.
const mostWaiting = 100

// watchers are those who want to know of anomalies.
type watchers struct {
	mu  sync.Mutex
	all map[chan string]struct{}
}

func (w *watchers) watch() (ids chan string, stop func()) {
	ids = make(chan string, mostWaiting)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[chan string]struct{}{}
	}
	w.all[ids] = struct{}{}
	return ids, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, ids)
	}
}

// tell passes an id on. Who is too slow for that many finds them in the list.
func (w *watchers) tell(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ids := range w.all {
		select {
		case ids <- id:
		default:
		}
	}
}

// Heard is told of every event of every process, and passes on what concerns anomalies.
func (c *Core) Heard(event wire.EntityChanged) {
	if event.Subgraph != "insights" || event.Type != "Anomaly" {
		return
	}
	if id, ok := event.Key["id"].(string); ok {
		c.watchers.tell(id)
	}
}

// Watch returns every anomaly whenever something has become of it, until ctx ends.
func (c *Core) Watch(ctx context.Context, caller wire.Identity, signal *string) (<-chan *Anomaly, error) {
	if err := operatorsOnly(caller, "watch anomalies"); err != nil {
		return nil, err
	}
	ids, stop := c.watchers.watch()
	found := make(chan *Anomaly)
	go func() {
		defer stop()
		defer close(found)
		told := map[string]int{}
		for {
			select {
			case id := <-ids:
				if !c.pass(ctx, id, signal, told, found) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return found, nil
}

// pass hands an anomaly on that was not told yet as it is now. It is false when nobody listens any more.
func (c *Core) pass(
	ctx context.Context, id string, signal *string, told map[string]int, found chan<- *Anomaly,
) bool {
	all, err := c.store.Anomalies(ctx, []string{id})
	a := all[id]
	if err != nil || a == nil || told[id] >= a.Version || signal != nil && *signal != a.Signal {
		return ctx.Err() == nil
	}
	if len(told) >= mostWaiting {
		clear(told)
	}
	told[id] = a.Version
	select {
	case found <- a:
		return true
	case <-ctx.Done():
		return false
	}
}
