package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestDiff(t *testing.T) {
	from, to := Default(), Default()
	if d := Diff(&from, &to); len(d) != 0 {
		t.Fatalf("equal configurations differ: %v", d)
	}
	from.Limits.Depth, to.Limits.Depth = 10, 20
	to.Upstream.All.Timeout = 3 * time.Second
	to.Admin.Token, from.Admin.Token = "very secret 1", "very secret 2"
	from.Upstream.Subgraphs = map[string]UpstreamSettings{"gone": {Timeout: time.Second}}
	to.Cache.Events.NATSURL = "nats://weft:secret@nats:4222"
	to.Cache.Redis.Addresses = []string{"redis://weft:secret@redis:6379", "b"}
	to.Supergraph.HTTP.URL, to.Supergraph.HTTP.Headers = "https://a.example/g?key=secret", map[string]string{"Authorization": "secret"}
	to.Supergraph.Subgraphs = []Subgraph{{Name: "a"}}
	var text strings.Builder
	for _, d := range Diff(&from, &to) {
		fmt.Fprintf(&text, "%s: %s -> %s\n", d.Key, d.From, d.To)
	}
	for _, want := range []string{
		"limits.depth: 10 -> 20\n",
		"upstream.all.timeout: 15s -> 3s\n",
		"admin.token: (not shown) -> (not shown)\n",
		"upstream.subgraphs.gone.timeout: 1s -> \n",
		`cache.events.nats_url: "" -> "nats://weft:xxxxx@nats:4222"` + "\n",
		`cache.redis.addresses:  -> ["redis://weft:xxxxx@redis:6379", "b"]` + "\n",
		`supergraph.http.url: "" -> "https://a.example/g?`,
		"supergraph.http.headers.Authorization:  -> (not shown)\n",
		`supergraph.subgraphs.0.name:  -> "a"` + "\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("there is no %q in\n%s", want, &text)
		}
	}
	if n := strings.Count(text.String(), "\n"); n != 9 {
		t.Errorf("%d differences, want 9:\n%s", n, &text)
	}
	if strings.Contains(text.String(), "secret") {
		t.Errorf("a secret is shown:\n%s", &text)
	}
}
