package engine

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// Hooks are the hooks of all modules of a generation, in the order of the list.
type Hooks struct {
	// Slots is how many slots the modules reserved.
	Slots       int
	Documents   []module.DocumentResolver
	Identifiers []module.Identifier
	Compilers   []Compiler
	// PlanCompilers compile plans, and PlanAdmitters admit them.
	PlanCompilers []PlanCompiler
	PlanAdmitters []module.PlanAdmitter
	Admitters     []module.Admitter
	Conditions    []module.Conditions
	Tracers       []module.Tracer
	Answerers     []module.Answerer
	// Private tells that no answer is for everybody.
	Private bool
	// Authorizer decides about requirements of access; nil when nobody does.
	Authorizer module.Authorizer
	Operations []module.OperationObserver
	Fetches    []module.FetchObserver
	Errors     []module.ErrorObserver
	Limits     []module.LimitObserver
	Objects    []module.ObjectObserver
	// Subgraphs is what modules add to requests, by supergraph.Subgraph.ID; nil when they add nothing to any.
	Subgraphs []SubgraphHooks
}

// Compiler compiles documents for the module with a slot.
type Compiler struct {
	module.DocumentCompiler
	Slot module.Slot
}

// PlanCompiler compiles plans for the module with a slot.
type PlanCompiler struct {
	module.PlanCompiler
	Slot module.Slot
}

// SubgraphHooks are what modules add to the requests to a subgraph.
type SubgraphHooks struct {
	// VariesBy is everything that Headers, and wrapped clients, are computed from.
	VariesBy caller.Set
	Headers  []func(values *caller.Values, headers []upstream.Header) []upstream.Header
}

// Add takes over the hooks of a provisioned module. slot is the module's; varies is what it declared, declared
// whether it did. A module that computes something of requests and did not say what from is refused.
func (h *Hooks) Add(
	name string,
	m module.Module,
	slot module.Slot,
	varies caller.Set,
	declared bool,
	subgraphs []*supergraph.Subgraph,
) error {
	if computes(m) && !declared {
		return fmt.Errorf("the module %s computes something of requests without having declared what it reads of them: "+
			"its Provision must call VariesBy, if only to say Nothing", name)
	}
	if hook, ok := m.(module.DocumentResolver); ok {
		h.Documents = append(h.Documents, hook)
	}
	if hook, ok := m.(module.Identifier); ok {
		h.Identifiers = append(h.Identifiers, hook)
	}
	if hook, ok := m.(module.DocumentCompiler); ok {
		h.Compilers = append(h.Compilers, Compiler{hook, slot})
	}
	if hook, ok := m.(module.PlanCompiler); ok {
		h.PlanCompilers = append(h.PlanCompilers, PlanCompiler{hook, slot})
	}
	if hook, ok := m.(module.PlanAdmitter); ok {
		h.PlanAdmitters = append(h.PlanAdmitters, hook)
	}
	if hook, ok := m.(module.Admitter); ok {
		h.Admitters = append(h.Admitters, hook)
	}
	if hook, ok := m.(module.Conditions); ok {
		h.Conditions = append(h.Conditions, hook)
	}
	if hook, ok := m.(module.Authorizer); ok {
		if h.Authorizer != nil {
			return fmt.Errorf("two modules want to decide who may see what; the second is %s", name)
		}
		h.Authorizer = hook
	}
	if hook, ok := m.(module.Tracer); ok {
		h.Tracers = append(h.Tracers, hook)
	}
	if hook, ok := m.(module.Answerer); ok {
		h.Answerers = append(h.Answerers, hook)
	}
	if hook, ok := m.(module.OperationObserver); ok {
		h.Operations = append(h.Operations, hook)
	}
	if hook, ok := m.(module.FetchObserver); ok {
		h.Fetches = append(h.Fetches, hook)
	}
	if hook, ok := m.(module.ErrorObserver); ok {
		h.Errors = append(h.Errors, hook)
	}
	if hook, ok := m.(module.LimitObserver); ok {
		h.Limits = append(h.Limits, hook)
	}
	if hook, ok := m.(module.ObjectObserver); ok {
		h.Objects = append(h.Objects, hook)
	}
	h.addSubgraphs(m, varies, subgraphs)
	return nil
}

// computes tells that what a module does depends on requests.
func computes(m module.Module) bool {
	switch m.(type) {
	case module.SubgraphHeaders, module.SubgraphClient, module.Conditions, module.Authorizer, module.Answerer:
		return true
	}
	return false
}

func (h *Hooks) addSubgraphs(m module.Module, varies caller.Set, subgraphs []*supergraph.Subgraph) {
	_, wraps := m.(module.SubgraphClient)
	hook, writes := m.(module.SubgraphHeaders)
	if !wraps && !writes {
		return
	}
	for _, s := range subgraphs {
		var header func(*caller.Values, []upstream.Header) []upstream.Header
		if writes {
			header = hook.SubgraphHeaders(s)
		}
		if header == nil && !wraps {
			continue
		}
		if h.Subgraphs == nil {
			h.Subgraphs = make([]SubgraphHooks, len(subgraphs))
		}
		to := &h.Subgraphs[s.ID]
		to.VariesBy = to.VariesBy.Union(varies)
		if header != nil {
			to.Headers = append(to.Headers, header)
		}
	}
}

// write adds to a request what the modules add to those of its subgraph.
func (h *Hooks) write(s *supergraph.Subgraph, values *caller.Values, req *upstream.Request) {
	hooks := &h.Subgraphs[s.ID]
	for _, headers := range hooks.Headers {
		req.Header = headers(values, req.Header)
	}
	req.VariesBy = values.Append(req.VariesBy, hooks.VariesBy)
}

// compileDocument lets the modules compile a document: what they made, by slot.
func (h *Hooks) compileDocument(p *operation.Prepared) (any, gqlerror.List) {
	made := make([]any, h.Slots)
	for _, c := range h.Compilers {
		var errs gqlerror.List
		if made[c.Slot], errs = c.CompileDocument(p); len(errs) > 0 {
			return nil, errs
		}
	}
	return made, nil
}

// compilePlan lets the modules compile a plan: what they made, by slot; nil when none does.
func (h *Hooks) compilePlan(p *plan.Plan) ([]any, error) {
	if len(h.PlanCompilers) == 0 {
		return nil, nil
	}
	made := make([]any, h.Slots)
	for _, c := range h.PlanCompilers {
		var err error
		if made[c.Slot], err = c.CompilePlan(p); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// observeObjects returns what tells the modules of objects; nil when none wants to know.
func (h *Hooks) observeObjects(op *module.Operation) (told func(*plan.SelectionSet, int32)) {
	for _, hook := range h.Objects {
		one, before := hook.ObserveObjects(op), told
		switch {
		case one == nil:
		case before == nil:
			told = one
		default:
			told = func(set *plan.SelectionSet, typ int32) { before(set, typ); one(set, typ) }
		}
	}
	return told
}

// traces tells that a module wants to know what becomes of the requests of an operation's plan.
func (h *Hooks) traces(op *module.Operation) bool {
	for _, t := range h.Tracers {
		if t.Traces(op) {
			return true
		}
	}
	return false
}

// decide lets the modules decide about a label.
func (h *Hooks) decide(op *module.Operation, label string) (on, known bool) {
	for _, c := range h.Conditions {
		if on, known := c.Decide(op, label); known {
			return on, true
		}
	}
	return false, false
}
