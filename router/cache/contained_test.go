package cache

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/exec"
)

const twoProducts = `{"upc":"1","sku":"s1","brand":{"id":"b1"},"name":"Table","price":5,"size":{"width":3,"height":4}}`

// containedCase is a value with a product in it, and a fetch of the product.
type containedCase struct {
	// root is what was selected of a root field, data what it answered, header its Cache-Control.
	root, data, header string
	// key names the fields of the representation's key.
	key, representation string
	selection           string
	// want is what is found; empty: the product has to be fetched.
	want string
	// between happens between the two; later is how much later the fetch is.
	between *Invalidation
	later   time.Duration
	// extensions are those of the answer.
	extensions string
}

func TestFetchesFindEntitiesInOtherValues(t *testing.T) {
	const upc, one = "upc", `{"__typename":"Product","upc":"1"}`
	list := func(product string) string { return `{"topProducts":[` + product + `,{"upc":"2"}]}` }
	whole := list(twoProducts)
	for name, test := range map[string]containedCase{
		"a list": {
			`{ topProducts { upc name price } }`, whole,
			"", upc, one, `{ price name }`, `{"price":5,"name":"Table"}`, nil, 0, "",
		},
		"the root": {
			`{ product(upc: "1") { upc name } }`, `{"product":` + twoProducts + `}`,
			"", upc, one, `{ name }`, `{"name":"Table"}`, nil, 0, "",
		},
		"not all": {`{ topProducts { upc name } }`, whole, "", upc, one, `{ name price }`, "", nil, 0, ""},
		"no key":  {`{ topProducts { name } }`, whole, "", upc, one, `{ name }`, "", nil, 0, ""},
		"aliases": {
			`{ topProducts { id: upc name: price other: name } }`, list(`{"id":"1","name":5,"other":"Table"}`), "",
			upc, one, `{ name price }`, `{"name":"Table","price":5}`, nil, 0, "",
		},
		"an alias that looks like the key": {
			`{ topProducts { upc: name name: sku } }`, list(`{"upc":"1","name":"s1"}`), "", upc, one, `{ name }`, "", nil, 0, "",
		},
		"other arguments": {
			`{ topProducts { upc name(lang: "de") } }`, whole, "", upc, one, `{ name }`, "", nil, 0, "",
		},
		"the same arguments": {
			`{ topProducts { upc other: name(lang: "de") } }`, list(`{"upc":"1","other":"Tisch"}`), "",
			upc, one, `{ name(lang: "de") }`, `{"name":"Tisch"}`, nil, 0, "",
		},
		"another key": {
			`{ topProducts { sku brand { id } name } }`, whole, "", "sku brand{id}",
			`{"__typename":"Product","sku":"s1","brand":{"id":"b1"}}`, `{ name }`, `{"name":"Table"}`, nil, 0, "",
		},
		"a key that nobody told": {
			`{ topProducts { sku brand { id } name } }`, whole,
			"", upc, one, `{ name }`, "", nil, 0, "",
		},
		"an object with more": {
			`{ topProducts { upc size { width height } } }`, whole, "", upc, one, `{ size { width } }`,
			`{"size":{"width":3,"height":4}}`, nil, 0, "",
		},
		"an object with less": {
			`{ topProducts { upc size { width } } }`, whole,
			"", upc, one, `{ size { height } }`, "", nil, 0, "",
		},
		"no-store": {`{ topProducts { upc name } }`, whole, "no-store", upc, one, `{ name }`, "", nil, 0, ""},
		"private": {
			`{ topProducts { upc name } }`, whole,
			"private, max-age=60", upc, one, `{ name }`, "", nil, 0, "",
		},
		"in time": {
			`{ topProducts { upc name } }`, whole,
			"max-age=10", upc, one, `{ name }`, `{"name":"Table"}`, nil, 9 * time.Second, "",
		},
		"too late": {
			`{ topProducts { upc name } }`, whole,
			"max-age=10", upc, one, `{ name }`, "", nil, 11 * time.Second, "",
		},
		"too late for the schema": {
			`{ topProducts { upc volatile } }`, list(`{"upc":"1","volatile":1}`), "",
			upc, one, `{ volatile }`, "", nil, 8 * time.Second, "",
		},
		"invalidated by its key": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"1"}`)}, 0, "",
		},
		"another one invalidated": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, `{"name":"Table"}`,
			&Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":"2"}`)}, 0, "",
		},
		"invalidated by another key": {
			`{ topProducts { upc sku brand { id } name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"sku":"s1","brand":{"id":"b1"}}`)}, 0, "",
		},
		"invalidated by a key that nobody told": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"sku":"s1","brand":{"id":"b1"}}`)}, 0, "",
		},
		"its type invalidated": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "type", Type: "Product"}, 0, "",
		},
		"its subgraph invalidated": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "subgraph", Subgraph: "products"}, 0, "",
		},
		"the answer's tag invalidated": {
			`{ topProducts { upc name } }`, whole, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "cache_tag", Tag: "sale"}, 0, `{"apolloCacheTags":["sale"]}`,
		},
		"the root field's tag invalidated": {
			`{ product(upc: "1") { upc name } }`, `{"product":` + twoProducts + `}`, "", upc, one, `{ name }`, "",
			&Invalidation{Kind: "cache_tag", Tag: "product-1"}, 0, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Start(t)
			for storage, cfg := range map[string]Config{"process": {}, "redis": redisOnly(s.Addr)} {
				t.Run(storage, func(t *testing.T) { test.run(t, cfg) })
			}
		})
	}
}

func (test containedCase) run(t *testing.T, cfg Config) {
	var clk wallClock
	cfg.Now = clk.now
	c, g := openCache(t, loadShop(t), cfg)
	newAsk(t, g, "products", "Query", "", "", test.root).must(t, c, nil, func([]string) subgraphAnswer {
		return subgraphAnswer{
			entities: []string{test.data}, extensions: test.extensions, header: map[string]string{"Cache-Control": test.header},
		}
	})
	if test.between != nil {
		if _, err := c.Invalidate(context.Background(), *test.between); err != nil {
			t.Fatal(err)
		}
	}
	clk.advance(test.later)
	f := newAsk(t, g, "products", "Product", test.key, "", test.selection)
	res, err := f.run(context.Background(), c.Visit(VisitOptions{}), nil, []string{test.representation},
		func(reps []string) subgraphAnswer { return subgraphAnswer{entities: []string{"null"}} })
	if err != nil {
		t.Fatal(err)
	}
	if found := res.status[0] == exec.CacheHit; found != (test.want != "") || found && res.values[0] != test.want {
		t.Errorf("found %v %v, want %s", found, res.values, test.want)
	}
}

// What the schema says of a field counts for the entities in it: they are private where it is.
func TestEntitiesInPrivateFieldsArePrivate(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{Subgraphs: map[string]policy.Subgraph{"accounts": {Private: true}}})
	me := newAsk(t, g, "accounts", "Query", "", "", `{ me { id name } }`)
	user := newAsk(t, g, "accounts", "User", "id", "", `{ name }`)
	const rep = `{"__typename":"User","id":"1"}`
	answer := func(entity string) upstreamFunc {
		return func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{entity}} }
	}
	visit := func(who string) *Visit { return c.Visit(VisitOptions{Identity: who}) }
	ada := answer(`{"me":{"id":"1","name":"Ada"}}`)
	if _, err := me.run(context.Background(), visit("ada"), nil, nil, ada); err != nil {
		t.Fatal(err)
	}
	settle(t, c)
	for who, want := range map[string]string{"ada": `{"name":"Ada"}`, "bob": `{"name":"for bob"}`} {
		res, err := user.run(context.Background(), visit(who), nil, []string{rep}, answer(`{"name":"for `+who+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		same(t, who, res.values, []string{want})
	}
}

// A list whose answers end soon does not make its entities end sooner that are known for longer, nor hide what was
// known of them.
func TestEntitiesInOtherValuesDoNotReplaceBetterOnes(t *testing.T) {
	s := redistest.Start(t)
	for storage, cfg := range map[string]Config{"process": {}, "redis": redisOnly(s.Addr)} {
		t.Run(storage, func(t *testing.T) {
			var clk wallClock
			cfg.Now = clk.now
			c, g := openCache(t, loadShop(t), cfg)
			full := newAsk(t, g, "products", "Product", "upc", "", `{ name size { width height } }`)
			full.must(t, c, []string{product(1)}, func([]string) subgraphAnswer {
				return subgraphAnswer{
					entities: []string{`{"name":"Table","size":{"width":3,"height":4}}`},
					header:   map[string]string{"Cache-Control": "max-age=1000"},
				}
			})
			newAsk(t, g, "products", "Query", "", "", `{ topProducts { upc name size { width } } }`).must(t, c, nil,
				func([]string) subgraphAnswer {
					return subgraphAnswer{
						entities: []string{`{"topProducts":[{"upc":"1","name":"Table","size":{"width":3}}]}`},
						header:   map[string]string{"Cache-Control": "max-age=10"},
					}
				})
			clk.advance(20 * time.Second)
			res, err := full.run(context.Background(), c.Visit(VisitOptions{}), nil, []string{product(1)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "found", fmt.Sprint(res.values), `[{"name":"Table","size":{"width":3,"height":4}}]`)
		})
	}
}
