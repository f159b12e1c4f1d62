package cache

import (
	"context"
	"testing"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// What is stored for single callers is not shown, but neither is it said to be invalidated.
func TestInspectingWhatIsPrivate(t *testing.T) {
	s := redistest.Start(t)
	cfg := redisOnly(s.Addr)
	cfg.Subgraphs = map[string]policy.Subgraph{"accounts": {Private: true}}
	c, g := openCache(t, loadShop(t), cfg)
	user := `{"__typename":"User","id":"1"}`
	up := func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{`{"cart":"full"}`}}
	}
	cart := newAsk(t, g, "accounts", "User", "id", "", "{ cart }")
	look := func() (others bool, fields int) {
		t.Helper()
		entries, err := c.Inspect(context.Background(), "User", []byte(`{"id":"1"}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Subgraph == "accounts" {
				others, fields = others || e.Others, fields+len(e.Fields)
			}
		}
		return others, fields
	}
	if _, err := cart.run(context.Background(), c.Visit(VisitOptions{Identity: "ada"}), nil, []string{user}, up); err != nil {
		t.Fatal(err)
	}
	settle(t, c)
	others, fields := look()
	same(t, "what is private is there", []any{others, fields}, []any{true, 0})
	one := Invalidation{Kind: "entity", Type: "User", Key: []byte(`{"id":"1"}`)}
	res, err := c.Invalidate(context.Background(), one)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "entities removed", res.Count >= 1, true)
	others, fields = look()
	same(t, "it is gone", []any{others, fields}, []any{false, 0})
}
