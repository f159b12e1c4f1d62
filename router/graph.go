package router

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/textproto"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// graph is one supergraph being served, with everything that depends on it. It is immutable but for its caches.
type graph struct {
	supergraph *supergraph.Supergraph
	// hash names the supergraph document, for operators.
	hash       string
	loaded     time.Time
	planner    *plan.Planner
	engine     *exec.Engine
	operations *prepared.Cache[*program]
	headers    *headerRules
	// cache is nil when there is no entity cache.
	cache *cache.Cache
	// identityHeaders tell callers apart, in canonical spelling.
	identityHeaders []string
	// shares is nil when identical queries do not share their execution.
	shares *shares
	// urls are where the subgraphs are, and clients the ways there, by ID.
	urls    []string
	clients []*upstream.Client
	// epoch counts the mutations that have ended: a query never shares a subgraph's answer from before one.
	epoch atomic.Uint64
	// mutations numbers the mutations.
	mutations atomic.Uint64

	labels        []string
	introspection bool
	exposePlan    bool
	// streamAbove is the size from which answers are streamed; 0 when none is.
	streamAbove int
	closers     []func()
}

func (r *Router) newGraph(sdl string) (*graph, error) {
	sg, err := supergraph.Load(sdl)
	if err != nil {
		return nil, fmt.Errorf("the supergraph cannot be used: %w", err)
	}
	if err := r.checkFeatures(sg); err != nil {
		return nil, fmt.Errorf("the supergraph cannot be used: %w", err)
	}
	sum := sha256.Sum256([]byte(sdl))
	g := &graph{
		supergraph: sg, hash: hex.EncodeToString(sum[:8]), loaded: time.Now(), planner: plan.New(sg),
		labels: r.config.Supergraph.OverrideLabels, introspection: r.config.GraphQL.Introspection,
		exposePlan: r.config.Plan.Expose, streamAbove: int(r.config.GraphQL.StreamAbove),
	}
	if n := r.config.Plan.SearchBudget; n > 0 {
		g.planner = g.planner.WithBudget(n)
	}
	if r.cache != nil {
		g.planner = g.planner.Identifying()
	}
	ways, err := r.waysTo(g)
	if err != nil {
		g.close()
		return nil, err
	}
	engine := exec.Config{
		Subgraphs: ways, MaxParallel: r.config.Upstream.MaxConcurrentFetches, Halving: r.halving(sg),
		Errors: r.errorPolicy(), Extensions: r.config.GraphQL.SubgraphExtensions, Panicked: r.panicked,
		ResponseBytes: int64(r.config.Limits.ResponseBytes),
	}
	if r.cache != nil {
		g.cache, engine.Cache = r.cache, r.cache.Graph(sg)
	}
	g.engine = exec.New(engine)
	for _, name := range r.config.Dedupe.IdentityHeaders {
		g.identityHeaders = append(g.identityHeaders, textproto.CanonicalMIMEHeaderKey(name))
	}
	g.headers = newHeaderRules(&r.config.Upstream, sg, r.identity)
	if r.config.Dedupe.ClientQueries {
		g.shares = newShares(g.headers, g.identityHeaders, r.headersTheCacheSees())
	}
	l := &r.config.Limits
	g.operations = prepared.New(prepared.Options[*program]{
		Supergraph: sg, Planner: g.planner, Compile: g.compile, Bytes: int64(r.config.Plan.CacheBytes),
		Panicked: r.panicked,
		Limits: operation.Limits{
			Tokens: l.Tokens, Depth: l.Depth, Fields: l.Fields, Aliases: l.Aliases, Directives: l.Directives,
			RootFields: l.RootFields,
		},
	})
	return g, nil
}

// panicked tells operators of a panic that was made an error of one request. It is called where it was recovered.
func (r *Router) panicked(cause any) {
	r.logger.Error("a request panicked", "panic", cause, "stack", string(debug.Stack()))
}

// program is a plan, ready to run.
type program struct {
	*exec.Program
	// introspects tells that the operation asks for __schema or __type.
	introspects bool
}

// compile makes a plan ready to run.
func (g *graph) compile(_ *operation.Prepared, p *plan.Plan) (*program, error) {
	compiled, err := g.engine.Compile(p)
	if err != nil {
		return nil, err
	}
	return &program{
		Program: compiled,
		// Not only at the root: a field can be of the type Query.
		introspects: slices.ContainsFunc(p.Operation.Fields, func(f *operation.Field) bool { return f.Introspection != nil }),
	}, nil
}

// close gives back what the graph holds.
func (g *graph) close() { closeAll(g.closers) }

func closeAll(closers []func()) {
	for _, f := range closers {
		f()
	}
}

// labelOn decides whether a label of a progressive @override is on for a request: percent(x) by chance, others when
// the configuration names them.
func (g *graph) labelOn(label string) bool {
	if percent, ok := operation.PercentLabel(label); ok {
		return rand.Float64()*100 < percent
	}
	return slices.Contains(g.labels, label)
}
