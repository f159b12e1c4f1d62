package cache_test

import (
	"encoding/json"
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/config"
)

// warm asks until printed forms are used for an operation.
func (r *formsRig) warm(query string, vars map[string]any) {
	r.t.Helper()
	before := r.stats().Printed
	redistest.Eventually(r.t, "printed forms are used", func() bool {
		r.answers(query, vars, "")
		return r.stats().Printed > before
	})
}

// answers checks the data that an operation is answered with; any are right if want is empty.
func (r *formsRig) answers(query string, vars map[string]any, want string) {
	r.t.Helper()
	data, err := r.post(query, vars)
	if err != nil {
		r.t.Fatal(err)
	}
	got, err := json.Marshal(data)
	if err != nil {
		r.t.Fatal(err)
	}
	if want != "" && string(got) != want {
		r.t.Errorf("%s %v\n got %s\nwant %s", query, vars, got, want)
	}
}

func TestFormsKnowNothingOfIntrospection(t *testing.T) {
	r := newFormsRig(t, nil)
	const query = `query($t: String!) { user(id: "0") { home { __type(name: $t) { name } } } }`
	for range 8 {
		r.answers(query, map[string]any{"t": "User"}, `{"user":{"home":{"__type":{"name":"User"}}}}`)
		redistest.Eventually(t, "what was fetched is stored", func() bool { return r.stats().Waiting == 0 })
	}
	r.answers(query, map[string]any{"t": "Product"}, `{"user":{"home":{"__type":{"name":"Product"}}}}`)
}

// What is computed from an entity that the client does not see changes with that entity.
func TestFormsFollowWhatOnlyRepresentationsRead(t *testing.T) {
	r := newFormsRig(t, nil)
	const query = `{ latest(first: 1) { product { note } } }`
	r.warm(query, nil)
	r.answers(query, nil, `{"latest":[{"product":{"note":"note by User.1.nick.v0"}}]}`)
	r.shop.write(thing{"User", 1})
	r.tell("User", "id", 1)
	r.answers(query, nil, `{"latest":[{"product":{"note":"note by User.1.nick.v1"}}]}`)
}

// A cache of any size works: there is always room for nothing.
func TestTheSmallestCacheInProcess(t *testing.T) {
	for size := range config.ByteSize(6) {
		r := newFormsRig(t, func(c *config.Cache) { c.L1.MaxBytes = size })
		r.answers(`{ user(id: "1") { name } }`, nil, `{"user":{"name":"User.1.name.v0"}}`)
	}
}

// What was fetched anew counts from then on, also where nobody invalidated it: a client that asks past the cache
// refreshes it for all.
func TestFormsFollowWhatIsFetchedAnew(t *testing.T) {
	r := newFormsRig(t, func(c *config.Cache) { c.RequestNoCache = true })
	const query = `{ latest(first: 1) { author { name } } }`
	r.warm(query, nil)
	r.shop.write(thing{"User", 0})
	r.ask(`{ users { reviews(first: 1) { author { name } } } }`, "Cache-Control", "no-cache")
	redistest.Eventually(t, "what was fetched is stored", func() bool { return r.stats().Waiting == 0 })
	r.answers(query, nil, `{"latest":[{"author":{"name":"User.0.name.v1"}}]}`)
}
