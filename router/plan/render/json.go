package render

import (
	"encoding/json"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/plan"
)

// Node is a node of the JSON form: QueryPlan, Sequence, Parallel, Flatten or Fetch.
//
// The form is the one that gateways and their playgrounds exchange in extensions.queryPlan. It is a tree, where our
// plans are graphs: a Sequence of waves shows the order, and ID and After of each Fetch tell what really waits for
// what. A request for several places has all of them in Paths; Path is the first.
type Node struct {
	Kind  string     `json:"kind"`
	Path  []string   `json:"path,omitempty"`
	Paths [][]string `json:"paths,omitempty"`
	Node  *Node      `json:"node,omitempty"`
	Nodes []*Node    `json:"nodes,omitempty"`

	ServiceName    string      `json:"serviceName,omitempty"`
	Requires       []*Selected `json:"requires,omitempty"`
	VariableUsages []string    `json:"variableUsages,omitempty"`
	Operation      string      `json:"operation,omitempty"`
	OperationName  string      `json:"operationName,omitempty"`
	OperationKind  string      `json:"operationKind,omitempty"`
	// ID and After are ours; ID counts from 0, which a pointer keeps apart from absence.
	ID    *int  `json:"id,omitempty"`
	After []int `json:"after,omitempty"`
}

// Selected is a part of what a Fetch requires: a Field or an InlineFragment.
type Selected struct {
	Kind          string      `json:"kind"`
	Name          string      `json:"name,omitempty"`
	TypeCondition string      `json:"typeCondition,omitempty"`
	Selections    []*Selected `json:"selections,omitempty"`
}

// Tree returns the plan in the form of JSON.
func Tree(p *plan.Plan) *Node {
	root := &Node{Kind: "QueryPlan"}
	if p.Operation != nil && p.Operation.Kind == ast.Subscription && len(p.Requests) > 0 {
		root.Node = &Node{Kind: "Subscription", Nodes: []*Node{fetch(p, p.Requests[0])}}
		if rest := sequence(p, Waves(p)[1:]); rest != nil {
			root.Node.Nodes = append(root.Node.Nodes, rest)
		}
		return root
	}
	root.Node = sequence(p, Waves(p))
	return root
}

// JSON renders the plan; indented when indent is not empty.
func JSON(p *plan.Plan, indent string) ([]byte, error) {
	if indent != "" {
		return json.MarshalIndent(Tree(p), "", indent)
	}
	return json.Marshal(Tree(p))
}

func sequence(p *plan.Plan, waves [][]*plan.Request) *Node {
	var steps []*Node
	for _, wave := range waves {
		var nodes []*Node
		for _, r := range wave {
			nodes = append(nodes, fetch(p, r))
		}
		if len(nodes) == 1 {
			steps = append(steps, nodes[0])
		} else {
			steps = append(steps, &Node{Kind: "Parallel", Nodes: nodes})
		}
	}
	switch len(steps) {
	case 0:
		return nil
	case 1:
		return steps[0]
	}
	return &Node{Kind: "Sequence", Nodes: steps}
}

func fetch(p *plan.Plan, r *plan.Request) *Node {
	id := r.ID
	f := &Node{
		Kind: "Fetch", ServiceName: r.Subgraph.Name, Operation: r.Document, OperationName: r.OperationName,
		OperationKind: string(r.Kind), ID: &id, After: r.After,
	}
	for _, v := range r.Variables {
		f.VariableUsages = append(f.VariableUsages, v.Name)
	}
	for _, l := range r.Literals {
		for _, v := range l.Variables {
			if !slices.Contains(f.VariableUsages, v.Name) {
				f.VariableUsages = append(f.VariableUsages, v.Name)
			}
		}
	}
	var paths [][]string
	for _, c := range r.Calls {
		for _, in := range c.Input {
			f.Requires = append(f.Requires, requires(p, in)...)
		}
		for _, t := range c.Targets {
			paths = append(paths, flatPath(t.Path))
		}
	}
	if len(paths) == 0 {
		return f
	}
	out := &Node{Kind: "Flatten", Path: paths[0], Node: f}
	if len(paths) > 1 {
		out.Paths = paths
	}
	return out
}

func flatPath(path []plan.PathElement) []string {
	out := []string{}
	for _, e := range path {
		out = append(out, e.Key)
		for range e.Lists {
			out = append(out, "@")
		}
	}
	return out
}

func requires(p *plan.Plan, in *plan.Representation) []*Selected {
	selections := append([]*Selected{{Kind: "Field", Name: "__typename"}}, selected(in.Fields)...)
	if in.TypeName != "" {
		return []*Selected{{Kind: "InlineFragment", TypeCondition: in.TypeName, Selections: selections}}
	}
	var out []*Selected
	for o := range in.On.All {
		out = append(
			out,
			&Selected{Kind: "InlineFragment", TypeCondition: p.Supergraph.Objects[o].Name, Selections: selections},
		)
	}
	return out
}

func selected(fields []*plan.RepresentationField) []*Selected {
	var out []*Selected
	for _, f := range fields {
		out = append(out, &Selected{Kind: "Field", Name: f.Name, Selections: selected(f.Fields)})
	}
	return out
}
