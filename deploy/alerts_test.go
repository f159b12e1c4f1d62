package deploy

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"go.yaml.in/yaml/v3"
)

// rule is a rule of observability/alerts.yaml.
type rule struct {
	Alert       string            `yaml:"alert"`
	Record      string            `yaml:"record"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

const alertsFile = "observability/alerts.yaml"

func rules(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// promtool is Prometheus's own judge, which comes with it.
func promtool(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("promtool"); err != nil {
		t.Fatalf("%v: run make servers", err)
	}
	return output(t, "promtool", args...)
}

// TestRulesAreRightToPrometheus lets promtool read them, and finds what they ask for in what routers and
// services export.
func TestRulesAreRightToPrometheus(t *testing.T) {
	promtool(t, "check", "rules", alertsFile)
	records := map[string]bool{}
	for _, r := range rules(t) {
		if r.Record != "" {
			records[r.Record] = true
		}
	}
	for _, r := range rules(t) {
		for _, wrong := range unknown(r.Expr, exported(t), records) {
			t.Errorf("%s%s: %s", r.Alert, r.Record, wrong)
		}
	}
}

var (
	selector = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?`)
	matcher  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*"([^"]*)"`)
	grouping = regexp.MustCompile(`\b(by|without|on|ignoring)\s*\(([^)]*)\)`)
	// open are labels that Prometheus adds, and those whose values depend on the graph and on what happens.
	open = map[string]bool{
		"job": true, "instance": true, "le": true, "subgraph": true, "type": true, "operation": true, "status": true, "code": true, "rate": true,
	}
)

// unknown tells what an expression asks for that no router exports: metrics, labels, and values that labels do not
// have.
func unknown(expr string, exported map[string]*dto.MetricFamily, records map[string]bool) (wrong []string) {
	known := map[string]bool{"job": true, "instance": true, "le": true}
	for _, family := range exported {
		for _, l := range labelsOf(family) {
			known[l] = true
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(expr, -1) {
		for name := range strings.SplitSeq(g[2], ",") {
			if name = strings.TrimSpace(name); name != "" && !known[name] {
				wrong = append(wrong, "nothing has the label "+name)
			}
		}
	}
	for _, m := range selector.FindAllStringSubmatch(grouping.ReplaceAllString(expr, ""), -1) {
		name := m[1]
		if !strings.HasPrefix(name, "weft") && !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") || records[name] {
			continue
		}
		family := exported[name]
		for _, suffix := range []string{"_bucket", "_count", "_sum"} {
			if base, cut := strings.CutSuffix(name, suffix); cut && family == nil && hasSum(exported[base]) {
				family = exported[base]
			}
		}
		if family == nil {
			wrong = append(wrong, "there is no metric "+name)
			continue
		}
		for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
			values := valuesOf(family, l[1])
			if len(values) == 0 && (!open[l[1]] || !slices.Contains([]string{"job", "instance", "le"}, l[1])) {
				wrong = append(wrong, name+" has no label "+l[1])
				continue
			}
			for value := range strings.SplitSeq(l[2], "|") {
				if !open[l[1]] && !values[value] && !strings.HasPrefix(value, "$") {
					wrong = append(wrong, name+" has no "+l[1]+" "+value)
				}
			}
		}
	}
	return wrong
}

// valuesOf are the values of a label.
func valuesOf(family *dto.MetricFamily, label string) map[string]bool {
	values := map[string]bool{}
	for _, m := range family.Metric {
		for _, l := range m.Label {
			if l.GetName() == label {
				values[l.GetValue()] = true
			}
		}
	}
	return values
}

// fires has for each alert what makes it fire, and the same a little better, so that it does not.
var fires = map[string]struct{ bad, good []string }{
	"WeftRouterDown": {
		[]string{`up{job="weft-router"} 0x60`},
		[]string{`up{job="weft-router"} 1x60`, `up{job="other"} 0x60`},
	},
	"WeftUnavailable": {
		[]string{`weft_requests_total{kind="query",status="200"} 0+97x60`, `weft_requests_total{kind="query",status="503"} 0+3x60`},
		[]string{`weft_requests_total{kind="query",status="200"} 0+999x60`, `weft_requests_total{kind="query",status="503"} 0+1x60`},
	},
	"WeftErrors": {
		[]string{
			`weft_requests_total{status="200"} 0+100x60`, `weft_operation_errors_total 0+6x60`, `weft_operation_duration_seconds_count 0+100x60`,
		},
		[]string{
			`weft_requests_total{status="200"} 0+100x60`, `weft_operation_errors_total 0+4x60`, `weft_operation_duration_seconds_count 0+100x60`,
		},
	},
	"WeftRefusals": {
		[]string{`weft_requests_total{status="400"} 0+100x60`, `weft_refused_total{code="MAX_DEPTH_LIMIT"} 0+30x60`},
		[]string{`weft_requests_total{status="400"} 0+100x60`, `weft_refused_total{code="MAX_DEPTH_LIMIT"} 0+10x60`},
	},
	"WeftOverloaded": {
		[]string{`weft_refused_total{code="OVERLOADED"} 0+1x60`},
		[]string{`weft_refused_total{code="OVERLOADED"} 5x60`},
	},
	"WeftSlow": {
		[]string{
			`weft_request_duration_seconds_bucket{kind="query",le="1"} 0+90x60`, `weft_request_duration_seconds_bucket{kind="query",le="10"} 0+100x60`,
			`weft_request_duration_seconds_bucket{kind="query",le="+Inf"} 0+100x60`,
		},
		[]string{
			`weft_request_duration_seconds_bucket{kind="query",le="1"} 0+100x60`, `weft_request_duration_seconds_bucket{kind="query",le="+Inf"} 0+100x60`,
			`weft_request_duration_seconds_bucket{kind="subscription",le="1"} 0x60`,
			`weft_request_duration_seconds_bucket{kind="subscription",le="+Inf"} 0+100x60`,
		},
	},
	"WeftReloadFailing": {
		[]string{`weft_reload_failing{what="supergraph"} 1x60`}, []string{`weft_reload_failing{what="supergraph"} 0x60`},
	},
	"WeftGraphsDiffer": {
		[]string{`weft_supergraph_loaded_timestamp_seconds{hash="a"} 1x60`, `weft_supergraph_loaded_timestamp_seconds{hash="b"} 1x60`},
		[]string{`weft_supergraph_loaded_timestamp_seconds{hash="a",instance="1"} 1x60`, `weft_supergraph_loaded_timestamp_seconds{hash="a"} 2x60`},
	},
	"WeftMemoryShort": {
		[]string{`process_resident_memory_bytes{job="weft-router"} 98x60`, `go_gc_gomemlimit_bytes{job="weft-router"} 100x60`},
		[]string{`process_resident_memory_bytes{job="weft-router"} 90x60`, `go_gc_gomemlimit_bytes{job="weft-router"} 100x60`},
	},
	"WeftDescriptorsShort": {
		[]string{`process_open_fds{job="weft-router"} 90x60`, `process_max_fds{job="weft-router"} 100x60`},
		[]string{`process_open_fds{job="weft-router"} 10x60`, `process_max_fds{job="weft-router"} 100x60`},
	},
	"WeftPlansMissed": {
		[]string{
			`weft_requests_total 0+6000x60`, `weft_operation_cache_lookups_total{what="operation",result="miss"} 0+4000x60`,
			`weft_operation_cache_lookups_total{what="operation",result="hit"} 0+2000x60`,
		},
		[]string{
			`weft_requests_total 0+60x60`, `weft_operation_cache_lookups_total{what="operation",result="miss"} 0+40x60`,
			`weft_operation_cache_lookups_total{what="operation",result="hit"} 0+20x60`,
		},
	},
	"WeftTokensUnverified": {
		[]string{`weft_authentication_total{result="unavailable"} 0+1x60`}, []string{`weft_authentication_total{result="invalid"} 0+1x60`},
	},
	"WeftTelemetryLost": {
		[]string{`weft_tracing_spans_total{result="dropped"} 0+1x60`},
		[]string{`weft_tracing_spans_total{result="exported"} 0+1x60`, `weft_metrics_exports_total{result="failed"} 1x60`},
	},
	"WeftSubgraphFailing": {
		[]string{`weft_subgraph_requests_total{subgraph="a",status="200"} 0+90x60`, `weft_subgraph_requests_total{subgraph="a",status="timeout"} 0+10x60`},
		[]string{`weft_subgraph_requests_total{subgraph="a",status="200"} 0+90x60`, `weft_subgraph_requests_total{subgraph="a",status="404"} 0+10x60`},
	},
	"WeftSubgraphBreakerOpen": {
		[]string{`weft_subgraph_breaker_open{subgraph="a"} 1x60`}, []string{`weft_subgraph_breaker_open{subgraph="a"} 0x60`},
	},
	"WeftSubgraphSlow": {
		[]string{
			`weft_subgraph_request_duration_seconds_bucket{subgraph="a",le="1"} 0+90x60`,
			`weft_subgraph_request_duration_seconds_bucket{subgraph="a",le="10"} 0+100x60`,
			`weft_subgraph_request_duration_seconds_bucket{subgraph="a",le="+Inf"} 0+100x60`,
		},
		[]string{
			`weft_subgraph_request_duration_seconds_bucket{subgraph="a",le="1"} 0+100x60`,
			`weft_subgraph_request_duration_seconds_bucket{subgraph="a",le="+Inf"} 0+100x60`,
		},
	},
	"WeftSubgraphRetried": {
		[]string{`weft_subgraph_repeated_requests_total{subgraph="a",why="retry"} 0+2x60`, `weft_subgraph_requests_total{subgraph="a"} 0+10x60`},
		[]string{`weft_subgraph_repeated_requests_total{subgraph="a",why="hedge"} 0+2x60`, `weft_subgraph_requests_total{subgraph="a"} 0+10x60`},
	},
	"WeftRedisAway": {
		[]string{`weft_entity_cache_redis_up 0x60`}, []string{`weft_entity_cache_redis_up 1x60`},
	},
	"WeftCacheWritesLost": {
		[]string{`weft_entity_cache_operations_total{what="write_dropped"} 0+1x60`}, []string{`weft_entity_cache_operations_total{what="written"} 0+1x60`},
	},
	"WeftServiceErrors": {
		[]string{
			`weft_service_requests_total{subgraph="a",outcome="ok"} 0+90x60`,
			`weft_service_requests_total{subgraph="a",outcome="errors"} 0+10x60`,
		},
		[]string{
			`weft_service_requests_total{subgraph="a",outcome="ok"} 0+90x60`,
			`weft_service_requests_total{subgraph="a",outcome="refused"} 0+10x60`,
		},
	},
	"WeftServiceSlow": {
		slowBuckets("weft_service_request_duration_seconds", "1", "2.5"), slowBuckets("weft_service_request_duration_seconds", "0.1", "0.25"),
	},
	"WeftStatementsSlow": {
		slowBuckets("weft_service_sql_duration_seconds", "0.5", "1"), slowBuckets("weft_service_sql_duration_seconds", "0.1", "0.25"),
	},
	"WeftConnectionsShort": {
		[]string{`go_sql_wait_duration_seconds_total{subgraph="a"} 0+120x60`},
		[]string{`go_sql_wait_duration_seconds_total{subgraph="a"} 0+30x60`},
	},
	"WeftOutboxStuck": {
		[]string{`weft_service_outbox_age_seconds{subgraph="a"} 61x60`}, []string{`weft_service_outbox_age_seconds{subgraph="a"} 59x60`},
	},
	"WeftEventsBehind": {
		[]string{`weft_service_event_lag{subgraph="a"} 1001x60`}, []string{`weft_service_event_lag{subgraph="a"} 1000x60`},
	},
	"WeftDeadLetters": {
		[]string{`weft_service_dead_letters{subgraph="a"} 1x60`}, []string{`weft_service_dead_letters{subgraph="a"} 0x60`},
	},
	"WeftSagasStuck": {
		[]string{`weft_service_saga_wait_seconds{subgraph="a"} 61x60`}, []string{`weft_service_saga_wait_seconds{subgraph="a"} 59x60`},
	},
	"WeftSagasLate": {
		[]string{`weft_service_sagas_late{subgraph="a"} 1x60`}, []string{`weft_service_sagas_late{subgraph="a"} 0x60`},
	},
	// A day of good hits, and then 90 minutes of bad ones.
	"WeftCacheHitsFell": {
		[]string{
			`weft_entity_cache_lookups_total{subgraph="a",result="hit"} 0+90x1440 129600+10x120`,
			`weft_entity_cache_lookups_total{subgraph="a",result="miss"} 0+10x1440 14400+90x120`,
		},
		[]string{
			`weft_entity_cache_lookups_total{subgraph="a",result="hit"} 0+90x1560`,
			`weft_entity_cache_lookups_total{subgraph="a",result="miss"} 0+10x1560`,
		},
	},
}

// slowBuckets is a histogram in which one in ten takes longer than the one bound, and less than the other.
func slowBuckets(name, most, all string) []string {
	bucket := name + `_bucket{subgraph="a",le="`
	return []string{bucket + most + `"} 0+90x60`, bucket + all + `"} 0+100x60`, bucket + `+Inf"} 0+100x60`}
}

// TestEachAlertFires evaluates the rules over series that call for each alert, and over some that just do not.
func TestEachAlertFires(t *testing.T) {
	type sample struct {
		Labels string `json:"labels"`
		Value  int    `json:"value"`
	}
	type expect struct {
		Expr     string   `json:"expr"`
		EvalTime string   `json:"eval_time"`
		Samples  []sample `json:"exp_samples"`
	}
	type series struct {
		Series string `json:"series"`
		Values string `json:"values"`
	}
	type group struct {
		Interval string   `json:"interval"`
		Name     string   `json:"name"`
		Series   []series `json:"input_series"`
		Expect   []expect `json:"promql_expr_test"`
	}
	rulesFile, err := filepath.Abs(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	file := struct {
		Rules    []string `json:"rule_files"`
		Interval string   `json:"evaluation_interval"`
		Tests    []group  `json:"tests"`
	}{Rules: []string{rulesFile}, Interval: "1m"}
	add := func(alert, name string, lines []string, want []sample) {
		g := group{Interval: "1m", Name: alert + " " + name, Expect: []expect{{
			"count(ALERTS{alertname='" + alert + "',alertstate='firing'})", "50m", want,
		}}}
		for _, line := range lines {
			metric, values, _ := strings.Cut(line, " ")
			if strings.Contains(line, "x1440") || strings.Contains(line, "x1560") {
				g.Expect[0].EvalTime = "25h30m"
			}
			g.Series = append(g.Series, series{metric, values})
		}
		file.Tests = append(file.Tests, g)
	}
	alerts := map[string]bool{}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		alerts[r.Alert] = true
		c, ok := fires[r.Alert]
		if !ok {
			t.Errorf("nothing makes %s fire", r.Alert)
			continue
		}
		add(r.Alert, "fires", c.bad, []sample{{"{}", 1}})
		add(r.Alert, "does not fire", c.good, nil)
	}
	for _, name := range slices.Sorted(maps.Keys(fires)) {
		if !alerts[name] {
			t.Errorf("there is no alert %s", name)
		}
	}
	text, err := json.Marshal(file) // which is YAML, too
	if err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(t.TempDir(), "tests.yaml")
	if err := os.WriteFile(tests, text, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "test", "rules", tests)
}

// TestTheRunbookHasEachAlert finds a section for each alert, where the alert says it is, and no other.
func TestTheRunbookHasEachAlert(t *testing.T) {
	text, err := os.ReadFile("../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### (Weft[A-Za-z]+)$`).FindAllStringSubmatch(string(text), -1) {
		sections[m[1]] = true
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		if !sections[r.Alert] || r.Annotations["runbook"] != "docs/runbook.md#"+strings.ToLower(r.Alert) {
			t.Errorf("docs/runbook.md has no section for %s, or %q does not lead there", r.Alert, r.Annotations["runbook"])
		}
		delete(sections, r.Alert)
	}
	for name := range sections {
		t.Errorf("docs/runbook.md has a section for %s, which is no alert", name)
	}
}

// hasSum tells that a metric is more than one series with suffixes.
func hasSum(family *dto.MetricFamily) bool {
	return family.GetType() == dto.MetricType_HISTOGRAM || family.GetType() == dto.MetricType_SUMMARY
}
