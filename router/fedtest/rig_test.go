package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// rig is a graph being served by a router over stubs, and what the answers are compared with.
type rig struct {
	graph      *graph
	world      world
	whole      *ast.Schema
	supergraph string
	stubs      []*stub
	router     *router.Router
	complaints complaints
	// inPlace has errors make null what they are about and nothing else: in subgraphs and in what is expected.
	inPlace bool
	// callers are those whose operations are in progress, when anything is protected: what none of them may see is
	// asked of no subgraph.
	callers []*accessCaller

	// worlds is held while a stub answers, and while the world begins anew.
	worlds sync.RWMutex

	mu sync.Mutex
	// log has what was sent to the subgraphs since the last operation began.
	log []string
}

// refusedError tells that the graph cannot be composed.
type refusedError struct{ errors []*compose.Error }

func (e *refusedError) Error() string {
	var b strings.Builder
	for _, err := range e.errors {
		fmt.Fprintf(&b, "%s: %s\n", err.Code, err.Message)
	}
	return b.String()
}

// newRig composes a graph and serves it. change, if not nil, may change the router's configuration.
func newRig(g *graph, change func(*config.Config)) (*rig, error) { return newRigWith(g, change, nil) }

// newRigWith is newRig with options of the router that may be changed, too.
func newRigWith(g *graph, change func(*config.Config), with func(*rig, *router.Options)) (*rig, error) {
	var sources []compose.Subgraph
	for s, name := range g.subgraphs {
		sources = append(sources, compose.Subgraph{Name: name, URL: "http://" + name + "/graphql", SDL: g.subgraphSDL(s)})
	}
	composed, errs := compose.Compose(sources, compose.Options{})
	if len(errs) > 0 {
		return nil, &refusedError{errs}
	}
	r := &rig{graph: g, supergraph: composed.SupergraphSDL, world: world{graph: g, seed: g.seed, version: &atomic.Int64{}}}
	var err error
	if r.whole, err = gqlparser.LoadSchema(&ast.Source{Input: g.wholeSDL()}); err != nil {
		return nil, fmt.Errorf("the undivided graph: %w\n%s", err, g.wholeSDL())
	}
	if err := sameSchema(r.whole, composed.APISDL); err != nil {
		return nil, err
	}
	if err := g.poolsComplete(); err != nil {
		return nil, err
	}
	if f := g.impossible(); f != nil {
		return nil, &refusedError{[]*compose.Error{{Code: "NO_POSSIBLE_TYPE", Message: f.name}}}
	}
	handlers := map[string]http.Handler{}
	for s, name := range g.subgraphs {
		schema, err := gqlparser.LoadSchema(&ast.Source{Input: g.stubSDL(s)})
		if err != nil {
			return nil, fmt.Errorf("stub %s: %w\n%s", name, err, g.stubSDL(s))
		}
		r.stubs = append(r.stubs, &stub{rig: r, number: s, schema: schema})
		handlers[name] = r.stubs[s]
	}
	cfg := config.Default()
	cfg.Dedupe.SubgraphRequests = g.seed%2 == 0
	if g.seed%4 < 2 {
		cfg.GraphQL.StreamAbove = 1
	}
	if change != nil {
		change(&cfg)
	}
	options := router.Options{
		Supergraph: composed.SupergraphSDL, Handlers: handlers, Logger: slog.New(slog.DiscardHandler),
	}
	if with != nil {
		with(r, &options)
	}
	r.router, err = router.New(&cfg, options)
	if err != nil {
		return nil, fmt.Errorf("the router: %w", err)
	}
	return r, nil
}

// poolsComplete tells whether entity interfaces still have all their types, which shrinking can take away.
func (g *graph) poolsComplete() error {
	for _, t := range g.types {
		if t.kind != interfaceKind || t.pool == nil || g.whole(t) == nil {
			continue
		}
		for _, o := range t.pool.types {
			if w := g.whole(o); w == nil || !slices.Contains(w.implements, t) {
				return fmt.Errorf("%s does not implement %s anywhere", o.name, t.name)
			}
		}
	}
	return nil
}

// impossible returns a field that must not be null, but of which the subgraphs that know it agree on no type.
func (g *graph) impossible() *field {
	for _, t := range g.types {
		for _, f := range t.fields {
			if f.typ.named.composite() && t.kind == objectKind && f.typ.nonNull[len(f.typ.nonNull)-1] && len(g.possible(f)) == 0 {
				return f
			}
		}
	}
	return nil
}

func (r *rig) close() { r.router.Close() }

func (r *rig) sent(subgraph string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, subgraph+" <- "+string(body))
}

// sameSchema compares the composed API schema with the undivided one.
func sameSchema(want *ast.Schema, sdl string) error {
	got, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		return fmt.Errorf("the composed API schema: %w", err)
	}
	for name, w := range want.Types {
		g := got.Types[name]
		if g == nil {
			return fmt.Errorf("the composed API schema has no type %s", name)
		}
		if len(g.Fields) != len(w.Fields) || g.Kind != w.Kind || len(g.EnumValues) != len(w.EnumValues) ||
			len(want.GetPossibleTypes(w)) != len(got.GetPossibleTypes(g)) {
			return fmt.Errorf("the composed API schema has another %s", name)
		}
		for _, f := range w.Fields {
			if gf := g.Fields.ForName(f.Name); gf == nil || gf.Type.String() != f.Type.String() || len(gf.Arguments) != len(f.Arguments) {
				return fmt.Errorf("the composed API schema has another %s.%s", name, f.Name)
			}
		}
	}
	return nil
}

// answer is a GraphQL answer.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []answerError   `json:"errors"`
}

// ask sends an operation to the router, with headers: names and values.
func (r *rig) ask(op *randomOperation, header ...string) (*answer, []byte, error) {
	body, err := json.Marshal(request{Query: op.text, Variables: op.variables})
	if err != nil {
		return nil, nil, err
	}
	r.mu.Lock()
	r.log = nil
	r.mu.Unlock()
	req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.router.ServeHTTP(w, req)
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		return nil, w.Body.Bytes(), fmt.Errorf("the answer is not JSON: %w", err)
	}
	if w.Code != http.StatusOK {
		return &a, w.Body.Bytes(), fmt.Errorf("status %d", w.Code)
	}
	return &a, w.Body.Bytes(), nil
}

// begin makes the world what it was. Requests that were given up have answered by then, or do not.
func (r *rig) begin() {
	r.worlds.Lock()
	defer r.worlds.Unlock()
	r.world.version.Store(0)
}

// expect executes an operation on the undivided graph.
func (r *rig) expect(op *randomOperation) (*answer, error) { return r.expectWith(op, r.world.failures) }

// expectWith is expect with another share of fields that fail. The world of the subgraphs stays as it is: requests that
// were given up can still be reading it.
func (r *rig) expectWith(op *randomOperation, failures uint64) (*answer, error) {
	doc, errs := loadQuery(r.whole, op.text)
	if len(errs) > 0 {
		return nil, errs
	}
	w := r.world
	w.version, w.failures = &atomic.Int64{}, failures
	x := &execution{world: &w, subgraph: whole, schema: r.whole, doc: doc, variables: map[string]json.RawMessage{}, inPlace: r.inPlace}
	for name, v := range op.variables {
		x.variables[name] = v
	}
	data := x.operation(doc.Operations[0])
	return &answer{data, x.errors}, nil
}

// requests lists what was sent to the subgraphs for the last operation.
func (r *rig) requests() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.log, "\n")
}
