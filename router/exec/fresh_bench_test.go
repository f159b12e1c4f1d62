package exec_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// BenchmarkFresh prepares, plans and compiles the benchmark's operation, with another alias each time.
func BenchmarkFresh(b *testing.B) {
	sdl, err := os.ReadFile("testdata/bench.graphql")
	if err != nil {
		b.Fatal(err)
	}
	sg, err := supergraph.Load(string(sdl))
	if err != nil {
		b.Fatal(err)
	}
	workload, err := definition.FindWorkload("distinct")
	if err != nil {
		b.Fatal(err)
	}
	var request struct{ Query string }
	if err := json.Unmarshal(workload.Body, &request); err != nil {
		b.Fatal(err)
	}
	config := exec.Config{Subgraphs: make([]upstream.Subgraph, len(sg.Subgraphs))}
	for i := range config.Subgraphs {
		config.Subgraphs[i] = &recorded{}
	}
	engine, planner := exec.New(config), plan.New(sg)
	i := 0
	stage := func(name string, last int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				i++
				query := strings.Replace(request.Query, "users(", "a"+strconv.Itoa(i)+": users(", 1)
				p, errs := operation.Prepare(sg, query, "", operation.Limits{})
				if len(errs) > 0 {
					b.Fatal(errs)
				}
				if last == 0 {
					continue
				}
				op := p.Operation(operation.ConditionSet{})
				if last == 1 {
					continue
				}
				made, err := planner.Plan(op)
				if err != nil {
					b.Fatal(err)
				}
				if last == 2 {
					continue
				}
				if _, err := engine.Compile(made); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	stage("prepare", 0)
	stage("normalise", 1)
	stage("plan", 2)
	stage("compile", 3)
}
