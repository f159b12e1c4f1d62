package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// The model: products whose only property is a version, which every field shows. A query must never show a version
//
//   - older than an invalidation that the replica it asked knows of, or, without a cache in process, than any entity's
//     invalidation that was acknowledged before the query began;
//   - that was superseded longer ago than a value lives.
//
// Interleavings are real: what a query asks for is read from the subgraph when it is asked, and arrives at the cache
// any number of steps later. A query has up to three waves, each with a lookup of its own; everything else can happen
// between them. Calls to the subgraph are shared as package upstream does it: what is asked for while an equal call
// of the same epoch is under way gets the answer of that call.

const (
	modelProducts = 6
	modelTTL      = 100 * time.Second
	modelTags     = 3
)

type model struct {
	t      *testing.T
	rnd    *rand.Rand
	clk    wallClock
	server *redistest.Server
	nodes  []*modelNode
	// version of each product; superseded[p][v] is when v+1 was written.
	version    [modelProducts]int
	superseded [modelProducts]map[int]time.Time
	// floor is what every replica must show, needs are invalidations that not all replicas know of yet.
	floor  [modelProducts]int
	needs  []*need
	flying []*query
	// between are queries between two waves.
	between []*query
	// calls are the calls under way.
	calls  map[callKey]*sharedCall
	frozen bool
	counts map[string]int
}

// modelNode is a replica.
type modelNode struct {
	m     *model
	index int
	cfg   Config
	c     *Cache
	asks  []*ask
	// strict tells that it has no cache in process.
	strict bool
}

// need is an acknowledged invalidation.
type need struct {
	members []string
	clock   uint64
	origin  *modelNode
	// deferred tells that Redis did not take it; entity that it names single entities.
	deferred, entity bool
	// products and the versions they had when it was made.
	versions map[int]int
}

// callKey is what equal calls have in common.
type callKey struct {
	c           *Cache
	ask         int
	clock, told uint64
	body        string
}

// sharedCall is a call to the subgraph, and what was read for it: the state of all products.
type sharedCall struct {
	key     callKey
	version [modelProducts]int
}

// query is a query under way.
type query struct {
	node *modelNode
	c    *Cache
	// ask is what the present wave asks for, number its index.
	ask    *ask
	number int
	f      *exec.CacheFetch
	run    *run
	// products are the products of the representations.
	products []int
	// floor and rootFloor are what entities and root fields must at least show of each product, began is when it was
	// asked.
	floor, rootFloor [modelProducts]int
	began            time.Time
	// read is what the subgraph said when the present wave asked, lead the call that was made for it; nil if it is another
	// query's.
	read []string
	lead *sharedCall
	// waves counts those to come.
	waves int
}

// fromEnvironment is an environment variable's number.
func fromEnvironment(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestNoStaleReads takes WEFT_CACHE_STEPS steps (6,000) of a random run that begins with WEFT_CACHE_SEED.
func TestNoStaleReads(t *testing.T) {
	steps, seed := fromEnvironment(t, "WEFT_CACHE_STEPS", 6_000), fromEnvironment(t, "WEFT_CACHE_SEED", 1)
	m := newModel(t, uint64(seed))
	for i := 0; i < steps && !t.Failed(); i++ {
		m.step()
	}
	if t.Failed() {
		t.Logf("seed %d", seed)
	}
	m.finishAll()
	m.heal()
	t.Logf("%v", m.counts)
	for _, what := range []string{"query", "hit", "fetch", "write", "mutation", "entity", "type", "tag", "freeze", "restart redis", "restart replica", "evict", "wave", "shared call"} {
		if m.counts[what] == 0 {
			t.Errorf("the run had no %s: it shows less than it should", what)
		}
	}
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{
		t: t, rnd: rand.New(rand.NewPCG(seed, 2)), server: redistest.Start(t), counts: map[string]int{},
		calls: map[callKey]*sharedCall{},
	}
	for p := range m.superseded {
		m.version[p] = 1
		m.superseded[p] = map[int]time.Time{}
	}
	for i := range 3 {
		n := &modelNode{m: m, index: i, strict: i == 2, cfg: Config{
			Redis: connection.Config{Addresses: []string{m.server.Addr}}, Timeout: 100 * time.Millisecond,
			WriteTimeout: 300 * time.Millisecond, ProbeInterval: 5 * time.Millisecond, Sync: 20 * time.Millisecond,
			TTL: modelTTL, NegativeTTL: modelTTL, MaxTracked: 6, MaxFields: 16, Now: m.clk.now, Logger: quiet(),
			L1: L1Config{Disabled: i == 2, TTL: 10 * time.Second},
		}}
		n.open()
		m.nodes = append(m.nodes, n)
	}
	t.Cleanup(func() {
		for _, n := range m.nodes {
			_ = n.c.Close()
		}
	})
	return m
}

func (n *modelNode) open() {
	c, err := Open(n.cfg)
	if err != nil {
		n.m.t.Fatal(err)
	}
	n.c = c
	g := c.Graph(loadShop(n.m.t))
	n.asks = n.asks[:0]
	for _, s := range []string{"{ name }", "{ name price }", "{ price weight }", "{ size { width } name }", "{ size { height } }", "{ volatile }"} {
		n.asks = append(n.asks, newAsk(n.m.t, g, "products", "Product", "upc", "", s))
	}
	n.asks = append(n.asks,
		newAsk(n.m.t, g, "products", "Query", "", "", `{ topProducts { upc name price } }`),
		newAsk(n.m.t, g, "products", "Query", "", "", `query ($u: ID!) { product(upc: $u) { upc name } }`, "u"),
		newAsk(n.m.t, g, "products", "Query", "", "", `query ($u: ID!) { product(upc: $u) { price } }`, "u"))
}

func (m *model) step() {
	switch x := m.rnd.IntN(1000); {
	case x < 430:
		m.begin()
	case x < 780:
		m.finish()
	case x < 830:
		m.write(m.rnd.IntN(modelProducts), "write")
	case x < 880:
		m.mutate()
	case x < 945:
		m.invalidate()
	case x < 965:
		m.counts["advance"]++
		m.clk.advance(time.Duration(m.rnd.IntN(30_000)) * time.Millisecond)
	case x < 980:
		m.harm()
	case x < 984:
		m.freeze()
	case x < 986:
		m.counts["restart redis"]++
		m.thaw()
		m.server.Restart()
	case x < 990:
		m.restartReplica()
	default:
		m.heal()
	}
}

// write changes a product behind the caches' backs.
func (m *model) write(p int, what string) {
	m.counts[what]++
	m.superseded[p][m.version[p]] = m.clk.now()
	m.version[p]++
}

func (m *model) node() *modelNode { return m.nodes[m.rnd.IntN(len(m.nodes))] }

// begin starts a query: looks up, and reads what is missing from the subgraph as it is now.
func (m *model) begin() {
	if len(m.flying) > 12 {
		m.finish()
	}
	if i := len(m.between) - 1; i >= 0 && m.rnd.IntN(2) == 0 {
		q := m.between[i]
		if m.between = m.between[:i]; q.c == q.node.c {
			m.counts["wave"]++
			m.wave(q)
		}
		return
	}
	m.counts["query"]++
	n := m.node()
	q := &query{node: n, c: n.c, began: m.clk.now(), waves: m.rnd.IntN(3)}
	q.floor = m.floorFor(n, false)
	q.rootFloor = m.floorFor(n, true)
	m.wave(q)
}

// wave begins a wave of a query: it looks up what it asks for, and has the rest asked for.
func (m *model) wave(q *query) {
	number, picked := m.rnd.IntN(len(q.node.asks)), m.rnd.Perm(modelProducts)[:1+m.rnd.IntN(3)]
	if len(m.flying) > 0 {
		// Calls are only shared by those who ask for the same.
		if other := m.flying[m.rnd.IntN(len(m.flying))]; other.lead != nil && other.c == q.c && m.rnd.IntN(3) > 0 {
			number, picked = other.number, other.products
		}
	}
	a := q.node.asks[number]
	q.ask, q.number, q.products = a, number, nil
	var reps []string
	var vars variableValues
	if a.root {
		p := picked[0]
		vars = variableValues{strconv.Quote(strconv.Itoa(p))}
		if len(a.req.Variables) == 0 {
			for p := range modelProducts {
				q.products = append(q.products, p)
			}
		} else {
			q.products = []int{p}
		}
	}
	for _, p := range picked {
		if !a.root {
			q.products = append(q.products, p)
			reps = append(reps, product(p))
		}
	}
	q.f = a.fetch(q.c.Visit(VisitOptions{}), vars, reps)
	a.cache.Lookup(context.Background(), q.f)
	m.read(q)
	m.flying = append(m.flying, q)
	if m.rnd.IntN(3) == 0 {
		m.finish()
	}
}

// read asks the subgraph for what a query lacks: it gets what is so at this moment, or what an equal call got.
func (m *model) read(q *query) {
	body := []byte{}
	for i := range q.f.Entities {
		if q.f.Entities[i].Status == exec.CacheMiss {
			body = fmt.Appendf(body, "%s %v;", q.ask.representation(&q.f.Entities[i]), q.products)
		}
	}
	key := callKey{c: q.c, ask: q.number, clock: q.c.Clock(), told: q.c.Told(), body: string(body)}
	call := m.calls[key]
	if q.lead = nil; call == nil {
		call = &sharedCall{key: key, version: m.version}
		if len(body) > 0 {
			m.calls[key], q.lead = call, call
		}
	} else {
		m.counts["shared call"]++
	}
	entity := func(p int) string {
		v := call.version[p]
		return fmt.Sprintf(`{"upc":"%d","name":"%d","price":%d,"weight":%d,"volatile":%d,"size":{"width":%d,"height":%d}}`, p, v, v, v, v, v, v)
	}
	q.read = nil
	if !q.ask.root {
		for _, p := range q.products {
			q.read = append(q.read, entity(p))
		}
		return
	}
	if len(q.products) == 1 {
		q.read = []string{fmt.Sprintf(`{"product":%s}`, entity(q.products[0]))}
		return
	}
	list := ""
	for i, p := range q.products {
		if i > 0 {
			list += ","
		}
		list += entity(p)
	}
	q.read = []string{fmt.Sprintf(`{"topProducts":[%s]}`, list)}
}

// answered ends the call that was made for a query: nobody joins it any more.
func (m *model) answered(q *query) {
	if q.lead != nil && m.calls[q.lead.key] == q.lead {
		delete(m.calls, q.lead.key)
	}
	q.lead = nil
}

// floorFor is what a replica must show at least, for a query that begins now. Without a cache in process entities are
// exact at once; what contains them (root fields) follows what the replica heard.
func (m *model) floorFor(n *modelNode, root bool) [modelProducts]int {
	floor := m.floor
	for _, need := range m.needs {
		if need.known(n) || n.strict && !root && need.entity && !need.deferred {
			for p, v := range need.versions {
				floor[p] = max(floor[p], v)
			}
		}
	}
	return floor
}

// known tells whether a replica must follow an invalidation already.
func (d *need) known(n *modelNode) bool {
	if d.origin == n {
		return true
	}
	v := n.c.versions
	floor, depFloor := v.Floors()
	for _, member := range d.members {
		known := max(v.Last(member), floor)
		if clock.IsNarrow(member) {
			known = max(known, depFloor)
		}
		if known < d.clock {
			return false
		}
	}
	return !d.deferred
}

// finish ends a query that is under way, and all that began before it if it waits for others.
func (m *model) finish() {
	if len(m.flying) == 0 {
		return
	}
	i := m.rnd.IntN(len(m.flying))
	for _, e := range m.flying[i].f.Entities {
		if e.Status == exec.CachePending {
			for range i {
				m.end(0)
			}
			m.end(0)
			return
		}
	}
	m.end(i)
}

func (m *model) finishAll() {
	for len(m.flying) > 0 {
		m.end(0)
	}
}

func (m *model) end(i int) {
	q := m.flying[i]
	m.flying = append(m.flying[:i:i], m.flying[i+1:]...)
	q.run = &run{ask: q.ask, f: q.f, done: map[int]bool{}}
	failed := m.rnd.IntN(20) == 0
	answer := func(reps []string) subgraphAnswer {
		m.counts["fetch"]++
		ans := subgraphAnswer{}
		if failed {
			return subgraphAnswer{err: errDown}
		}
		tags := [][]string{}
		for j := range q.f.Entities {
			e := &q.f.Entities[j]
			if e.Status != exec.CacheMiss || q.run.done[j] {
				continue
			}
			ans.entities = append(ans.entities, q.read[j])
			if !q.ask.root {
				tags = append(tags, []string{m.tag(q.products[j])})
			}
		}
		text, _ := json.Marshal(tags)
		ans.extensions = fmt.Sprintf(`{"apolloEntityCacheTags":%s}`, text)
		if q.ask.root {
			all := []string{}
			for _, p := range q.products {
				all = append(all, m.tag(p))
			}
			text, _ = json.Marshal(all)
			ans.extensions = fmt.Sprintf(`{"apolloCacheTags":%s}`, text)
		}
		return ans
	}
	q.run.up = answer
	ctx := context.Background()
	m.answered(q)
	err := q.run.round(ctx)
	if err == nil && q.c == q.node.c {
		for j := range q.f.Entities {
			if q.f.Entities[j].Status == exec.CachePending {
				q.ask.cache.Wait(ctx, q.f)
				m.read(q) // what is missing now is asked for now
				m.answered(q)
				err = q.run.round(ctx)
				break
			}
		}
	}
	if err != nil {
		return
	}
	m.check(q)
	if q.waves > 0 {
		q.waves--
		m.between = append(m.between, q)
	}
}

func (m *model) tag(p int) string { return "group-" + strconv.Itoa(p%modelTags) }

// check compares what a query showed with what it may show.
func (m *model) check(q *query) {
	for j := range q.f.Entities {
		e := &q.f.Entities[j]
		e.Fetched = q.run.done[j]
		if e.Status == exec.CacheHit {
			m.counts["hit"]++
		} else if !e.Fetched {
			continue
		}
		products := q.products[j:]
		if !q.ask.root {
			products = products[:1]
		}
		shown := map[int][]int{}
		for k, w := range e.Wanted {
			var v any
			if err := json.Unmarshal(e.Values[k], &v); err != nil {
				m.t.Fatalf("%s: %v", e.Values[k], err)
			}
			collectVersions(v, products[0], q.ask.req.Calls[0].Selection.Fields[w].Key, shown)
		}
		for p, versions := range shown {
			for _, v := range versions {
				m.judge(q, e, p, v)
			}
		}
	}
}

func (m *model) judge(q *query, e *exec.CacheEntity, p, v int) {
	floor := q.floor[p]
	if q.ask.root {
		floor = q.rootFloor[p]
	}
	if v < floor {
		m.t.Errorf("replica %d (status %d) showed version %d of product %d, but an invalidation it knew of was made at version %d",
			q.node.index, e.Status, v, p, floor)
	}
	if at, ok := m.superseded[p][v]; ok && q.began.Sub(at) > modelTTL {
		m.t.Errorf("replica %d showed version %d of product %d, which was superseded %s ago", q.node.index, v, p, q.began.Sub(at))
	}
}

// collectVersions finds the versions in a value of a product (or of a list of products).
func collectVersions(v any, p int, key string, shown map[int][]int) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			collectVersions(item, p, key, shown)
		}
	case map[string]any:
		if upc, ok := v["upc"].(string); ok {
			p, _ = strconv.Atoi(upc)
		}
		for name, item := range v {
			if name != "upc" {
				collectVersions(item, p, name, shown)
			}
		}
	case float64:
		shown[p] = append(shown[p], int(v))
	case string:
		n, _ := strconv.Atoi(v)
		shown[p] = append(shown[p], n)
	}
}

// acknowledged records what an invalidation through a replica covers.
func (m *model) acknowledged(n *modelNode, t *targets, deferred, entity bool, products ...int) {
	d := &need{members: t.members, clock: n.c.Clock(), origin: n, deferred: deferred, entity: entity, versions: map[int]int{}}
	// The clock may have moved on; the members' own readings are what other replicas will know.
	for _, member := range t.members {
		if at := n.c.versions.Last(member); at > 0 {
			d.clock = min(d.clock, at)
		}
	}
	for _, p := range products {
		d.versions[p] = m.version[p]
	}
	m.needs = append(m.needs, d)
}

func (m *model) mutate() {
	p, n := m.rnd.IntN(modelProducts), m.node()
	m.write(p, "mutation")
	var t targets
	t.entity(n.c, "products", "Product", []byte(fmt.Sprintf(`{"upc":"%d"}`, p)))
	a := newAsk(m.t, n.c.graph.Load(), "products", "Mutation", "", "", `{ rename(upc: "x", name: "y") { upc } }`)
	a.mutate(context.Background(), nil, fmt.Sprintf(`{"rename":{"upc":"%d"}}`, p), nil)
	m.acknowledged(n, &t, n.c.pending.any() || !n.c.breaker.Closed(), true, p)
}

func (m *model) invalidate() {
	n := m.node()
	p := m.rnd.IntN(modelProducts)
	for range m.rnd.IntN(2) {
		m.write(p, "write")
	}
	all := []int{}
	group := []int{}
	for i := range modelProducts {
		all = append(all, i)
		if m.tag(i) == m.tag(p) {
			group = append(group, i)
		}
	}
	what, products, name := Invalidation{}, all, ""
	switch m.rnd.IntN(7) {
	case 0:
		name, what = "type", Invalidation{Kind: "type", Subgraph: "products", Type: "Product"}
		// Root fields are of type Query: what they contain follows entities, tags and the subgraph.
		if _, err := n.c.Invalidate(context.Background(), Invalidation{Kind: "type", Subgraph: "products", Type: "Query"}); err != nil {
			m.t.Fatal(err)
		}
	case 1:
		name, what = "subgraph", Invalidation{Kind: "subgraph", Subgraph: "products"}
	case 2:
		name, what = "all", Invalidation{Kind: "all"}
	case 3:
		name, what, products = "tag", Invalidation{Kind: "cache_tag", Subgraph: "products", Tag: m.tag(p)}, group
	default:
		name, products = "entity", []int{p}
		what = Invalidation{Kind: "entity", Type: "Product", Subgraph: "products", Key: []byte(fmt.Sprintf(`{"upc":"%d"}`, p))}
	}
	m.counts[name]++
	var t targets
	if _, err := n.c.expand(&t, &what); err != nil {
		m.t.Fatal(err)
	}
	if name == "type" {
		t.member(clock.TypeMember("products", "Query"))
	}
	res, err := n.c.Invalidate(context.Background(), what)
	if err != nil {
		m.t.Fatal(err)
	}
	m.acknowledged(n, &t, res.Deferred || n.c.pending.any(), name == "entity", products...)
}

// harm does to Redis's data what evictions and accidents do.
func (m *model) harm() {
	if m.frozen {
		return
	}
	m.counts["evict"]++
	client := m.server.Client()
	defer func() { _ = client.Close() }()
	ctx := context.Background()
	keys, _ := client.Keys(ctx, "*").Result()
	for _, k := range keys {
		if m.rnd.IntN(3) == 0 {
			client.Del(ctx, k)
			continue
		}
		if m.rnd.IntN(5) == 0 && client.Type(ctx, k).Val() == "hash" && k != m.nodes[0].c.keys.Epochs() {
			fields, _ := client.HKeys(ctx, k).Result()
			for _, f := range fields {
				if m.rnd.IntN(3) == 0 && f != storage.SinceField {
					client.HSet(ctx, k, f, "garbage")
				}
			}
		}
	}
	if m.rnd.IntN(3) == 0 {
		client.FlushAll(ctx)
	}
}

func (m *model) freeze() {
	if !m.frozen {
		m.counts["freeze"]++
		m.frozen = true
		m.server.Freeze()
	}
}

func (m *model) thaw() {
	if m.frozen {
		m.frozen = false
		m.server.Thaw()
	}
}

// restartReplica replaces a replica. What it had not yet told Redis is lost: only lifetimes bound that.
func (m *model) restartReplica() {
	m.counts["restart replica"]++
	n := m.node()
	if err := n.c.Close(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		m.t.Logf("close: %v", err)
	}
	kept := m.needs[:0]
	for _, d := range m.needs {
		if d.origin == n && d.deferred {
			continue
		}
		if d.origin == n {
			d.origin = nil
		}
		kept = append(kept, d)
	}
	m.needs = kept
	n.open()
}

// heal waits until Redis is in use everywhere and every replica knows of every invalidation.
func (m *model) heal() {
	m.counts["heal"]++
	m.thaw()
	for _, n := range m.nodes {
		redistest.Eventually(m.t, fmt.Sprintf("replica %d uses Redis", n.index), func() bool {
			return n.c.breaker.Closed() && !n.c.pending.any()
		})
	}
	for _, d := range m.needs {
		d.deferred = false
		for _, n := range m.nodes {
			redistest.Eventually(m.t, fmt.Sprintf("replica %d knows of %v", n.index, d.members), func() bool { return d.known(n) })
		}
		for p, v := range d.versions {
			m.floor[p] = max(m.floor[p], v)
		}
	}
	m.needs = m.needs[:0]
}
