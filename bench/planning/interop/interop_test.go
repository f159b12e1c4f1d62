package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/planning"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema"
)

// The graphs are there to be served by another gateway; ours must be able to as well.
func TestEveryQueryCanBePlanned(t *testing.T) {
	services := testGraph{name: "the four services", queries: serviceQueries}
	for _, name := range schema.Names() {
		sdl, err := schema.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		services.subgraphs = append(services.subgraphs, compose.Subgraph{Name: name, SDL: sdl})
	}
	for _, g := range append(testGraphs, services) {
		t.Run(g.name, func(t *testing.T) {
			c := planning.Case{Name: g.name, Subgraphs: g.subgraphs}
			sdl, err := c.Supergraph()
			if err != nil {
				t.Fatal(err)
			}
			sg, planner, err := planning.Planner(sdl)
			if err != nil {
				t.Fatal(err)
			}
			for _, c.Operation = range g.queries {
				op, err := c.Prepare(sg)
				if err != nil {
					t.Fatal(err)
				}
				if p, err := planner.Plan(op); err != nil || len(p.Requests) == 0 {
					t.Errorf("%s: no plan with requests: %v", c.Operation, err)
				}
			}
		})
	}
}

func TestCompare(t *testing.T) {
	made := func(answer, plan string) served {
		return served{Answer: json.RawMessage(answer), Plan: json.RawMessage(plan)}
	}
	good := made(`{"data":{"a":1}}`, `{"kind":"QueryPlan"}`)
	for _, c := range []struct {
		ours, reference served
		want            string
	}{
		{good, good, ""},
		{made(`{"data":{"a":2}}`, `{"kind":"QueryPlan"}`), good, "with the reference's"},
		{made(`{"data":{"a":1}}`, `{"kind":"Other"}`), good, "plans differ"},
		{made(`{"data":{"a":1}}`, ``), made(`{"data":{"a":1}}`, ``), "plans differ"},
		{made(`{"data":{"a":null},"errors":[{"message":"no"}]}`, `{}`), good, `errors: {"message":"no"}`},
		{made(`{"data":null}`, `{}`), made(`{"data":null}`, `{}`), "no data"},
		{made(`{"data":{"a":null}}`, `{}`), made(`{"data":{"a":null}}`, `{}`), "a is null"},
		{made(`nonsense`, `{}`), good, "invalid character"},
	} {
		err := compare(c.ours, c.reference)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.ours.Answer, err, c.want)
		}
	}
}

func TestServingURL(t *testing.T) {
	got, err := servingURL(strings.NewReader("not JSON\n{\"msg\":\"opening\"}\n{\"msg\":\"serving\",\"url\":\"http://127.0.0.1:1/graphql\"}\n"))
	if got != "http://127.0.0.1:1/graphql" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := servingURL(strings.NewReader("{\"msg\":\"the port is taken\"}\n")); err == nil {
		t.Error("a service that ended counts as serving")
	}
}
