package hostile_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/hostile"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestHonestClientsAreAnswered sends honest requests to a router that is attacked in every way, until each has been tried: all
// get their answers, and no attack gets anything.
func TestHonestClientsAreAnswered(t *testing.T) {
	r := moduletest.New(t, "limits: {memory: 4GB}", nil)
	server := httptest.NewServer(r.Router)
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	attacks := make(chan hostile.Report, 1)
	go func() {
		report, err := hostile.Run(ctx, hostile.Config{
			URL: server.URL + "/graphql", Connections: 26, Pause: 50 * time.Millisecond, Patience: time.Minute,
		})
		if err != nil {
			t.Error(err)
		}
		attacks <- report
	}()
	for range 100 {
		resp, err := http.Post(server.URL+"/graphql", "application/json", strings.NewReader(`{"query":"{person(id: 1) {name}}"}`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(body) != `{"data":{"person":{"name":"Ada"}}}` {
			t.Fatalf("%v %d %s", err, resp.StatusCode, body)
		}
	}
	stop()
	report := <-attacks
	for kind, want := range map[string]string{
		"aliases": "200", "fragments": "200", "depth": "200", "directives": "200", "introspection": "200", "new documents": "200",
		"batches": "400", "no JSON": "400", "too large": "413", "variables": "400",
	} {
		for outcome, n := range report[kind] {
			// What is in progress at the end has no answer.
			if outcome != want && outcome != "no answer" && outcome != "closed" && outcome != "no connection" {
				t.Errorf("%s: %d times %s, want %s", kind, n, outcome, want)
			}
		}
	}
	if len(report) != 13 {
		t.Errorf("%v", report)
	}
	if log := r.Log.String(); strings.Contains(log, "panic") {
		t.Error(log)
	}
}

func TestOnlyPlainAddressesAreAttacked(t *testing.T) {
	if _, err := hostile.Run(t.Context(), hostile.Config{URL: "https://127.0.0.1"}); err == nil {
		t.Error("TLS is spoken")
	}
}
