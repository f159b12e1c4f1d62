package fedtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/authorization"
	"github.com/weft-graphql/weft/router/server"
)

// believer takes callers at their word.
type believer struct{}

func (*believer) Enabled() bool               { return true }
func (*believer) Provision(module.Host) error { return nil }
func (*believer) Identify(_ context.Context, req *server.Request, who *caller.Caller) *server.Refusal {
	who.Subject = req.Header.Get("X-Subject")
	who.Claims = map[string]any{"scope": req.Header.Get("X-Scopes"), "policies": req.Header.Get("X-Policies")}
	return nil
}

// decide finds the policies that a caller fulfils among its claims.
func decide(_ context.Context, who *caller.Caller, policies []string) (fulfilled []string, err error) {
	claim, _ := who.Claims["policies"].(string)
	for _, name := range strings.Fields(claim) {
		if slices.Contains(policies, name) {
			fulfilled = append(fulfilled, name)
		}
	}
	return fulfilled, nil
}

// protectedRig makes a rig of a graph in which callers are asked for something.
func protectedRig(g *graph, change func(*config.Config, *authorization.Authorization)) (*rig, error) {
	info := authorization.With(decide)
	list := []module.Info{{Name: "believer", New: func() module.Module { return &believer{} }}}
	for _, m := range modules.List() {
		if m.Name == info.Name {
			m = info
		}
		list = append(list, m)
	}
	return newRigWith(g, func(c *config.Config) {
		change(c, modules.In[*authorization.Authorization](c, info))
	}, func(r *rig, o *router.Options) {
		o.Modules = list
		if g.seed%2 == 0 {
			o.Supergraph = g.loosenComputed(o.Supergraph)
		}
		if g.seed%3 == 0 {
			o.Supergraph = g.protectInterfaces(o.Supergraph)
		}
		r.supergraph = o.Supergraph
	})
}

// protected makes the graphs of another generator ask things of callers.
func protected(of generator, share int) generator {
	made := of.graph
	of.share = share
	of.graph = func(seed uint64, try int, with traits) *graph {
		g := made(seed, try, with)
		protect(g)
		return g
	}
	return of
}

// someCallers are random callers of a graph: nobody, somebody who may see everything, and others.
func (r *rig) someCallers(rnd *rand.Rand, count int) (out []*accessCaller) {
	for i := range count {
		c := &accessCaller{graph: r.graph, whole: r.whole, known: rnd.IntN(3) > 0, has: map[string]bool{}}
		for _, name := range []string{"r0", "r1", "r2", "r3", "p0", "p1", "p2", "p3", "interface"} {
			if i == 0 && rnd.IntN(4) == 0 || rnd.IntN(3) > 0 {
				c.has[name] = true
			}
		}
		out = append(out, c)
	}
	if rnd.IntN(4) == 0 {
		out[0].known, out[0].has = false, nil
	}
	return out
}

func (c *accessCaller) headers() []string {
	subject := ""
	if c.known {
		subject = "ada"
	}
	return []string{
		"X-Subject", subject, "X-Scopes", strings.Join(c.names("r"), " "),
		"X-Policies", strings.Join(append(c.names("p"), c.names("i")...), " "),
	}
}

// allowed is what a caller is to get: the answer of the undivided graph to it, and an error for each part that it may
// not see.
func (r *rig) allowed(c *accessCaller, op *randomOperation) (data json.RawMessage, errors []refused, err error) {
	doc, errs := loadQuery(r.whole, op.text)
	if len(errs) > 0 {
		return nil, nil, errs
	}
	w := r.world
	w.version = &atomic.Int64{}
	x := &execution{world: &w, subgraph: whole, schema: r.whole, doc: doc, variables: map[string]json.RawMessage{}, caller: c}
	for name, v := range op.variables {
		x.variables[name] = v
	}
	data = x.operation(doc.Operations[0])
	return data, c.refusals(x, doc.Operations[0]), nil
}

// tryCaller has an operation answered for a caller, and compares.
func (r *rig) tryCaller(c *accessCaller, op *randomOperation, reject bool) error {
	data, refusals, err := r.allowed(c, op)
	if err != nil {
		return err
	}
	got, body, err := r.ask(op, c.headers()...)
	if reject && len(refusals) > 0 {
		return r.tryRejected(got, body, err)
	}
	if err == nil {
		err = sameAllowed(data, refusals, got)
	}
	if err != nil {
		return fmt.Errorf("%w\ncaller: %v\nwant %s, refused %v\n got %s", err, c, data, refusals, body)
	}
	return nil
}

// tryRejected checks that nothing was executed.
func (r *rig) tryRejected(got *answer, body []byte, err error) error {
	if err == nil || err.Error() != fmt.Sprint("status ", http.StatusForbidden) || len(got.Errors) != 1 ||
		got.Errors[0].Message == "" || !got.Errors[0].unauthorized() || string(got.Data) != "" && string(got.Data) != "null" {
		return fmt.Errorf("an operation with something that the caller may not see is answered with %s (%v)", body, err)
	}
	if asked := r.requests(); asked != "" {
		return fmt.Errorf("for an operation that was refused subgraphs were asked %s", asked)
	}
	return nil
}

func (e *answerError) unauthorized() bool {
	extensions, _ := e.Extensions.(map[string]any)
	return extensions["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
}

// sameAllowed compares an answer with what a caller may see: data byte for byte, and all errors.
func sameAllowed(data json.RawMessage, refusals []refused, got *answer) error {
	if string(data) != string(got.Data) {
		return fmt.Errorf("the data differ")
	}
	var found []refused
	for _, e := range got.Errors {
		if !e.unauthorized() || len(e.Locations) != 1 {
			return fmt.Errorf("unexpected error %q at %v", e.Message, e.Path)
		}
		path := make([]string, len(e.Path))
		for i, step := range e.Path {
			path[i] = fmt.Sprint(step)
		}
		found = append(found, refused{strings.Join(path, "."), e.Locations[0]})
	}
	for _, e := range found {
		if !slices.Contains(refusals, e) {
			return fmt.Errorf("nothing is refused at %v", e)
		}
	}
	for _, e := range refusals {
		if !slices.Contains(found, e) {
			return fmt.Errorf("no error says that %v is refused", e)
		}
	}
	if len(found) != len(refusals) {
		return fmt.Errorf("%d errors for %d parts that are refused", len(found), len(refusals))
	}
	return nil
}

// access runs random operations of random callers.
type access struct {
	mu sync.Mutex
	// asked counts the operations of callers, refused those with parts that the caller may not see.
	asked, refused int
}

// check asks for an operation in the name of some callers, one after the other.
func (a *access) check(reject bool) func(r *rig, op *randomOperation) error {
	return func(r *rig, op *randomOperation) error {
		rnd := rand.New(rand.NewPCG(r.graph.seed, uint64(len(op.text))))
		for _, c := range r.someCallers(rnd, 4) {
			r.begin()
			r.callers = []*accessCaller{c}
			_, refusals, err := r.allowed(c, op)
			if err != nil {
				return err
			}
			err = r.tryCaller(c, op, reject)
			if complaints := r.complaints.take(); len(complaints) > 0 {
				return fmt.Errorf("refused: %s\ncaller: %v", complaints[0], c)
			}
			if err != nil {
				return err
			}
			a.mu.Lock()
			if a.asked++; len(refusals) > 0 {
				a.refused++
			}
			a.mu.Unlock()
		}
		return nil
	}
}

func (a *access) enough(t *testing.T) {
	t.Helper()
	t.Logf("%d operations of callers, %d with parts that were refused", a.asked, a.refused)
	if a.refused < a.asked/10 || a.refused > a.asked*9/10 {
		t.Errorf("of %d operations %d have parts that are refused", a.asked, a.refused)
	}
}

// TestCallersGetWhatTheyMaySee compares the answers to callers with those of the undivided graph in which what they may
// not see is null, field by field. No subgraph is asked for anything else.
func TestCallersGetWhatTheyMaySee(t *testing.T) {
	for name, of := range map[string]generator{"plain": protected(plainGraphs, 16), "partitioned": protected(partitionedGraphs, 32)} {
		t.Run(name, func(t *testing.T) {
			var a access
			campaign{
				of: of, check: a.check(false), with: traits{uniform: true}, setUp: func(r *rig, seed uint64) { r.world.nulls = []uint64{0, 5, 25}[seed%3] },
				rig: func(g *graph) (*rig, error) {
					return protectedRig(g, func(*config.Config, *authorization.Authorization) {})
				},
			}.run(t)
			a.enough(t)
		})
	}
}

// TestCallersAreRefusedWhole has unauthorized: reject.
func TestCallersAreRefusedWhole(t *testing.T) {
	var a access
	of := protected(partitionedGraphs, 6)
	campaign{
		of: of, check: a.check(true), with: traits{uniform: true}, setUp: func(*rig, uint64) {},
		rig: func(g *graph) (*rig, error) {
			return protectedRig(g, func(_ *config.Config, a *authorization.Authorization) { a.Unauthorized = "reject" })
		},
	}.run(t)
	a.enough(t)
}

// TestCallersShareNothingTheyMayNotSee has a cache and shares whatever can be shared: callers get what they may see,
// one after the other and all at once, and caches in front of the router are told to keep nothing of it.
func TestCallersShareNothingTheyMayNotSee(t *testing.T) {
	var protectedAnswers, publicAnswers atomic.Int64
	check := func(r *rig, op *randomOperation) error {
		rnd := rand.New(rand.NewPCG(r.graph.seed, uint64(len(op.text))))
		callers := r.someCallers(rnd, 4)
		r.begin()
		r.callers = callers
		for range 2 {
			for _, c := range callers {
				if err := r.tryCaller(c, op, false); err != nil {
					return err
				}
			}
		}
		errs := make([]error, 3*len(callers))
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = r.tryGet(callers[i%len(callers)], op, &protectedAnswers, &publicAnswers) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		if complaints := r.complaints.take(); len(complaints) > 0 {
			return fmt.Errorf("refused: %s\ncallers: %v", complaints[0], callers)
		}
		return nil
	}
	campaign{
		of: protected(partitionedGraphs, 6), check: check, with: traits{uniform: true}, queries: true, setUp: func(*rig, uint64) {},
		rig: func(g *graph) (*rig, error) {
			return protectedRig(g, func(c *config.Config, _ *authorization.Authorization) {
				c.Cache.Enabled, c.Cache.TTL = true, time.Hour
				c.Dedupe.ClientQueries, c.Dedupe.SubgraphRequests = true, true
			})
		},
	}.run(t)
	t.Logf("%d protected answers, %d public ones", protectedAnswers.Load(), publicAnswers.Load())
	if protectedAnswers.Load() < 100 || publicAnswers.Load() < 100 {
		t.Error("too few answers tell anything")
	}
}

// tryGet is tryCaller with GET, whose answers caches in front of the router may keep.
func (r *rig) tryGet(c *accessCaller, op *randomOperation, protected, public *atomic.Int64) error {
	data, refusals, err := r.allowed(c, op)
	if err != nil {
		return err
	}
	variables, err := json.Marshal(op.variables)
	if err != nil {
		return err
	}
	req := httptest.NewRequest(http.MethodGet, "/graphql?"+url.Values{"query": {op.text}, "variables": {string(variables)}}.Encode(), nil)
	for headers := c.headers(); len(headers) > 0; headers = headers[2:] {
		req.Header.Set(headers[0], headers[1])
	}
	rec := httptest.NewRecorder()
	r.router.ServeHTTP(rec, req)
	var got answer
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
		return err
	}
	if err := sameAllowed(data, refusals, &got); err != nil {
		return fmt.Errorf("%w, with GET\ncaller: %v\nwant %s, refused %v\n got %s", err, c, data, refusals, rec.Body)
	}
	isPublic := strings.HasPrefix(rec.Header().Get("Cache-Control"), "public")
	if doc, _ := loadQuery(r.whole, op.text); !r.asksNothing(doc) {
		protected.Add(1)
		if isPublic {
			return fmt.Errorf("the answer to %s has something that callers need more for, but is public", op.text)
		}
	}
	if isPublic {
		public.Add(1)
	}
	return nil
}

// asksNothing tells whether everybody may see what a document asks for.
func (r *rig) asksNothing(doc *ast.QueryDocument) bool {
	nobody := &accessCaller{graph: r.graph, whole: r.whole}
	x := &execution{world: &r.world, subgraph: whole, schema: r.whole, doc: doc, variables: map[string]json.RawMessage{}}
	return len(nobody.refusals(x, doc.Operations[0])) == 0
}
