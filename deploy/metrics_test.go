package deploy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// everythingOn is a configuration in which all that counts something is on.
const everythingOn = `
listen: %[1]s
admin: {listen: %[2]s}
supergraph: {path: %[3]s}
limits: {aliases: 2, warn_only: true, memory: 1GB, adaptive: {mode: warn}}
dedupe: {client_queries: true}
cache: {enabled: true, redis: {addresses: ['%[6]s']}}
upstream:
  all: {retries: {max: 1, pause: 1ms, budget: 1}, hedge: {after: 10s}, breaker: {failures: 3, open_for: 1h}}
  subgraphs: {people: {url: '%[4]s/people'}, ages: {url: '%[4]s/ages'}}
metrics: {otlp: {endpoint: '%[4]s/collector', interval: 1s}}
tracing: {endpoint: '%[4]s/collector', sampling: {ratio: 1}}
authentication: {invalid: anonymous, api_keys: {keys: [{name: ops, sha256: '%[5]s'}]}}
persisted: {automatic: {enabled: true}}
canary: {percent: 10}
cost: {mode: measure, max: 1000, actual: true}
usage: {directory: '%[7]s', max_pairs: 1, interval: 1s, otlp: {endpoint: '%[4]s/collector'}}
rates: {rules: [{name: few, by: header, header: X-Few, limit: 1, per: 1h}]}
`

// exported are the metrics of a router and of a service that have been busy with everything they count, by name.
func exported(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	exportedOnce.Do(func() {
		router, service := busy(t), busyService(t)
		maps.Copy(service, router) // both have those of Go and of the process
		exportedMetrics = service
	})
	if exportedMetrics == nil {
		t.Fatal("the busy router told nothing")
	}
	return exportedMetrics
}

var (
	exportedOnce    sync.Once
	exportedMetrics map[string]*dto.MetricFamily
)

// busy starts a router with two subgraphs and a collector, keeps it busy, and reads its metrics.
func busy(t *testing.T) map[string]*dto.MetricFamily {
	collected := make(chan struct{}, 1000)
	around := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasPrefix(r.URL.Path, "/collector"):
			select {
			case collected <- struct{}{}:
			default:
			}
		case r.URL.Path == "/ages":
			w.WriteHeader(http.StatusServiceUnavailable)
		case bytes.Contains(body, []byte("people(")):
			_, _ = io.WriteString(w, `{"errors":[{"message":"no"}]}`)
		default:
			w.Header().Set("Cache-Control", "max-age=60")
			_, _ = io.WriteString(w, `{"data":{"person":{"__typename":"Person","id":"1","name":"Ada"},"rename":{"name":"Ada"}}}`)
		}
	}))
	defer around.Close()
	dir := t.TempDir()
	graph, settings := filepath.Join(dir, "supergraph.graphql"), filepath.Join(dir, "weft.yaml")
	address, admin := freeAddress(t), freeAddress(t)
	config := fmt.Sprintf(everythingOn, address, admin, graph, around.URL, strings.Repeat("0", 64), miniredis.RunT(t).Addr(), dir)
	for file, text := range map[string]string{graph: moduletest.Supergraph(t, moduletest.SDL), settings: config} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := exec.Command(weft, "router", "--config", settings)
	var out bytes.Buffer
	program.Stdout, program.Stderr = &out, &out
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = program.Process.Signal(syscall.SIGTERM)
		if err := program.Wait(); err != nil || t.Failed() {
			t.Errorf("the router ended with %v:\n%s", err, &out)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	await(ctx, t, "http://"+address+"/readyz")
	for _, body := range []string{
		`{"query":"query Known { person(id: 1) { name } }"}`,
		`{"query":"query Known { person(id: 1) { name } }"}`,
		`{"query":"query Broken { person(id: 1) { age } }"}`,
		`{"query":"query Broken { person(id: 2) { age } }"}`,
		`{"query":"query Refused { people(first: 1) { name } }"}`,
		`{"query":"mutation Rename { rename(id: 1, name: \"Ada\") { name } }"}`,
		`{"query":"{ a: person(id: 1) { name } b: person(id: 1) { name } c: person(id: 1) { name } }"}`,
		`{"query":"{ nonsense }"}`,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + strings.Repeat("0", 64) + `"}}}`,
	} {
		ask(t, "http://"+address+"/graphql", body)
	}
	for range 2 {
		ask(t, "http://"+address+"/graphql", `{"query":"{ person(id: 1) { name } }"}`, "X-Few", "a")
	}
	for range 2 {
		select {
		case <-collected:
		case <-ctx.Done():
			t.Fatal("the collector is told nothing")
		}
	}
	// Another graph, which is tried on some requests.
	if err := os.WriteFile(graph, []byte("# again\n"+moduletest.Supergraph(t, moduletest.SDL)), 0o600); err != nil {
		t.Fatal(err)
	}
	for ctx.Err() == nil {
		families := scraped(t, "http://"+admin+"/metrics")
		if families["weft_canary_requests"] != nil {
			return families
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the canary does not begin")
	return nil
}

func ask(t *testing.T, url, body string, header ...string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// scraped reads metrics as Prometheus does.
func scraped(t *testing.T, url string) map[string]*dto.MetricFamily {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// labelsOf are the names of a metric's labels, sorted.
func labelsOf(family *dto.MetricFamily) []string {
	names := map[string]bool{}
	for _, m := range family.Metric {
		for _, l := range m.Label {
			names[l.GetName()] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// TestTheTableOfMetricsIsWhatARouterExports holds docs/metrics.md against a busy router, both ways.
func TestTheTableOfMetricsIsWhatARouterExports(t *testing.T) {
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented, is := map[string]string{}, map[string]string{}
	rows := regexp.MustCompile("(?m)^\\| `(weft_[a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\|")
	for _, row := range rows.FindAllStringSubmatch(string(text), -1) {
		labels := strings.FieldsFunc(row[3], func(r rune) bool { return strings.ContainsRune("`, ", r) })
		slices.Sort(labels)
		documented[row[1]] = row[2] + " " + strings.Join(labels, " ")
	}
	for name, family := range exported(t) {
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		is[name] = strings.ToLower(family.GetType().String()) + " " + strings.Join(labelsOf(family), " ")
		if documented[name] != is[name] {
			t.Errorf("%s is a %s; docs/metrics.md says %q", name, is[name], documented[name])
		}
	}
	for name, says := range documented {
		if is[name] == "" {
			t.Errorf("docs/metrics.md has %s (%s), which a busy router does not export", name, says)
		}
	}
}
