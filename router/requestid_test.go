package router_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestTheIDOfARequestIsEverywhere follows it from the client to subgraphs, the log and the answer.
func TestTheIDOfARequestIsEverywhere(t *testing.T) {
	r := moduletest.New(t, "log: {request_ids: true}\naccess_log: {enabled: true}\nheaders: {all: {forward: [X-Request-Id]}}", nil)
	got := r.Ask("{ person(id: 1) { name age } }", "X-Request-Id", "abc")
	if got.Header.Get("X-Request-Id") != "abc" || !strings.Contains(r.Log.String(), "request_id=abc") {
		t.Errorf("%v\n%s", got.Header, r.Log)
	}
	for name, s := range r.Subgraphs {
		if ids := s.Header().Values("X-Request-Id"); len(ids) != 1 || ids[0] != "abc" {
			t.Errorf("%s was told %q", name, ids)
		}
	}
	r = moduletest.New(t, "log: {request_ids: true}", nil)
	got = r.Ask("{ person(id: 1) { name } }", "X-Request-Id", "not plain!")
	made := got.Header.Get("X-Request-Id")
	if len(made) != 24 || r.Subgraphs["people"].Header().Get("X-Request-Id") != made {
		t.Errorf("the id is %q, the subgraph was told %v", made, r.Subgraphs["people"].Header())
	}
	r = moduletest.New(t, "", nil)
	r.Ask("{ person(id: 1) { name } }", "X-Request-Id", "abc")
	if id := r.Subgraphs["people"].Header().Get("X-Request-Id"); id != "" {
		t.Errorf("without request_ids the subgraph was told %q", id)
	}
}
