package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// wallClock is a clock that only tests move.
type wallClock struct{ offset atomic.Int64 }

var began = time.Now()

func (c *wallClock) now() time.Time          { return began.Add(time.Duration(c.offset.Load())) }
func (c *wallClock) advance(d time.Duration) { c.offset.Add(int64(d)) }
func quiet() *slog.Logger                    { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
func loadShop(t testing.TB) *supergraph.Supergraph {
	t.Helper()
	return loadShopWith(t, "", "")
}

// loadShopWith loads the test supergraph with one piece of text replaced.
func loadShopWith(t testing.TB, old, replacement string) *supergraph.Supergraph {
	t.Helper()
	text, err := os.ReadFile("testdata/shop.graphql")
	if err != nil {
		t.Fatal(err)
	}
	sdl := string(text)
	if old != "" {
		if !strings.Contains(sdl, old) {
			t.Fatalf("the test supergraph has no %q", old)
		}
		sdl = strings.Replace(sdl, old, replacement, 1)
	}
	s, err := supergraph.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openCache opens a cache for tests: generous timeouts, because the machine may be busy.
func openCache(t testing.TB, s *supergraph.Supergraph, cfg Config) (*Cache, *Graph) {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.WriteTimeout == 0 {
		cfg.WriteTimeout = 5 * time.Second
	}
	if cfg.Sync == 0 {
		cfg.Sync = 20 * time.Millisecond
	}
	if cfg.ProbeInterval == 0 {
		cfg.ProbeInterval = 10 * time.Millisecond
	}
	if cfg.TTL == 0 {
		cfg.TTL = time.Minute
	}
	cfg.Logger = quiet()
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c, c.Graph(s)
}

func settle(t testing.TB, c *Cache) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Settle(ctx); err != nil {
		t.Fatalf("what was fetched is not stored after 20 s: %v", err)
	}
}

// ask is a fetch of one selection on one type of a subgraph, as a planner would make it.
type ask struct {
	graph *Graph
	req   *plan.Request
	cache exec.RequestCache
	typ   *supergraph.Type
	root  bool
}

// newAsk makes an ask from "{ name price }"; keyText is the field set of the representations' key, requires that of
// further inputs. For a root selection typ is Query (or Mutation) and keyText empty.
func newAsk(t testing.TB, g *Graph, subgraph, typ, keyText, requires, selection string, vars ...string) *ask {
	t.Helper()
	s := g.supergraph
	a := &ask{graph: g, typ: s.Type(typ), root: keyText == ""}
	kind := ast.Query
	if typ == "Mutation" {
		kind = ast.Mutation
	}
	a.req = &plan.Request{Subgraph: g.subgraph(subgraph), Kind: kind}
	for i, v := range vars {
		a.req.Variables = append(a.req.Variables, &operation.Variable{Index: i, Name: v})
	}
	call := &plan.Call{Entities: !a.root}
	doc, err := parser.ParseQuery(&ast.Source{Input: selection})
	if err != nil {
		t.Fatal(err)
	}
	call.Selection = convert(s, call, a.typ, doc.Operations[0].SelectionSet)
	if !a.root {
		rep := &plan.Representation{On: a.typ.Possible}
		for _, name := range strings.Fields(keyText) {
			name, sub, _ := strings.Cut(name, "{")
			f := &plan.RepresentationField{Name: name, Key: true}
			if sub != "" {
				f.Fields = []*plan.RepresentationField{{Name: strings.Trim(sub, "}"), Key: true}}
			}
			rep.Fields = append(rep.Fields, f)
		}
		for _, name := range strings.Fields(requires) {
			rep.Fields = append(rep.Fields, &plan.RepresentationField{Name: name})
		}
		call.Input = []*plan.Representation{rep}
	}
	a.req.Calls = []*plan.Call{call}
	a.cache = g.Prepare(a.req)
	return a
}

func convert(s *supergraph.Supergraph, call *plan.Call, typ *supergraph.Type, set ast.SelectionSet) *plan.SelectionSet {
	out := &plan.SelectionSet{Call: call, Type: typ}
	var add func(set ast.SelectionSet, on *supergraph.Type)
	add = func(set ast.SelectionSet, on *supergraph.Type) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				f := &plan.Field{Key: sel.Alias, Def: on.Field(sel.Name), On: on.Possible, Parent: out, Serves: []*operation.Field{{Name: sel.Name}}}
				for _, arg := range sel.Arguments {
					f.Args = append(f.Args, operation.Argument{Name: arg.Name, Value: arg.Value})
				}
				if len(sel.SelectionSet) > 0 {
					f.Selection = convert(s, call, f.Def.Named, sel.SelectionSet)
					f.Selection.Owner = f
				}
				out.Fields = append(out.Fields, f)
			case *ast.InlineFragment:
				add(sel.SelectionSet, s.Type(sel.TypeCondition))
			}
		}
	}
	add(set, typ)
	return out
}

// variableValues are the variables of an execution, by index.
type variableValues []string

func (v variableValues) Raw(i int) []byte {
	if i >= len(v) || v[i] == "" {
		return nil
	}
	return []byte(v[i])
}

// answer is what a test's subgraph says.
type subgraphAnswer struct {
	// entities are JSON objects or null, one for each representation; the single one is the data of a root call.
	entities   []string
	header     map[string]string
	extensions string
	failed     map[int]bool
	status     int
	err        error
}

// upstreamFunc answers for representations (nil for a root call).
type upstreamFunc func(representations []string) subgraphAnswer

// result is what a fetch ended with: the values by response key, or null, for each entity.
type result struct {
	values []string
	status []exec.CacheStatus
	// fetched are the representations that went upstream.
	fetched []string
}

// run does what the executor does for one request.
func (a *ask) run(ctx context.Context, v *Visit, vars variableValues, reps []string, up upstreamFunc) (result, error) {
	f := a.fetch(v, vars, reps)
	r := &run{ask: a, f: f, up: up, done: map[int]bool{}}
	a.cache.Lookup(ctx, f)
	err := r.round(ctx)
	pending := false
	for i := range f.Entities {
		pending = pending || f.Entities[i].Status == exec.CachePending
	}
	if pending && err == nil {
		a.cache.Wait(ctx, f)
		err = r.round(ctx)
	}
	if err == nil {
		r.refresh(ctx, v)
	}
	res := result{fetched: r.fetched}
	for i := range f.Entities {
		e := &f.Entities[i]
		res.status = append(res.status, e.Status)
		e.Fetched = r.done[i]
		res.values = append(res.values, a.text(e))
	}
	return res, err
}

// fetch makes the CacheFetch of an execution.
func (a *ask) fetch(v *Visit, vars variableValues, reps []string) *exec.CacheFetch {
	f := &exec.CacheFetch{Session: v, Variables: vars}
	if v == nil {
		f.Session = nil
	}
	var wanted []int
	for i := range a.req.Calls[0].Selection.Fields {
		wanted = append(wanted, i)
	}
	if a.root {
		reps = []string{""}
	}
	for _, rep := range reps {
		e := exec.CacheEntity{Type: a.typ, Wanted: wanted, Values: make([][]byte, len(wanted))}
		if !a.root {
			e.Type, e.Key = a.key(rep)
		}
		f.Entities = append(f.Entities, e)
	}
	return f
}

// key takes a representation apart, as the executor would have made it.
func (a *ask) key(rep string) (*supergraph.Type, exec.EntityKey) {
	var key exec.EntityKey
	for _, f := range a.req.Calls[0].Input[0].Fields {
		key.Fields = append(key.Fields, jsontext.Member([]byte(rep), f.Name))
	}
	name, _ := unquote(jsontext.Member([]byte(rep), typename))
	return a.graph.supergraph.Type(name), key
}

// representation puts it together again; "" for a root call.
func (a *ask) representation(e *exec.CacheEntity) string {
	if a.root {
		return ""
	}
	rep := `{"__typename":"` + e.Type.Name + `"`
	for i, f := range a.req.Calls[e.Call].Input[e.Key.Input].Fields {
		if v := e.Key.Fields[i]; v != nil {
			rep += fmt.Sprintf(",%q:%s", f.Name, v)
		}
	}
	return rep + "}"
}

func (a *ask) text(e *exec.CacheEntity) string {
	switch {
	case e.Status == exec.CacheNull || e.Fetched && e.Null:
		return "null"
	case e.Failed || e.Status != exec.CacheHit && !e.Fetched:
		return "error"
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, w := range e.Wanted {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", a.req.Calls[0].Selection.Fields[w].Key, e.Values[i])
	}
	b.WriteByte('}')
	return b.String()
}

// run is one execution under way.
type run struct {
	ask     *ask
	f       *exec.CacheFetch
	up      upstreamFunc
	fetched []string
	// done are the entities the subgraph answered for.
	done map[int]bool
}

// round sends what is missing, if anything is, and finishes.
func (r *run) round(ctx context.Context) error {
	var asked []int
	var reps []string
	for i := range r.f.Entities {
		e := &r.f.Entities[i]
		e.Fetched = false
		if e.Status == exec.CacheMiss && !r.done[i] {
			asked = append(asked, i)
			reps = append(reps, r.ask.representation(e))
		}
	}
	return r.send(ctx, r.f, asked, reps)
}

func (r *run) send(ctx context.Context, f *exec.CacheFetch, asked []int, reps []string) error {
	o := &exec.CacheOutcome{}
	if len(asked) == 0 {
		o.Nothing = true
		r.ask.cache.Finish(ctx, f, o)
		return nil
	}
	r.fetched = append(r.fetched, reps...)
	ans := r.up(reps)
	if ans.err != nil {
		o.Err = ans.err
		// The executor says what was asked for, answered or not.
		for _, i := range asked {
			f.Entities[i].Fetched = true
		}
		if f == r.f {
			r.ask.cache.Rescue(f, 0)
		}
		r.ask.cache.Finish(ctx, f, o)
		for _, i := range asked {
			if f.Entities[i].Status == exec.CacheMiss {
				return ans.err
			}
		}
		return nil
	}
	o.Status = max(ans.status, 200*b2i(ans.status == 0))
	o.Header = func(name string) []byte {
		if v, ok := ans.header[name]; ok {
			return []byte(v)
		}
		return nil
	}
	if ans.extensions != "" {
		o.Extensions = []byte(ans.extensions)
	}
	for j, i := range asked {
		e := &f.Entities[i]
		e.Fetched = true
		e.Failed = ans.failed[j]
		raw := []byte(ans.entities[j])
		if e.Null = isNull(raw); e.Null {
			continue
		}
		for k, w := range e.Wanted {
			e.Values[k] = jsontext.Member(raw, r.ask.req.Calls[0].Selection.Fields[w].Key)
		}
	}
	if f == r.f {
		for _, i := range asked {
			r.done[i] = true
		}
	}
	r.ask.cache.Finish(ctx, f, o)
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// refresh runs the background fetch of entities that were served stale.
func (r *run) refresh(ctx context.Context, v *Visit) {
	var reps []string
	g := &exec.CacheFetch{Session: v, Variables: r.f.Variables}
	for i := range r.f.Entities {
		e := r.f.Entities[i]
		if !e.Refresh {
			continue
		}
		e.Values = make([][]byte, len(e.Wanted))
		e.Status = exec.CacheMiss
		g.Entities = append(g.Entities, e)
		reps = append(reps, r.ask.representation(&e))
	}
	if len(g.Entities) == 0 {
		return
	}
	var asked []int
	for i := range g.Entities {
		asked = append(asked, i)
	}
	// A failed refresh leaves what there is.
	_ = r.send(ctx, g, asked, reps)
}

// mutate runs a mutation whose data is the given JSON.
func (a *ask) mutate(ctx context.Context, v *Visit, data string, err error) {
	f := a.fetch(v, nil, nil)
	o := &exec.CacheOutcome{Err: err, Status: 200}
	if err == nil {
		o.Data = []byte(data)
	}
	a.cache.Mutated(ctx, f, o)
}

// shop is a subgraph that answers from a table, counting calls.
type shop struct {
	mu     sync.Mutex
	header map[string]string
	// extensions is what every answer brings.
	extensions string
	// byKey are the entities' JSON objects by representation.
	byKey map[string]string
	calls int
	asked []string
	down  bool
}

var errDown = errors.New("the subgraph is down")

func (s *shop) upstream(reps []string) subgraphAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.asked = append(s.asked, reps...)
	if s.down {
		return subgraphAnswer{err: errDown}
	}
	ans := subgraphAnswer{header: s.header, extensions: s.extensions}
	for _, r := range reps {
		e, ok := s.byKey[r]
		if !ok {
			e = "null"
		}
		ans.entities = append(ans.entities, e)
	}
	return ans
}

func (s *shop) set(rep, entity string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey == nil {
		s.byKey = map[string]string{}
	}
	s.byKey[rep] = entity
}

func (s *shop) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func product(upc int) string { return fmt.Sprintf(`{"__typename":"Product","upc":"%d"}`, upc) }

// must runs an ask and fails the test on an error.
func (a *ask) must(t testing.TB, c *Cache, reps []string, up upstreamFunc) result {
	t.Helper()
	r, err := a.run(context.Background(), c.Visit(VisitOptions{}), nil, reps, up)
	if err != nil {
		t.Fatal(err)
	}
	settle(t, c)
	return r
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
