package cache

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/redistest"
)

// With the cache in process switched off every answer comes from Redis.
func redisOnly(addr string) Config {
	return Config{Redis: connection.Config{Addresses: []string{addr}}, L1: L1Config{Disabled: true}}
}

func TestAnotherOperationHitsWhatOneResolved(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{
		"redis":   redisOnly(s.Addr),
		"process": {},
		"both":    {Redis: connection.Config{Addresses: []string{s.Addr}}, Namespace: "both"},
	} {
		t.Run(name, func(t *testing.T) {
			c, g := openCache(t, loadShop(t), cfg)
			up := &shop{}
			up.set(product(1), `{"upc":"1","name":"Table","price":899,"weight":100}`)
			up.set(product(2), `{"upc":"2","name":"Chair","price":54,"weight":50}`)
			up.set(product(3), `{"upc":"3","name":"Sofa","price":1299,"weight":1000}`)
			all := newAsk(t, g, "products", "Product", "upc", "", "{ name price weight }")
			r := all.must(t, c, []string{product(1), product(2)}, up.upstream)
			same(t, "fetched", r.fetched, []string{product(1), product(2)})

			less := newAsk(t, g, "products", "Product", "upc", "", "{ price label: name }")
			r = less.must(t, c, []string{product(1), product(2)}, up.upstream)
			same(t, "subset fetched", r.fetched, []string{})
			same(t, "subset", r.values, []string{`{"price":899,"label":"Table"}`, `{"price":54,"label":"Chair"}`})

			r = less.must(t, c, []string{product(3), product(2)}, func(reps []string) subgraphAnswer {
				return subgraphAnswer{entities: []string{`{"price":1299,"label":"Sofa"}`}}
			})
			same(t, "only the miss is fetched", r.fetched, []string{product(3)})
			more := newAsk(t, g, "products", "Product", "upc", "", "{ name weight }")
			r = more.must(t, c, []string{product(1), product(3)}, up.upstream)
			same(t, "only the entity that lacks something is fetched", r.fetched, []string{product(3)})
			same(t, "values", r.values, []string{`{"name":"Table","weight":100}`, `{"name":"Sofa","weight":1000}`})
		})
	}
}

// stored reads what Redis holds for an entity.
func stored(t testing.TB, c *Cache, typ, key string) map[string]EntryField {
	t.Helper()
	entries, err := c.Inspect(context.Background(), typ, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]EntryField{}
	for _, e := range entries {
		for _, f := range e.Fields {
			fields[f.Name] = f
		}
	}
	return fields
}

func TestCompositeValues(t *testing.T) {
	s := redistest.Start(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
	answer := func(size string) upstreamFunc {
		return func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"size":` + size + `}`}} }
	}
	ask := func(selection string) *ask {
		return newAsk(t, g, "products", "Product", "upc", "", "{ size "+selection+" }")
	}
	reps := []string{product(1)}
	ask("{ width height }").must(t, c, reps, answer(`{"width":1,"height":2}`))
	r := ask("{ height }").must(t, c, reps, nil)
	same(t, "a part of what is stored", r.values[0], `{"size":{"width":1,"height":2}}`)

	// Something else is stored beside it, and does not push it out.
	r = ask("{ unit }").must(t, c, reps, answer(`{"unit":"cm"}`))
	same(t, "fetched", len(r.fetched), 1)
	same(t, "unit again", ask("{ unit }").must(t, c, reps, nil).fetched, []string{})
	same(t, "height again", ask("{ height }").must(t, c, reps, nil).fetched, []string{})

	// An alias or an argument inside makes another value.
	same(t, "alias", len(ask("{ h: height }").must(t, c, reps, answer(`{"h":2}`)).fetched), 1)
	same(t, "argument", len(ask("{ unit(long: true) }").must(t, c, reps, answer(`{"unit":"centimetre"}`)).fetched), 1)

	// More than is stored replaces it.
	ask("{ width height unit }").must(t, c, reps, answer(`{"width":1,"height":2,"unit":"cm"}`))
	same(t, "everything", ask("{ unit width }").must(t, c, reps, nil).values[0], `{"size":{"width":1,"height":2,"unit":"cm"}}`)

	// Null fits every selection.
	ask("{ width }").must(t, c, []string{product(2)}, answer(`null`))
	same(t, "null", ask("{ height unit }").must(t, c, []string{product(2)}, nil).values[0], `{"size":null}`)
}

func TestEmptyListFitsEverySelection(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	a := newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { id } }")
	a.must(t, c, []string{product(1)}, func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"reviews":[ ]}`}} })
	b := newAsk(t, g, "reviews", "Product", "upc", "", "{ reviews { body author { id } } }")
	same(t, "empty list", b.must(t, c, []string{product(1)}, nil).values[0], `{"reviews":[ ]}`)
}

func TestArgumentsArePartOfTheField(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	byVariable := newAsk(t, g, "products", "Product", "upc", "", `query ($l: String) { name(lang: $l) }`, "l")
	literal := newAsk(t, g, "products", "Product", "upc", "", `{ name(lang: "de") }`)
	none := newAsk(t, g, "products", "Product", "upc", "", `{ name }`)
	ctx := context.Background()
	fetch := func(a *ask, vars variableValues, name string) int {
		r, err := a.run(ctx, c.Visit(VisitOptions{}), vars, []string{product(1)}, func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":"` + name + `"}`}}
		})
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
		same(t, "value", r.values[0], `{"name":"`+name+`"}`)
		return len(r.fetched)
	}
	same(t, "german", fetch(byVariable, variableValues{`"de"`}, "Tisch"), 1)
	same(t, "german again", fetch(byVariable, variableValues{`"de"`}, "Tisch"), 0)
	same(t, "german spelled out", fetch(literal, nil, "Tisch"), 0)
	same(t, "french", fetch(byVariable, variableValues{`"fr"`}, "Table"), 1)
	same(t, "no variable", fetch(byVariable, variableValues{``}, "Default"), 1)
	same(t, "no argument", fetch(none, nil, "Default"), 0)
	same(t, "german still", fetch(byVariable, variableValues{`"de"`}, "Tisch"), 0)
}

func TestRequiredInputsTellValuesApart(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			c, g := openCache(t, loadShop(t), cfg)
			a := newAsk(t, g, "inventory", "Product", "upc", "price weight", "{ shippingEstimate inStock }")
			rep := func(price int) string {
				return fmt.Sprintf(`{"__typename":"Product","upc":"1","price":%d,"weight":100}`, price)
			}
			up := &shop{}
			up.set(rep(899), `{"shippingEstimate":50,"inStock":true}`)
			up.set(rep(1001), `{"shippingEstimate":0,"inStock":true}`)
			a.must(t, c, []string{rep(899)}, up.upstream)
			same(t, "same inputs", a.must(t, c, []string{rep(899)}, nil).values, []string{`{"shippingEstimate":50,"inStock":true}`})
			same(t, "other inputs", a.must(t, c, []string{rep(1001)}, up.upstream).values, []string{`{"shippingEstimate":0,"inStock":true}`})
			// A field without inputs is shared between both, and by operations that send no inputs.
			b := newAsk(t, g, "inventory", "Product", "upc", "", "{ inStock }")
			same(t, "without inputs", b.must(t, c, []string{product(1)}, nil).values, []string{`{"inStock":true}`})
		})
	}
}

func TestMissingEntitiesAreRememberedForAShorterTime(t *testing.T) {
	s := redistest.Start(t)
	var clk wallClock
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Now, cfg.NegativeTTL = clk.now, 10*time.Second
			c, g := openCache(t, loadShop(t), cfg)
			a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
			b := newAsk(t, g, "products", "Product", "upc", "", "{ price }")
			up := &shop{}
			a.must(t, c, []string{product(9)}, up.upstream)
			r := b.must(t, c, []string{product(9)}, nil)
			same(t, "null for another operation", r.values, []string{"null"})
			up.set(product(9), `{"name":"New"}`)
			clk.advance(11 * time.Second)
			same(t, "later", a.must(t, c, []string{product(9)}, up.upstream).values, []string{`{"name":"New"}`})
			same(t, "no longer null", a.must(t, c, []string{product(9)}, nil).values, []string{`{"name":"New"}`})
		})
	}
}

func TestRootFields(t *testing.T) {
	s := redistest.Start(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
	a := newAsk(t, g, "products", "Query", "", "", `query ($n: Int) { topProducts(first: $n) { upc name } product(upc: "1") { name } }`, "n")
	data := `{"topProducts":[{"upc":"1","name":"Table"}],"product":{"name":"Table"}}`
	up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{data}} }
	ctx := context.Background()
	run := func(a *ask, vars variableValues) result {
		r, err := a.run(ctx, c.Visit(VisitOptions{}), vars, nil, up)
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
		return r
	}
	run(a, variableValues{"5"})
	r := run(a, variableValues{"5"})
	same(t, "hit", r.fetched, []string{})
	same(t, "values", r.values, []string{data})
	same(t, "other arguments", len(run(a, variableValues{"6"}).fetched), 1)
	one := newAsk(t, g, "products", "Query", "", "", `{ product(upc: "1") { name } }`)
	same(t, "one field of two", run(one, nil).fetched, []string{})
}

func TestAllKeysOfARepresentationLeadToTheSameData(t *testing.T) {
	s := redistest.Start(t)
	for name, cfg := range map[string]Config{"redis": redisOnly(s.Addr), "process": {}} {
		t.Run(name, func(t *testing.T) {
			c, g := openCache(t, loadShop(t), cfg)
			both := newAsk(t, g, "products", "Product", "upc sku brand{id}", "", "{ name }")
			up := func([]string) subgraphAnswer { return subgraphAnswer{entities: []string{`{"name":"Table"}`}} }
			both.must(t, c, []string{`{"__typename":"Product","upc":"1","sku":"T","brand":{"id":7}}`}, up)
			byUPC := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
			same(t, "by upc", byUPC.must(t, c, []string{product(1)}, nil).values, []string{`{"name":"Table"}`})
			bySKU := newAsk(t, g, "products", "Product", "sku brand{id}", "", "{ name }")
			composite := `{"__typename":"Product","sku":"T","brand":{"__typename":"Brand","id":"7"}}`
			same(t, "by composite key", bySKU.must(t, c, []string{composite}, nil).values, []string{`{"name":"Table"}`})

			// Whatever key it is invalidated by, all of it goes.
			if _, err := c.Invalidate(context.Background(), Invalidation{Kind: "entity", Type: "Product", Key: []byte(`{"upc":1}`)}); err != nil {
				t.Fatal(err)
			}
			same(t, "by composite key, invalidated", len(bySKU.must(t, c, []string{composite}, up).fetched), 1)
		})
	}
}

func TestKeysInTheAnswerCount(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	byEmail := newAsk(t, g, "accounts", "User", "email", "", "{ id name }")
	byEmail.must(t, c, []string{`{"__typename":"User","email":"a@example.org"}`}, func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{`{"id":"1","name":"Ada"}`}}
	})
	byID := newAsk(t, g, "accounts", "User", "id", "", "{ name }")
	same(t, "by id", byID.must(t, c, []string{`{"__typename":"User","id":"1"}`}, nil).values, []string{`{"name":"Ada"}`})
}

func TestSchemasShareARedis(t *testing.T) {
	s := redistest.Start(t)
	old := loadShop(t)
	c, g := openCache(t, old, redisOnly(s.Addr))
	up := func([]string) subgraphAnswer {
		return subgraphAnswer{entities: []string{`{"name":"Table","price":899,"color":"RED","size":{"width":3}}`}}
	}
	const all = "{ name price color size { width } }"
	newAsk(t, g, "products", "Product", "upc", "", all).must(t, c, []string{product(1)}, up)
	for _, change := range []struct{ old, new, lost string }{
		{"price: Int @join__field(graph: PRODUCTS)", "price: Float @join__field(graph: PRODUCTS)", "price"},
		{"RED @join__enumValue(graph: PRODUCTS)", "GREEN @join__enumValue(graph: PRODUCTS)", "color"},
		{"width: Int\n", "width: Float\n", "size { width }"},
		{"name(lang: String): String", "name(lang: String = \"en\"): String", "name"},
	} {
		changed := loadShopWith(t, change.old, change.new)
		c2, g2 := openCache(t, changed, redisOnly(s.Addr))
		for _, field := range []string{"name", "price", "color", "size { width }"} {
			r := newAsk(t, g2, "products", "Product", "upc", "", "{ "+field+" }").must(t, c2, []string{product(1)}, func([]string) subgraphAnswer {
				return subgraphAnswer{entities: []string{`{"name":"Table","price":899,"color":"GREEN","size":{"width":3}}`}, header: map[string]string{"Cache-Control": "no-store"}}
			})
			same(t, change.lost+" changed, fetches of "+field, len(r.fetched), b2i(field == change.lost))
		}
	}
}

func TestOneRoundTripPerFetch(t *testing.T) {
	s := redistest.Start(t)
	c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name price size { width } }")
	up := &shop{}
	var reps []string
	for i := range 50 {
		reps = append(reps, product(i))
		up.set(product(i), fmt.Sprintf(`{"name":"P%d","price":%d,"size":{"width":1}}`, i, i))
	}
	before := c.Stats().RoundTrips
	a.must(t, c, reps, up.upstream)
	same(t, "round trips of a miss", c.Stats().RoundTrips-before, 1)
	r := a.must(t, c, reps, nil)
	same(t, "round trips of a hit", c.Stats().RoundTrips-before, 2)
	same(t, "fetched", len(r.fetched), 0)
	if st := c.Stats(); st.Written != 50 || st.WriteErrors+st.WriteDrops+st.Foreign+st.Failures > 0 {
		t.Errorf("unexpected counts: %+v", st)
	}
}

func TestHashesDoNotGrowForEver(t *testing.T) {
	s := redistest.Start(t)
	cfg := redisOnly(s.Addr)
	cfg.MaxFields = 16
	c, g := openCache(t, loadShop(t), cfg)
	a := newAsk(t, g, "products", "Product", "upc", "", `query ($l: String) { name(lang: $l) }`, "l")
	for i := range 100 {
		_, err := a.run(context.Background(), c.Visit(VisitOptions{}), variableValues{fmt.Sprintf(`"l%d"`, i)}, []string{product(1)}, func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":"x"}`}}
		})
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
	}
	if n := len(stored(t, c, "Product", `{"upc":"1"}`)); n > 17 || n < 8 {
		t.Errorf("the hash has %d fields, want 8 to 17", n)
	}
}

func TestWhatIsNeverAskedAgainIsNotKept(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	a := newAsk(t, g, "products", "Query", "", "", `query ($n: Int) { topProducts(first: $n) { upc } }`, "n")
	run := func(n int) int {
		r, err := a.run(context.Background(), c.Visit(VisitOptions{}), variableValues{fmt.Sprint(n)}, nil, func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"topProducts":[]}`}}
		})
		if err != nil {
			t.Fatal(err)
		}
		settle(t, c)
		return len(r.fetched)
	}
	for n := range 3 * admissionWindow {
		run(n)
	}
	kept := c.Stats().LocalEntries
	if kept > 2*admissionWindow {
		t.Errorf("%d of %d values are kept", kept, 3*admissionWindow)
	}
	// As soon as values are asked for again they are kept again.
	redistest.Eventually(t, "the field is worth it again", func() bool {
		hits := 0
		for n := range 100 {
			hits += 1 - run(-n)
		}
		return hits == 100
	})
}
