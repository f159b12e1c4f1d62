package subgraphs_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// between does something once, after a query whose text has a part.
type between struct {
	part string
	do   atomic.Pointer[func()]
}

func (b *between) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (b *between) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	if strings.Contains(event.Query, b.part) {
		if do := b.do.Swap(nil); do != nil {
			(*do)()
		}
	}
}

// TestAnOrderIsReadWhole calls an order off after its state was read and before its history is: who watches it compares
// histories, and would never be told of a state that came with the history of the next.
func TestAnOrderIsReadWhole(t *testing.T) {
	hook := &between{part: `FROM "orders" AS "o" WHERE (o.id IN`}
	config := kit.Config{QueryHooks: []bun.QueryHook{hook}}
	onBothWith(t, "orders", config, func(t *testing.T, s subgraphs.Service, _ *kittest.Counter) {
		id := buy(t, s, ada, "p1", "key-whole", "card", "1")
		called := false
		cancel := func() {
			called = true
			mutateOrder(t, s, ada, `cancelOrder(input: {id: "`+id+`"})`)
		}
		hook.do.Store(&cancel)
		got := order(t, s, id).Order
		if !called {
			t.Fatal("the order was not called off meanwhile")
		}
		if last := got.History[len(got.History)-1].State; last != got.State {
			t.Errorf("the order is %s, and its history ends with %s", got.State, last)
		}
		if got := order(t, s, id).Order; got.State != "CANCELLED" || len(got.History) != 2 {
			t.Errorf("later it is %+v", got)
		}
	})
}
