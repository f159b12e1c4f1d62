package orders

import (
	"context"
	"sync"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// watchers are those who want to know when an order changes.
type watchers struct {
	mu sync.Mutex
	of map[string]map[chan struct{}]*OrderState
}

// watch returns a channel that has a token whenever the order has come to another state.
func (w *watchers) watch(id string) (changed chan struct{}, stop func()) {
	changed = make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[string]map[chan struct{}]*OrderState{}
	}
	if w.of[id] == nil {
		w.of[id] = map[chan struct{}]*OrderState{}
	}
	w.of[id][changed] = new(OrderState)
	return changed, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if delete(w.of[id], changed); len(w.of[id]) == 0 {
			delete(w.of, id)
		}
	}
}

// tell says that the order is in the state. Everybody hears that once, though a change is told of when it is made and
// again by its event: who hears reads the whole order.
func (w *watchers) tell(id string, state OrderState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for changed, heard := range w.of[id] {
		if *heard != state {
			*heard = state
			signal(changed)
		}
	}
}

// knows says that who has the channel has seen the order in the state.
func (w *watchers) knows(id string, changed chan struct{}, state OrderState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if heard := w.of[id][changed]; heard != nil && *heard == "" {
		*heard = state
	}
}

func (w *watchers) tellAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, of := range w.of {
		for changed := range of {
			signal(changed)
		}
	}
}

// signal puts a token into the channel, unless there is one.
func signal(channel chan struct{}) {
	select {
	case channel <- struct{}{}:
	default:
	}
}

// Changed tells whoever watches the order, and the process manager, that it has changed.
func (c *Core) Changed(order *Order) {
	c.watchers.tell(order.ID, order.State)
	signal(c.wake)
}

// MayHaveChanged tells everybody that any order may have changed: news of them was lost.
func (c *Core) MayHaveChanged() {
	c.watchers.tellAll()
	signal(c.wake)
}

// Heard is told of every event of every process, and passes on what concerns orders.
func (c *Core) Heard(event wire.EntityChanged) {
	if event.Subgraph != "orders" || event.Type != "Order" {
		return
	}
	id, named := event.Key["id"].(string)
	state, told := event.Data["state"].(string)
	if named && told {
		c.watchers.tell(id, OrderState(state))
	}
}

// Watch returns the order as it is, and again whenever it came to another state, until it is final or ctx ends.
func (c *Core) Watch(ctx context.Context, caller wire.Identity, id string) (<-chan *Order, error) {
	changed, stop := c.watchers.watch(id)
	order, err := c.Order(ctx, caller, id)
	if err == nil && order == nil {
		err = fault.At(fault.NotFound, "id", "there is no order %q", id)
	}
	if err != nil {
		stop()
		return nil, err
	}
	c.watchers.knows(id, changed, order.State)
	states := make(chan *Order)
	go func() {
		defer stop()
		defer close(states)
		for {
			select {
			case states <- order:
			case <-ctx.Done():
				return
			}
			told := len(order.History)
			for len(order.History) == told {
				if order.State.Final() {
					return
				}
				select {
				case <-changed:
				case <-ctx.Done():
					return
				}
				now, err := c.Order(ctx, caller, id)
				if err != nil || now == nil {
					return
				}
				order = now
			}
		}
	}()
	return states, nil
}
