// Package cost estimates what operations cost before they are run, measures what they did cost, and refuses those that
// are too expensive. Weights come from @cost and @listSize of the schema.
//
// Specification: IBM, GraphQL Cost Directives, https://ibm.github.io/graphql-specs/cost-spec.html; as Apollo's
// cost v0.1, https://specs.apollo.dev/cost/v0.1/
package cost

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/server"
)

//go:embed cost.go
var source string

// Info describes the module.
var Info = module.Info{
	Name: "cost", Source: source,
	New: func() module.Module { return &Cost{ListSize: 10, Expose: "never"} },
}

// Codes of refusals and results; clients may rely on them.
const (
	// CodeOK is the result of an operation within its bounds.
	CodeOK = "COST_OK"
	// CodeEstimated refuses what is estimated to be too expensive, as an operation or for a subgraph.
	CodeEstimated = "COST_ESTIMATED_TOO_EXPENSIVE"
	// CodeActual is the result of what turned out to be too expensive.
	CodeActual = "COST_ACTUAL_TOO_EXPENSIVE"
	// CodeSlicing refuses a field that has not exactly one of its slicing arguments (requireOneSlicingArgument).
	CodeSlicing = "COST_SLICING_ARGUMENTS"
)

// Cost is about what operations cost. An object costs 1, a list as many times what its elements cost as it is long, a
// mutation 10; @cost and @listSize of the schema say otherwise.
type Cost struct {
	// measure (count only) or enforce (refuse what is too expensive); costs are not looked at when left out.
	Mode string `yaml:"mode"`
	// Most that an operation may be estimated to cost; 0 means no bound.
	Max int `yaml:"max"`
	// Length of lists about which the schema says nothing.
	ListSize int `yaml:"list_size"`
	// Also count what subgraphs really sent. What comes from the cache costs nothing.
	Actual bool `yaml:"actual"`
	// Who is shown the costs of an operation, in extensions.cost and in the headers X-Cost-Estimated, X-Cost-Actual and
	// X-Cost-Max: never, asked (requests with a header Weft-Cost) or always.
	Expose string `yaml:"expose"`
	// Bounds for single subgraphs by name.
	Subgraphs map[string]CostBound `yaml:"subgraphs"`

	slot      module.Slot
	schema    *schema
	limits    []float64
	sizes     []float64
	names     []string
	asked     caller.HeaderRef
	estimated prometheus.Observer
	measured  prometheus.Observer
	results   *prometheus.CounterVec
}

// CostBound bounds what one operation may ask of a subgraph.
type CostBound struct {
	// Most that one operation may be estimated to cost the subgraph; 0 means no bound.
	Max int `yaml:"max"`
	// Length of lists from this subgraph about which the schema says nothing; cost.list_size when 0.
	ListSize int `yaml:"list_size"`
}

// Check implements module.Checker.
func (c *Cost) Check(report func(key, format string, args ...any)) {
	if c.Mode != "" && c.Mode != "measure" && c.Mode != "enforce" {
		report("mode", "%q is not possible; choose measure or enforce", c.Mode)
	}
	if !slices.Contains([]string{"never", "asked", "always"}, c.Expose) {
		report("expose", "%q is not possible; choose never, asked or always", c.Expose)
	}
	notNegative := func(key string, n int) {
		if n < 0 {
			report(key, "%d is negative; 0 means that there is none", n)
		}
	}
	notNegative("max", c.Max)
	notNegative("list_size", c.ListSize)
	for name, s := range c.Subgraphs {
		notNegative("subgraphs."+name+".max", s.Max)
		notNegative("subgraphs."+name+".list_size", s.ListSize)
	}
}

// Enabled implements module.Module.
func (c *Cost) Enabled() bool { return c.Mode != "" }

// buckets are those of the histograms of costs.
var buckets = []float64{1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000, 1_000_000}

// Provision implements module.Module.
func (c *Cost) Provision(host module.Host) error {
	c.slot = host.Slot()
	if host.VariesBy().Nothing(); c.Expose == "asked" {
		c.asked = host.VariesBy().Header("Weft-Cost")
	}
	graph := host.Supergraph()
	known := map[string]bool{}
	for _, s := range graph.Subgraphs {
		known[s.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		if !known[name] {
			return fmt.Errorf("subgraphs.%s: the graph has no subgraph of that name", name)
		}
	}
	c.schema = newSchema(graph)
	c.limits, c.sizes = make([]float64, len(graph.Subgraphs)), make([]float64, len(graph.Subgraphs))
	for _, s := range graph.Subgraphs {
		own := c.Subgraphs[s.Name]
		c.limits[s.ID], c.sizes[s.ID] = float64(own.Max), float64(own.ListSize)
		if own.ListSize == 0 {
			c.sizes[s.ID] = float64(c.ListSize)
		}
		c.names = append(c.names, s.Name)
	}
	m := host.Metrics()
	c.estimated = m.Histogram("weft_cost_estimated", "Estimated costs of operations.", buckets).WithLabelValues()
	if c.Actual {
		c.measured = m.Histogram("weft_cost_actual", "Costs of operations by what subgraphs sent.", buckets).WithLabelValues()
	}
	c.results = m.Counter("weft_cost_results_total", "Operations by what became of their costs.", "result")
	return nil
}

// compiled is what is kept with a plan.
type compiled struct {
	operation *program
	// subgraphs are the calls of the plan; nil when nobody asks what they cost.
	subgraphs *calls
}

// state is what is kept for an operation in progress.
type state struct {
	estimate float64
	result   string
	actual   *actual
}

// CompilePlan implements module.PlanCompiler.
func (c *Cost) CompilePlan(p *plan.Plan) (any, error) {
	made := &compiled{operation: c.schema.compileOperation(p.Operation, float64(c.ListSize))}
	if c.Actual || slices.ContainsFunc(c.limits, func(limit float64) bool { return limit > 0 }) {
		made.subgraphs = c.schema.compileCalls(p, c.sizes)
	}
	return made, nil
}

// AdmitPlan implements module.PlanAdmitter.
func (c *Cost) AdmitPlan(_ context.Context, op *module.Operation) *server.Refusal {
	made := op.Planned(c.slot).(*compiled)
	cost, unsliced := made.operation.evaluate(op.Variables)
	op.Cost = cost
	if op.Request.Running {
		return nil
	}
	c.estimated.Observe(cost)
	refusal := c.judge(made, op, cost, unsliced)
	if refusal == nil {
		c.keep(op, cost, CodeOK)
		return nil
	}
	if c.Mode == "measure" {
		c.keep(op, cost, refusal.Code)
		return nil
	}
	c.results.WithLabelValues(refusal.Code).Inc()
	if c.shows(op) {
		op.AddHeader("X-Cost-Estimated", number(cost))
		op.AddHeader("X-Cost-Max", strconv.Itoa(c.Max))
	}
	return refusal
}

// judge says what is wrong with the costs of an operation; nil when nothing is.
func (c *Cost) judge(made *compiled, op *module.Operation, cost float64, unsliced *size) *server.Refusal {
	switch {
	case unsliced != nil:
		return &server.Refusal{Outcome: server.Rejected, Code: CodeSlicing, Message: unsliced.complaint()}
	case c.Max > 0 && cost > float64(c.Max):
		return &server.Refusal{Outcome: server.Rejected, Code: CodeEstimated, Message: "The operation is estimated to cost " +
			number(cost) + ", and may cost " + strconv.Itoa(c.Max) + ". Ask for shorter lists, or for less of each element."}
	case made.subgraphs == nil:
		return nil
	}
	var small [16]float64
	costs := small[:0]
	if len(c.limits) > len(small) {
		costs = make([]float64, 0, len(c.limits))
	}
	for id, cost := range made.subgraphs.evaluate(op.Variables, costs[:len(c.limits)]) {
		if limit := c.limits[id]; limit > 0 && cost > limit {
			return &server.Refusal{
				Outcome: server.Rejected, Code: CodeEstimated,
				Message: "What the operation asks of the subgraph " + strconv.Quote(c.names[id]) + " is estimated to cost " +
					number(cost) + ", and may cost " + number(limit) + ".",
			}
		}
	}
	return nil
}

// keep notes the estimate for what is told beside the answer. Nothing is kept that nobody is told.
func (c *Cost) keep(op *module.Operation, cost float64, result string) {
	if !c.Actual {
		c.results.WithLabelValues(result).Inc()
	}
	if c.Actual || c.Expose != "never" {
		*op.Slot(c.slot) = &state{estimate: cost, result: result}
	}
}

// shows tells whether the client is shown the costs.
func (c *Cost) shows(op *module.Operation) bool {
	switch c.Expose {
	case "always":
		return true
	case "asked":
		lines := op.Values.Header(c.asked)
		return len(lines) > 0 && lines[0] != "" && lines[0] != "false"
	}
	return false
}

// Answer implements module.Answerer.
func (c *Cost) Answer(op *module.Operation, answer *module.Answer) {
	s, ok := (*op.Slot(c.slot)).(*state)
	if !ok {
		return
	}
	// The events of a subscription share what was kept for it.
	actual, result := 0.0, s.result
	if s.actual != nil {
		actual = s.actual.cost
		if c.measured.Observe(actual); result == CodeOK && c.Max > 0 && actual > float64(c.Max) {
			result = CodeActual
		}
		c.results.WithLabelValues(result).Inc()
	}
	if !c.shows(op) {
		return
	}
	text := append([]byte(`{"estimated":`), number(s.estimate)...)
	answer.AddHeader("X-Cost-Estimated", number(s.estimate))
	if s.actual != nil {
		text = append(append(text, `,"actual":`...), number(actual)...)
		answer.AddHeader("X-Cost-Actual", number(actual))
	}
	if c.Max > 0 {
		text = strconv.AppendInt(append(text, `,"max":`...), int64(c.Max), 10)
		answer.AddHeader("X-Cost-Max", strconv.Itoa(c.Max))
	}
	text = append(append(append(text, `,"result":"`...), result...), `"}`...)
	answer.AddExtension("cost", text)
}

// ObserveObjects implements module.ObjectObserver.
func (c *Cost) ObserveObjects(op *module.Operation) func(*plan.SelectionSet, int32) {
	s, ok := (*op.Slot(c.slot)).(*state)
	if !c.Actual || !ok {
		return nil
	}
	made := op.Planned(c.slot).(*compiled)
	measure := &actual{calls: made.subgraphs, cost: made.operation.base, variables: op.Variables}
	*op.Slot(c.slot) = &state{estimate: s.estimate, result: s.result, actual: measure}
	return measure.object
}

// number writes a cost, as JSON too. What is beyond all bounds is the largest number there is.
func number(cost float64) string { return strconv.FormatFloat(min(cost, 1<<53), 'f', -1, 64) }
