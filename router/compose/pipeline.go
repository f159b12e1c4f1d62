package compose

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/router/compose/api"
	"github.com/weft-graphql/weft/router/compose/merge"
	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/satisfiability"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/compose/upgrade"
)

// composition is one run of the composer.
type composition struct {
	options Options
}

func (c composition) run(inputs []Subgraph) (*Result, []*Error) {
	if errs := checkNames(inputs); len(errs) > 0 {
		return nil, errs
	}
	subgraphs, errs := load(inputs)
	if len(errs) > 0 {
		return nil, errs
	}
	if errs := upgrade.All(subgraphs); len(errs) > 0 {
		return nil, append(errs, impossible(subgraphs)...)
	}
	merged, errs := merge.Merge(subgraphs)
	if errs = append(errs, impossible(subgraphs)...); len(errs) > 0 {
		return nil, errs
	}
	apiSchema, errs := api.Derive(merged.Schema, merged.Origins)
	if len(errs) > 0 {
		return nil, errs
	}
	result := &Result{
		SupergraphSDL: schema.Print(merged.Schema, schema.Style{Sorted: true, Directives: true}),
		APISDL:        schema.Print(apiSchema, schema.Style{}),
		Hints:         merged.Hints,
	}
	if c.options.SkipSatisfiability {
		return result, nil
	}
	errs, hints := satisfiability.Check(result.SupergraphSDL, satisfiability.Options{Locate: merged.Origins.Locate})
	if len(errs) > 0 {
		return nil, errs
	}
	result.Hints = append(result.Hints, hints...)
	return result, nil
}

// checkNames: INVALID_SUBGRAPH_NAME, subgraphs have names, no two the same, and none is called "_".
func checkNames(inputs []Subgraph) []*Error {
	var out []*Error
	if len(inputs) == 0 {
		out = append(out, &Error{Code: problem.NoQueries, Message: "There are no subgraphs to compose."})
	}
	seen := map[string]bool{}
	for _, s := range inputs {
		if s.Name == "_" || s.Name == "" {
			out = append(
				out,
				&Error{Code: problem.InvalidSubgraphName, Message: "A subgraph cannot be called \"" + s.Name + "\".",
					Subgraphs: []string{s.Name}, Suggestion: "Give the subgraph a name of its own, like the service it comes from."},
			)
		}
		if seen[s.Name] {
			out = append(
				out,
				&Error{Code: problem.InvalidSubgraphName, Message: "There is more than one subgraph called \"" + s.Name + "\".",
					Subgraphs: []string{s.Name}, Suggestion: "Give every subgraph a name of its own."},
			)
		}
		seen[s.Name] = true
	}
	return out
}

// load parses and checks all subgraphs side by side, and returns them sorted by name. The rules of federation are
// checked later for Federation 1 schemas, which have to be upgraded first.
func load(inputs []Subgraph) ([]*subgraph.Subgraph, []*Error) {
	loaded := make([]*subgraph.Subgraph, len(inputs))
	found := make([][]*Error, len(inputs))
	each(len(inputs), func(i int) {
		loaded[i], found[i] = subgraph.Load(inputs[i].Name, inputs[i].URL, inputs[i].File, inputs[i].SDL)
		if loaded[i] != nil && loaded[i].IsFederation2() {
			found[i] = subgraph.Validate(loaded[i])
		}
	})
	if errs := inNameOrder(inputs, found); len(errs) > 0 {
		return nil, append(errs, impossible(loaded)...)
	}
	subgraph.Sort(loaded)
	return loaded, nil
}

// impossible are the errors about conditions that cannot be true, of subgraphs as far as they could be loaded.
func impossible(subgraphs []*subgraph.Subgraph) []*Error {
	var out []*Error
	for _, s := range subgraphs {
		if s != nil {
			out = append(out, s.Impossible...)
		}
	}
	return out
}

// inNameOrder puts errors in the order of subgraph names, but those of SDL that cannot be read first.
func inNameOrder(inputs []Subgraph, found [][]*Error) []*Error {
	order := make([]int, len(inputs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(inputs[a].Name, inputs[b].Name) })
	var syntax, out []*Error
	for _, i := range order {
		if len(found[i]) > 0 && subgraph.IsSyntaxError(found[i][0]) {
			syntax = append(syntax, found[i]...)
		} else {
			out = append(out, found[i]...)
		}
	}
	return append(syntax, out...)
}

// each calls work for 0 to n-1, on as many goroutines as there are processors.
func each(n int, work func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := range next {
				work(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
