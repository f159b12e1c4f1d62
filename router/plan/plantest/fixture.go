package plantest

import (
	"bytes"
	"fmt"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Link is the head of a Federation 2 subgraph with everything imported.
const Link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext", "@extends"])
`

// Fixture is a composed graph with its subgraphs and data.
type Fixture struct {
	Supergraph *supergraph.Supergraph
	Planner    *plan.Planner
	World      *World
	subgraphs  map[string]*Subgraph
	// Log are the requests made since it was last emptied: the subgraph's name and the document.
	Log []string
}

// New composes subgraphs, given as name and SDL, over a world. Labels are the override labels that are on.
func New(sdls map[string]string, world *World, labels []string) (*Fixture, error) {
	var inputs []compose.Subgraph
	for name, sdl := range sdls {
		inputs = append(inputs, compose.Subgraph{Name: name, SDL: sdl})
	}
	composed, errs := compose.Compose(inputs, compose.Options{})
	if len(errs) > 0 {
		return nil, fmt.Errorf("composing: %v", errs[0])
	}
	sg, err := supergraph.Load(composed.SupergraphSDL)
	if err != nil {
		return nil, err
	}
	f := &Fixture{Supergraph: sg, Planner: plan.New(sg), World: world, subgraphs: map[string]*Subgraph{}}
	world.Use(sg)
	for name, sdl := range sdls {
		if f.subgraphs[name], err = NewSubgraph(world, sg, name, sdl, labels); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Fetch sends a request to a subgraph.
func (f *Fixture) Fetch(name string, req *Request) (*Response, error) {
	f.Log = append(f.Log, name+" "+req.Query)
	return f.subgraphs[name].Do(req)
}

// Prepare makes an operation of a query and its variables.
func (f *Fixture) Prepare(
	query, variables string,
	labels []string,
) (*operation.Operation, *operation.Variables, error) {
	p, errs := operation.Prepare(f.Supergraph, query, "", operation.Limits{})
	if len(errs) > 0 {
		return nil, nil, errs
	}
	vars, errs := p.CoerceVariables([]byte(variables))
	if len(errs) > 0 {
		return nil, nil, errs
	}
	return p.Operation(
		p.Incremental(p.ConditionSet(&vars, func(l string) bool { return has(labels, l) }), &vars),
	), &vars, nil
}

// Run plans an operation and executes it against the subgraphs.
func (f *Fixture) Run(op *operation.Operation, vars *operation.Variables) (*plan.Plan, *Answer, error) {
	p, err := f.Planner.Plan(op)
	if err != nil {
		return nil, nil, err
	}
	f.Log = nil
	a, err := Execute(p, vars, f.Fetch)
	return p, a, err
}

// printed is an object as JSON, null propagation done.
func printed(in *interpreter, sel *operation.SelectionSet, obj *object) string {
	var out bytes.Buffer
	if !in.print(&out, sel, obj) {
		return "null"
	}
	return out.String()
}
