package exec_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// babbling answers everything with one text.
type babbling string

func (b babbling) Do(_ context.Context, _ *upstream.Request, resp *upstream.Response) error {
	resp.Status, resp.Body = 200, []byte(b)
	return nil
}

// TestMalformedAnswersAreExplained checks that the client is told which subgraph made no sense, why, and at which byte.
func TestMalformedAnswersAreExplained(t *testing.T) {
	const entities = `{"data":{"_entities":`
	for _, test := range []struct{ answer, message string }{
		{``, `the answer is not a JSON object (at byte 0)`},
		{`<html>`, `the answer is not a JSON object (at byte 0)`},
		{` []`, `the answer is not a JSON object (at byte 1)`},
		{`{}`, `the answer has neither data nor errors`},
		{`{"data":null}`, `the answer has neither data nor errors`},
		{`{"data":7}`, `data is not an object (at byte 8)`},
		{`{"data":{}}`, `a list of entities is missing (at byte 0)`},
		{`{"data":{}} {`, `the answer goes on behind its end (at byte 12)`},
		{`{"data":{},"data":{}}`, `the answer has the key data twice (at byte 18)`},
		{`{"errors":"none"}`, `none`},
		{entities + `nul}}`, `the answer is not JSON (at byte 21)`},
		{entities + `7}}`, `"_entities" is not a list (at byte 21)`},
		{entities + `[7,null]}}`, `an entity is not an object (at byte 22)`},
		{entities + `[nul,null]}}`, `the answer is not JSON (at byte 22)`},
		{entities + `[null null]}}`, `the answer is not JSON (at byte 27)`},
		{entities + `[]}}`, `0 entities where 2 were asked for (at byte 22)`},
		{entities + `[null,null,null]}}`, `more entities than the 2 that were asked for (at byte 32)`},
		{entities + `[null,null],"_entities":[null,null]}}`, `data has the key "_entities" twice (at byte 33)`},
		{entities + `[null`, `the answer ends too early (at byte 26)`},
		{entities + `[{"inStock":true,"inStock":true},null]}}`, `an object has the key "inStock" twice (at byte 48)`},
		{entities + `[{"inStock":tru},null]}}`, `the answer is not JSON (at byte 33)`},
		{entities + `[{"inStock":[true]},null]}}`, `Invalid value for Product.inStock: Boolean cannot represent [true].`},
		{entities + `[{"inStock":""},null]}}`, `Invalid value for Product.inStock: Boolean cannot represent "".`},
		{entities + `[{},null]}}`, `The subgraph "inventory" left out the field Product.inStock.`},
	} {
		body := executeBench(t, `{ topProducts { upc inStock } }`, map[string]upstream.Subgraph{
			"products":  babbling(`{"data":{"topProducts":[{"__typename":"Product","upc":"1"},{"__typename":"Product","upc":"2"}]}}`),
			"inventory": babbling(test.answer),
		})
		var answer struct {
			Errors []struct {
				Message    string
				Extensions struct{ Service string }
			}
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if len(answer.Errors) == 0 {
			t.Errorf("%s\n gives %s", test.answer, body)
		}
		for _, e := range answer.Errors {
			if !strings.Contains(e.Message, test.message) || e.Extensions.Service != "inventory" {
				t.Errorf("%s\n gives the error %+v", test.answer, e)
			}
		}
	}
}

// executeBench plans a query over the benchmark's graph and runs it.
func executeBench(t *testing.T, query string, subgraphs map[string]upstream.Subgraph) []byte {
	t.Helper()
	var resp exec.Response
	compileBench(t, query, subgraphs, exec.Config{}).Execute(t.Context(), &exec.Request{}, &resp)
	return resp.Body
}

// benchGraph is the benchmark's graph.
var benchGraph = sync.OnceValues(func() (*supergraph.Supergraph, error) {
	sdl, err := os.ReadFile("testdata/bench.graphql")
	if err != nil {
		return nil, err
	}
	return supergraph.Load(string(sdl))
})

// compileBench plans a query without variables over the benchmark's graph.
func compileBench(t *testing.T, query string, subgraphs map[string]upstream.Subgraph, config exec.Config) *exec.Program {
	t.Helper()
	sg, err := benchGraph()
	if err != nil {
		t.Fatal(err)
	}
	config.Subgraphs = make([]upstream.Subgraph, len(sg.Subgraphs))
	for _, sub := range sg.Subgraphs {
		config.Subgraphs[sub.ID] = subgraphs[sub.Name]
		if config.Subgraphs[sub.ID] == nil {
			config.Subgraphs[sub.ID] = babbling("")
		}
	}
	prepared, errs := operation.Prepare(sg, query, "", operation.Limits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p, err := plan.New(sg).Plan(prepared.Operation(operation.ConditionSet{}))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.New(config).Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return program
}
