package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// The graph of the histories: everything that is asked of a product is the version it has at that moment. An answer
// takes up to three waves: lists names the products, stocks knows a field of its own, and routes needs that field.
const (
	listsSDL = link + `
type Query { product(id: ID!): Product  other(id: ID!): Product  products: [Product!]! }
type Mutation { change(id: ID!): Product  changeQuietly(id: ID!): Boolean }
type Product @key(fields: "id") { id: ID! name: Int }`
	stocksSDL = link + `type Product @key(fields: "id") { id: ID! stock: Int }`
	// The federation version of link has no @external in its imports.
	routesSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external"])
type Product @key(fields: "id") { id: ID! stock: Int @external  route: Int @requires(fields: "stock") }`
)

const historyProducts = 2

// TestHistories runs random histories of queries, mutations and invalidations through a router that shares whatever it
// may share, with every answer of a subgraph held back at will, and has each history judged: whatever began after an
// invalidation was acknowledged (without a cache: after a mutation was answered) shows what it changed, or newer.
//
// WEFT_HISTORIES is how many there are of each kind, WEFT_HISTORY_SEED the first seed.
func TestHistories(t *testing.T) {
	histories, seed := number(t, "WEFT_HISTORIES", 60), number(t, "WEFT_HISTORY_SEED", 1)
	for name, cached := range map[string]bool{"no cache": false, "cache in process": true} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]int{}
			for i := range histories {
				var h *history
				synctest.Test(t, func(t *testing.T) {
					h = newHistory(t, uint64(seed+i), cached)
					h.settle = synctest.Wait
					for range 200 {
						h.step()
						h.settle()
					}
					h.end()
					// Old graphs are closed a minute after they were replaced.
					time.Sleep(time.Hour)
				})
				for what, n := range h.counts {
					seen[what] += n
				}
				for p, ops := range h.ops {
					if problem := judge(ops); problem != "" {
						t.Errorf("product %d: %s\n%s", p, problem, describeHistory(ops))
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed+i)
				}
			}
			t.Logf("%v", seen)
			for _, what := range []string{"query", "read", "mutation", "quiet mutation", "invalidation", "left", "failure", "swap", "read after write"} {
				if seen[what] == 0 && (cached || what != "invalidation") {
					t.Errorf("the histories have no %s: they show less than they should", what)
				}
			}
		})
	}
}

// number is an environment variable's number.
func number(t *testing.T, name string, otherwise int) int {
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

// history is one run of a router, and what happened in it.
type history struct {
	t      *testing.T
	rnd    *rand.Rand
	cached bool
	// routers are one, or several that share a Redis.
	routers []*router.Router
	// changed is told of calls that are held and of operations that end. settle waits until nothing goes on by itself.
	changed chan struct{}
	settle  func()
	// forms are the queries of the history: the fewer they are, the more is shared.
	forms []string
	// graphs are supergraphs that differ in nothing that is asked for.
	graphs []string

	mu      sync.Mutex
	version [historyProducts]int
	// held are the calls of subgraphs that wait to be let on.
	held []*heldCall
	// running counts the operations of clients that have not ended.
	running int
	// leave has what ends the running queries of clients before their time.
	leave  []context.CancelFunc
	now    int64
	ops    [historyProducts][]porcupine.Operation
	counts map[string]int
	ended  sync.WaitGroup
}

// heldCall is a call to a subgraph. It is let on twice: to read the data, and to answer.
type heldCall struct {
	body string
	// late tells that the data was read and that the call is a query's: the longer its answer takes, the more happens
	// until it comes.
	late  bool
	on    chan struct{}
	fails bool
}

func newHistory(t *testing.T, seed uint64, cached bool) *history {
	h := prepareHistory(t, seed, cached)
	h.add(h.settings())
	return h
}

// prepareHistory makes a history without routers.
func prepareHistory(t *testing.T, seed uint64, cached bool) *history {
	h := &history{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), cached: cached, counts: map[string]int{}, changed: make(chan struct{}, 1)}
	for p := range h.version {
		h.version[p] = 1
	}
	h.chooseForms()
	for _, comment := range []string{"", "\n# again"} {
		result, errs := compose.Compose([]compose.Subgraph{
			{Name: "lists", SDL: listsSDL, URL: "http://lists.invalid/graphql"},
			{Name: "stocks", SDL: stocksSDL, URL: "http://stocks.invalid/graphql"},
			{Name: "routes", SDL: routesSDL, URL: "http://routes.invalid/graphql"},
		}, compose.Options{})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		h.graphs = append(h.graphs, result.SupergraphSDL+comment)
	}
	return h
}

// settings are a router's.
func (h *history) settings() config.Config {
	cfg := config.Default()
	cfg.Admin.Listen = "127.0.0.1:0"
	// Where executions are shared, few calls are.
	cfg.Dedupe.ClientQueries, cfg.Dedupe.SubgraphRequests = h.rnd.IntN(3) == 0, true
	cfg.Cache.Enabled, cfg.Cache.TTL = h.cached, time.Hour
	cfg.Cache.Invalidation.SharedKey = "a key for tests"
	return cfg
}

// add starts a router.
func (h *history) add(cfg config.Config) {
	r, err := router.New(&cfg, router.Options{
		Supergraph: h.graphs[0], Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"lists": h, "stocks": h, "routes": h},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.routers = append(h.routers, r)
}

// any is one of the routers.
func (h *history) any() int { return h.rnd.IntN(len(h.routers)) }

// note tells whoever waits that something has changed.
func (h *history) note() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// step does one thing of many.
func (h *history) step() {
	switch x := h.rnd.IntN(100); {
	case x < 30:
		h.query()
	case x < 34:
		h.mutate("change", "mutation")
	case x < 38:
		h.mutate("changeQuietly", "quiet mutation")
	case x < 42 && h.cached:
		h.invalidate()
	case x < 43:
		h.clientLeaves()
	case x < 46:
		h.count("swap")
		slices.Reverse(h.graphs)
		if err := h.routers[h.any()].Swap(h.graphs[0]); err != nil {
			h.t.Error(err)
		}
	default:
		h.letOn(h.rnd.IntN(20) == 0)
	}
}

// end lets everything come to its end.
func (h *history) end() {
	for h.underWay() > 0 {
		h.letOn(false)
		h.settle()
	}
	h.ended.Wait()
	for _, r := range h.routers {
		r.Close()
	}
}

// count counts what happened.
func (h *history) count(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[what]++
}

// underWay is the number of operations that have not ended.
func (h *history) underWay() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.running
}

// tick is the history's clock. h.mu is held.
func (h *history) tick() int64 {
	h.now++
	return h.now
}

// query starts a client's query.
func (h *history) query() {
	if h.underWay() > 12 {
		h.letOn(false)
		return
	}
	h.count("query")
	r := h.any()
	h.send(r, "{ found: "+h.forms[h.rnd.IntN(len(h.forms))]+" }", func(began int64, body []byte) { h.readBy(r, began, body) })
}

// chooseForms picks the queries that the history is made of.
func (h *history) chooseForms() {
	for range 1 + h.rnd.IntN(4) {
		root := fmt.Sprintf(`product(id: "%d")`, h.rnd.IntN(historyProducts))
		switch h.rnd.IntN(4) {
		case 0:
			root = strings.Replace(root, "product", "other", 1)
		case 1:
			root = "products"
		}
		selections := []string{"{ id stock }", "{ id stock }", "{ id name stock }", "{ id stock route }", "{ id route }", "{ id name }"}
		h.forms = append(h.forms, root+selections[h.rnd.IntN(len(selections))])
	}
}

// send starts an operation at a router; done is told of the answer and of when it began.
func (h *history) send(r int, operation string, done func(began int64, answer []byte)) {
	to := h.routers[r]
	text, err := json.Marshal(map[string]string{"query": operation})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.leave = append(h.leave, cancel)
	h.mu.Lock()
	h.running++
	began := h.tick()
	h.mu.Unlock()
	h.ended.Go(func() {
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(text))
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		to.ServeHTTP(rec, r)
		defer h.note()
		h.mu.Lock()
		defer h.mu.Unlock()
		h.running--
		done(began, rec.Body.Bytes())
	})
}

// readBy records what a query's answer shows. h.mu is held.
func (h *history) readBy(router int, began int64, body []byte) {
	type found struct {
		ID                 string
		Name, Stock, Route *int
	}
	var answer struct {
		Data struct{ Found json.RawMessage }
	}
	if json.Unmarshal(body, &answer) != nil {
		return // the client has left
	}
	var list []*found
	if json.Unmarshal(answer.Data.Found, &list) != nil {
		list = make([]*found, 1)
		_ = json.Unmarshal(answer.Data.Found, &list[0])
	}
	ended := h.tick()
	for _, f := range list {
		if f == nil {
			continue
		}
		p, err := strconv.Atoi(f.ID)
		if err != nil {
			h.t.Errorf("a product without its key: %s", body)
			continue
		}
		for i, v := range []*int{f.Name, f.Stock, f.Route} {
			if v != nil {
				h.counts["read"]++
				h.record(p, began, ended, event{kind: reads, version: *v, router: router, entity: i > 0})
			}
		}
	}
}

func (h *history) record(p int, began, ended int64, e event) {
	h.ops[p] = append(h.ops[p], porcupine.Operation{ClientId: len(h.ops[p]), Input: e, Call: began, Return: ended})
}

// write gives a product a new version. h.mu is held.
func (h *history) write(p int) {
	h.version[p]++
	began := h.tick()
	h.record(p, began, h.tick(), event{kind: writes, version: h.version[p]})
}

// mutate starts a mutation. Nobody reads an answer from before it once it has ended.
func (h *history) mutate(field, name string) {
	h.count(name)
	p := h.rnd.IntN(historyProducts)
	selection := ""
	if field == "change" {
		selection = []string{"{ id }", "{ id name stock }"}[h.rnd.IntN(2)]
	}
	r := h.any()
	h.send(r, fmt.Sprintf(`mutation { done: %s(id: "%d")%s }`, field, p, selection), func(began int64, body []byte) {
		// With a cache it must tell what it changed. One that failed is known to the cache of its subgraph only.
		failed := !bytes.Contains(body, []byte(`"data"`)) || bytes.Contains(body, []byte(`"errors"`))
		if !h.cached || field == "change" && !failed {
			h.record(p, began, h.tick(), event{kind: acknowledges, router: r, entity: true})
		}
		var answer struct {
			Data struct{ Done struct{ Name, Stock *int } }
		}
		if json.Unmarshal(body, &answer) == nil && answer.Data.Done.Stock != nil {
			h.counts["read after write"]++
			// What is asked after the change is not answered from before it.
			if done := answer.Data.Done; *done.Stock < *done.Name {
				h.t.Errorf("a mutation made version %d and shows %d", *done.Name, *done.Stock)
			}
		}
	})
}

// invalidate writes, or not, and invalidates.
func (h *history) invalidate() {
	h.count("invalidation")
	p, router := h.rnd.IntN(historyProducts), h.any()
	products, what := []int{p}, fmt.Sprintf(`{"kind":"entity","type":"Product","key":{"id":"%d"}}`, p)
	if h.rnd.IntN(4) == 0 {
		products, what = []int{0, 1}, []string{
			`{"kind":"all"}`, `{"kind":"subgraph","subgraphs":["lists","stocks","routes"]}`,
			`{"kind":"type","type":"Product"},{"kind":"type","type":"Query"}`,
		}[h.rnd.IntN(3)]
	}
	h.mu.Lock()
	for _, p := range products {
		if h.rnd.IntN(3) > 0 {
			h.write(p)
		}
	}
	began := h.tick()
	h.mu.Unlock()
	r := httptest.NewRequest(http.MethodPost, "/invalidation", strings.NewReader("["+what+"]"))
	r.Header.Set("Authorization", "a key for tests")
	rec := httptest.NewRecorder()
	h.routers[router].Admin().ServeHTTP(rec, r)
	if rec.Code != http.StatusAccepted {
		h.t.Errorf("%s: %d %s", what, rec.Code, rec.Body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	ended := h.tick()
	for _, p := range products {
		h.record(p, began, ended, event{kind: acknowledges, router: router, entity: len(products) == 1})
	}
}

func (h *history) clientLeaves() {
	if len(h.leave) > 0 {
		h.count("left")
		h.leave[h.rnd.IntN(len(h.leave))]()
	}
}

// letOn lets a call on that is held.
func (h *history) letOn(fails bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.held) == 0 {
		return
	}
	// Calls that came at the same time have no order that a seed would repeat.
	slices.SortStableFunc(h.held, func(a, b *heldCall) int { return strings.Compare(a.body, b.body) })
	i := h.rnd.IntN(len(h.held))
	for range 3 {
		if h.held[i].late {
			i = h.rnd.IntN(len(h.held))
		}
	}
	c := h.held[i]
	h.held = slices.Delete(h.held, i, i+1)
	if c.fails = c.fails || fails; fails {
		h.counts["failure"]++
	}
	close(c.on)
}

// wait holds a call until it is let on, and tells whether it fails.
func (h *history) wait(ctx context.Context, c *heldCall) bool {
	c.on = make(chan struct{})
	h.mu.Lock()
	h.held = append(h.held, c)
	h.counts["held"]++
	h.mu.Unlock()
	h.note()
	select {
	case <-c.on:
	case <-ctx.Done():
		h.mu.Lock()
		h.held = slices.DeleteFunc(h.held, func(o *heldCall) bool { return o == c })
		h.mu.Unlock()
		return true
	}
	return c.fails
}

var (
	fieldInQuery = regexp.MustCompile(`(\w+):(product|other|products|change|changeQuietly)[({](?:id:"(\d)")?`)
	keyInObjects = regexp.MustCompile(`"id":"(\d)"`)
)

// ServeHTTP is all subgraphs: it answers everything that can be asked of the products in question.
func (h *history) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var request struct {
		Query     string
		Variables json.RawMessage
	}
	if err := json.Unmarshal(body, &request); err != nil {
		h.t.Error(err)
	}
	fails := h.wait(r.Context(), &heldCall{body: string(body)})
	answer := h.read(request.Query, request.Variables)
	late := !strings.HasPrefix(request.Query, "mutation")
	if h.wait(r.Context(), &heldCall{body: string(body), late: late, fails: fails}) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

// read is what the subgraphs say at this moment.
func (h *history) read(query string, variables []byte) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	object := func(p int) string {
		v := h.version[p]
		return fmt.Sprintf(`{"__typename":"Product","id":"%d","name":%d,"stock":%d,"route":%d}`, p, v, v, v)
	}
	var list []string
	if strings.Contains(query, "_entities") {
		for _, m := range keyInObjects.FindAllSubmatch(variables, -1) {
			list = append(list, object(int(m[1][0]-'0')))
		}
		return `{"data":{"_entities":[` + strings.Join(list, ",") + `]}}`
	}
	m := fieldInQuery.FindStringSubmatch(query)
	if m == nil {
		h.t.Errorf("nobody knows what to answer to %s", query)
		return `{}`
	}
	key, field := m[1], m[2]
	if field == "products" {
		for p := range historyProducts {
			list = append(list, object(p))
		}
		return fmt.Sprintf(`{"data":{%q:[%s]}}`, key, strings.Join(list, ","))
	}
	p := int(m[3][0] - '0')
	switch field {
	case "change":
		h.write(p)
	case "changeQuietly":
		h.write(p)
		return fmt.Sprintf(`{"data":{%q:true}}`, key)
	}
	return fmt.Sprintf(`{"data":{%q:%s}}`, key, object(p))
}

// event is an operation on a product.
type event struct {
	kind    eventKind
	version int
	// router is where it was, if it is no write; entity tells that it is about an entity by its key: what was asked of it,
	// or its invalidation.
	router int
	entity bool
}

type eventKind uint8

const (
	// writes gives the product its version. reads shows it, or an older one. acknowledges ends the time in which it may
	// be one older than the present.
	writes eventKind = iota
	reads
	acknowledges
)

// productState is what may be read of a product: any version between the two.
type productState struct{ oldest, newest int }

var productModel = porcupine.Model{
	Init: func() any { return productState{1, 1} },
	Step: func(state, input, _ any) (bool, any) {
		s, e := state.(productState), input.(event)
		switch e.kind {
		case writes:
			s.newest = e.version
		case acknowledges:
			s.oldest = s.newest
		default:
			return s.oldest <= e.version && e.version <= s.newest, s
		}
		return true, s
	},
}

// judge says what is wrong with a history; nothing, if it is linearizable.
func judge(ops []porcupine.Operation) string {
	// Whether there is an order is quickly found if there is one; otherwise all are tried. What is plainly wrong comes
	// first.
	for _, r := range ops {
		read := r.Input.(event)
		if read.kind != reads {
			continue
		}
		oldest, newest := 1, versionAt(ops, r.Return)
		for _, a := range ops {
			if a.Input.(event).kind == acknowledges && a.Return < r.Call {
				oldest = max(oldest, versionAt(ops, a.Call))
			}
		}
		if read.version < oldest || read.version > newest {
			return fmt.Sprintf("%d was read from %d to %d, which must be %d to %d", read.version, r.Call, r.Return, oldest, newest)
		}
	}
	switch porcupine.CheckOperationsTimeout(productModel, ops, time.Minute) {
	case porcupine.Ok:
		return ""
	case porcupine.Illegal:
		return "this history has no order"
	default:
		return "it takes too long to find out whether this history has an order"
	}
}

// versionAt is the version at some time.
func versionAt(ops []porcupine.Operation, at int64) int {
	version := 1
	for _, o := range ops {
		if e := o.Input.(event); e.kind == writes && o.Return <= at {
			version = max(version, e.version)
		}
	}
	return version
}

// describeHistory lists operations by when they began.
func describeHistory(ops []porcupine.Operation) string {
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, o := range ops {
		e := o.Input.(event)
		fmt.Fprintf(&b, "%5d to %5d  %s", o.Call, o.Return, [...]string{"written", "read", "acknowledged"}[e.kind])
		if e.kind != acknowledges {
			fmt.Fprintf(&b, " %d", e.version)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
