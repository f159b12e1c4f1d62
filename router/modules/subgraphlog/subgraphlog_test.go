package subgraphlog_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// lines are those about subgraphs.
func lines(r *moduletest.Rig) (all []string) {
	for line := range strings.Lines(r.Log.String()) {
		if strings.Contains(line, "a subgraph could not answer") {
			all = append(all, line)
		}
	}
	return all
}

const ask = `{"query":"query Both($id: ID!) { person(id: $id) { name age } }","operationName":"Both","variables":{"id":"secret"}}`

// TestTheQueryIsTold has subgraphs fail in each way.
func TestTheQueryIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    []string
	}{
		"well": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"data":{"_entities":[{"age":1}]},"errors":[]}`))
		}, nil},
		"errors": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"data":null,"errors":[{"message":"no"}]}`))
		}, []string{"status=200", `said="[{\"message\":\"no\"}]"`}},
		"status": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte(strings.Repeat("x", 100)))
		}, []string{"status=418", "said=" + strings.Repeat("x", 80) + "…"}},
		"broken": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"err="}},
	} {
		t.Run(name, func(t *testing.T) {
			r := moduletest.New(t, "subgraph_log: {enabled: true, max_bytes: 80}\nlog: {request_ids: true}", nil)
			r.Subgraphs["ages"].Handle(c.handler)
			r.Post(ask, "X-Request-Id", "a1")
			got := lines(r)
			if len(c.want) == 0 {
				if len(got) != 0 {
					t.Errorf("%q", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("%d lines: %q", len(got), got)
			}
			for _, part := range append(c.want, "subgraph=ages", "operation=Both", "request_id=a1", "_entities(") {
				if !strings.Contains(got[0], part) {
					t.Errorf("there is no %s in %s", part, got[0])
				}
			}
			if strings.Contains(got[0], "secret") || strings.Contains(got[0], "variables=") {
				t.Errorf("a value of a variable is told: %s", got[0])
			}
		})
	}
}

// TestVariablesAreToldWhenAsked has them in the line.
func TestVariablesAreToldWhenAsked(t *testing.T) {
	r := moduletest.New(t, "subgraph_log: {enabled: true, variables: true}", nil)
	r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	r.Post(ask)
	if got := lines(r); len(got) != 1 || !strings.Contains(got[0], `variables="{\"id\":\"secret\"}"`) {
		t.Errorf("%q", got)
	}
}

func TestSettings(t *testing.T) {
	if got := moduletest.Problems(t, "subgraph_log: {max_bytes: 100000}"); !strings.Contains(got, "subgraph_log.max_bytes: 100000 is not possible") {
		t.Error(got)
	}
}
