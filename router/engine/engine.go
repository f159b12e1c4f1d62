// Package engine answers operations on one supergraph: it prepares them, lets the modules admit them, plans, executes
// and answers. An Engine does not change but for its caches; another graph, or other settings, are another Engine.
package engine

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// Config is what an Engine is made of.
type Config struct {
	Supergraph *supergraph.Supergraph
	// Subgraphs are the clients of the subgraphs, by supergraph.Subgraph.ID.
	Subgraphs []upstream.Subgraph
	// Cache is the entity cache; nil when there is none.
	Cache *cache.Cache
	// Epochs are those of all engines whose clients share calls with these; nil: nobody else's do.
	Epochs *Epochs
	// Inputs are all inputs that any part of the router declared, and Identity those that tell callers apart.
	Inputs   *caller.Inputs
	Identity caller.Set
	// Vary are the client's headers that an answer may depend on of which nobody says more, and Personal tells that such
	// an answer may depend on what no header says.
	Vary     []string
	Personal bool
	// Hooks are those of the modules.
	Hooks Hooks

	// Limits bound the operations, and PlanBytes what is remembered of them; SearchBudget bounds the search for plans, 0
	// means the planner's own.
	Limits       operation.Limits
	PlanBytes    int64
	SearchBudget int
	// Labels are the labels of progressive overrides that are on.
	Labels []string
	// Introspection lets clients ask for the schema.
	Introspection bool
	// Explain lets errors say what is not valid in a document.
	Explain bool
	// Suggestions lets errors about documents and variables name what the client may have meant.
	Suggestions bool
	// StreamAbove is the size from which answers are streamed; 0 when none is.
	StreamAbove int
	// OnError lets clients choose what becomes of errors; DefaultOnError is for those that do not.
	OnError        bool
	DefaultOnError exec.OnError
	// ShareQueries lets identical queries that are in progress share one execution.
	ShareQueries bool

	// RequestIDs tells subgraphs the ids of clients' requests.
	RequestIDs bool
	// MaxParallel, Halving, Errors, Extensions and ResponseBytes are exec.Config's.
	MaxParallel   int
	Halving       []int
	Errors        exec.ErrorPolicy
	Extensions    bool
	ResponseBytes int64
	// ResponseWarn is below it: answers of more bytes pass, and server.OperationInfo.Exceeded tells of it, or, where there
	// are more parts to come, the LimitObservers are told. Zero means none.
	ResponseWarn int64
	// Panicked is told of panics that were made an error of one request.
	Panicked func(cause any)

	// Subscriptions runs subscriptions; nil when they are not served. Sources are where the events of a subgraph come
	// from, by supergraph.Subgraph.ID; nil for those that have none. Hold keeps the generation until what it returns is
	// called, which must be possible while a request is in progress.
	Subscriptions *subscription.Hub
	Sources       []subscription.Upstream
	Hold          func() (release func())
}

// Engine answers operations on one supergraph. It is safe for concurrent use.
type Engine struct {
	config     Config
	hooks      *Hooks
	planner    *plan.Planner
	executor   *exec.Engine
	operations *prepared.Cache[*program]
	// shares is nil when identical queries do not share their execution.
	shares *shares
	// carried is what requests to the subgraphs carry, and credentials all of it that says who the caller is; for the
	// cache.
	carried     []carried
	credentials caller.Set
	// now is the present epoch of queries: bound once, not for every request.
	now func() upstream.Epoch
}

// New makes an engine. previous, when not nil, is the one whose place it takes: what is the same for both is not made
// again.
func New(c Config, previous *Engine) *Engine {
	e := &Engine{config: c}
	if e.config.Epochs == nil {
		e.config.Epochs = new(Epochs)
	}
	e.now = func() upstream.Epoch { return e.config.Epochs.now(c.Cache) }
	e.hooks = &e.config.Hooks
	e.planner = newPlanner(&e.config, previous)
	executor := exec.Config{
		Subgraphs: c.Subgraphs, MaxParallel: c.MaxParallel, Halving: c.Halving, Errors: c.Errors,
		Extensions: c.Extensions, ResponseBytes: c.ResponseBytes, Panicked: c.Panicked,
	}
	if c.Cache != nil {
		graph := c.Cache.Graph(c.Supergraph)
		e.carry(graph)
		executor.Cache = graph
	}
	e.executor = exec.New(executor)
	if c.ShareQueries {
		e.shares = newShares()
	}
	options := prepared.Options[*program]{
		Supergraph: c.Supergraph, Planner: e.planner, Compile: e.compile, Bytes: c.PlanBytes, Panicked: c.Panicked, Limits: c.Limits,
	}
	if len(e.hooks.Compilers) > 0 {
		options.Examine = e.hooks.compileDocument
	}
	e.operations = prepared.New(options)
	return e
}

func newPlanner(c *Config, previous *Engine) *plan.Planner {
	if previous != nil {
		was := &previous.config
		if was.Supergraph == c.Supergraph && was.SearchBudget == c.SearchBudget && (was.Cache != nil) == (c.Cache != nil) {
			return previous.planner
		}
	}
	planner := plan.New(c.Supergraph)
	if c.SearchBudget > 0 {
		planner = planner.WithBudget(c.SearchBudget)
	}
	if c.Cache != nil {
		planner = planner.Identifying()
	}
	return planner
}

// Supergraph is the graph that is served.
func (e *Engine) Supergraph() *supergraph.Supergraph { return e.config.Supergraph }

// WarmUp prepares and plans the n documents that another engine used most recently, so that this one answers them as
// fast from its first request on.
func (e *Engine) WarmUp(from *Engine, n int) {
	e.operations.WarmUp(context.Background(), from.operations, n)
}

// Stats are the counters of prepared operations and plans, and how many queries another one's execution answered;
// shares tells whether they can be.
func (e *Engine) Stats() (operations prepared.Stats, shared uint64, shares bool) {
	if e.shares != nil {
		shared = e.shares.shared.Load()
	}
	return e.operations.Stats(), shared, e.shares != nil
}

// program is a plan, ready to run.
type program struct {
	*exec.Program
	// introspects tells that the operation asks for __schema or __type.
	introspects bool
	// modules is what the modules compiled of the plan, by slot.
	modules []any
}

// compile makes a plan ready to run.
func (e *Engine) compile(_ *operation.Prepared, p *plan.Plan) (*program, error) {
	compiled, err := e.executor.Compile(p)
	if err != nil {
		return nil, err
	}
	if err := oneSource(p); err != nil {
		return nil, err
	}
	modules, err := e.hooks.compilePlan(p)
	if err != nil {
		return nil, err
	}
	return &program{
		Program: compiled, modules: modules,
		// Not only at the root: a field can be of the type Query.
		introspects: slices.ContainsFunc(p.Operation.Fields, func(f *operation.Field) bool { return f.Introspected() != nil }),
	}, nil
}

// labelOn decides whether a label is on when no module does: percent(x) by chance, others when the configuration names
// them.
//
// Specification: Apollo Federation, progressive @override.
func (e *Engine) labelOn(label string) bool {
	if percent, ok := operation.PercentLabel(label); ok {
		return rand.Float64()*100 < percent
	}
	return slices.Contains(e.config.Labels, label)
}

// fulfilled adds what the caller fulfils of what is asked of it. A graph that asks callers for something is only served
// without an Authorizer where the operator wants that: then everybody fulfils everything.
func (e *Engine) fulfilled(op *module.Operation, set operation.ConditionSet) operation.ConditionSet {
	if e.hooks.Authorizer != nil {
		return e.hooks.Authorizer.Fulfilled(op, set)
	}
	return op.Prepared.AllFulfilled(set)
}
