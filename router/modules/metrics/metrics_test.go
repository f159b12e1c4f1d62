package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

const admin = "admin: {listen: 'localhost:0'}\n"

// TestWhatIsCounted has requests of all kinds, and reads each count.
func TestWhatIsCounted(t *testing.T) {
	r := moduletest.New(t, admin+"errors: {redact: false}\n", nil)
	r.Ask("query Name { person(id: 1) { name } }")
	r.Ask("query Name { person(id: 1) { name age } }")
	r.Subgraphs["ages"].Handle(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	r.Ask("query Name { person(id: 1) { age } }")
	r.Subgraphs["people"].Answer("people", `{"data":null,"errors":[{"message":"no","extensions":{"code":"TIRED"}}]}`)
	r.Ask("{ people { name } }")
	r.Ask(`mutation Rename { rename(id: 1, name: "Bea") { name } }`)
	r.Ask("{ nonsense }")
	text := r.Metrics()
	for _, want := range []string{
		`weft_requests_total{kind="query",status="200"} 4`,
		`weft_requests_total{kind="mutation",status="200"} 1`,
		`weft_requests_total{kind="rejected",status="`,
		`weft_request_duration_seconds_count{kind="query"} 4`,
		`weft_operation_duration_seconds_count{kind="query",operation="Name"} 3`,
		`weft_operation_duration_seconds_count{kind="query",operation=""} 1`,
		`weft_operation_duration_seconds_count{kind="mutation",operation="Rename"} 1`,
		`weft_operation_errors_total{kind="query",operation="Name"} 1`,
		`weft_operation_errors_total{kind="mutation",operation="Rename"} 0`,
		`weft_subgraph_requests_total{status="200",subgraph="people"} 5`,
		`weft_subgraph_requests_total{status="200",subgraph="ages"} 1`,
		`weft_subgraph_requests_total{status="418",subgraph="ages"} 1`,
		`weft_subgraph_request_duration_seconds_count{subgraph="ages"} 2`,
		`weft_graphql_errors_total{code="SUBREQUEST_HTTP_ERROR",subgraph="ages"} 1`,
		`weft_graphql_errors_total{code="TIRED",subgraph="people"} 1`,
		`weft_refused_total{code="GRAPHQL_VALIDATION_FAILED"} 1`,
		`weft_build_info{go="`,
		`weft_reloads_total{result="used",what="supergraph"} 0`,
		`weft_reload_failing{what="configuration"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestErrorsOfDeferredPartsAreCounted has a part fail that comes later.
func TestErrorsOfDeferredPartsAreCounted(t *testing.T) {
	r := moduletest.New(t, admin, nil)
	r.Subgraphs["ages"].Handle(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	got := r.Ask("{ person(id: 1) { name ... @defer { age } } }", "Accept", "multipart/mixed;deferSpec=20220824")
	if !strings.Contains(got.Body, "SUBREQUEST_HTTP_ERROR") || !strings.Contains(got.Body, "hasNext") {
		t.Fatal(got)
	}
	if text := r.Metrics(); !strings.Contains(text, `weft_graphql_errors_total{code="SUBREQUEST_HTTP_ERROR",subgraph="ages"} 1`) {
		t.Error(text)
	}
}

// TestCodesAreBounded has a subgraph that invents codes.
func TestCodesAreBounded(t *testing.T) {
	r := moduletest.New(t, admin, nil)
	for i := range 250 {
		code := strings.Repeat("X", 1+i)
		r.Subgraphs["people"].Answer("people", `{"data":null,"errors":[{"message":"no","extensions":{"code":"`+code+`"}}]}`)
		r.Ask("{ people { name } }")
	}
	text := r.Metrics()
	if n := strings.Count(text, "weft_graphql_errors_total{"); n != 65 {
		t.Errorf("%d codes", n)
	}
	if !strings.Contains(text, `weft_graphql_errors_total{code="(other)",subgraph="people"} 186`) {
		t.Error(text)
	}
}

// TestExemplarsLeadToTraces finds the id of a trace beside the time that its operation took.
func TestExemplarsLeadToTraces(t *testing.T) {
	collector := httptest.NewServer(http.NotFoundHandler())
	defer collector.Close()
	r := moduletest.New(t, admin+"tracing: {endpoint: '"+collector.URL+"', sampling: {ratio: 0, errors: false, slower_than: 0}}", nil)
	const id = "0af7651916cd43dd8448eb211c80319c"
	ask := func(flags string) string {
		r.Ask("{ person(id: 1) { name } }", "Traceparent", "00-"+id+"-b7ad6b7169203331-"+flags)
		req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		req.Header.Set("Accept", "application/openmetrics-text")
		rec := httptest.NewRecorder()
		r.Router.Admin().ServeHTTP(rec, req)
		return rec.Body.String()
	}
	if text := ask("00"); strings.Contains(text, "trace_id") {
		t.Error("an operation that has no trace has an exemplar")
	}
	text := ask("01")
	for _, name := range []string{"weft_request_duration_seconds_bucket", "weft_operation_duration_seconds_bucket"} {
		found := false
		for line := range strings.Lines(text) {
			found = found || strings.HasPrefix(line, name) && strings.Contains(line, `# {trace_id="`+id+`"}`)
		}
		if !found {
			t.Errorf("%s has no exemplar", name)
		}
	}
}

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		"operations: -1":                            "metrics.operations: -1 is not possible; it must be between 0 and 10000",
		"otlp: {endpoint: collector}":               `metrics.otlp.endpoint: "collector" is not the address of a collector`,
		"otlp: {endpoint: 'http://a', protocol: x}": `metrics.otlp.protocol: "x" is not possible; choose http or grpc`,
		"otlp: {interval: 1ms}":                     "metrics.otlp.interval: 1ms is not possible; it must be at least 1s",
	} {
		if got := moduletest.Problems(t, "metrics: {"+settings+"}"); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", settings, got, want)
		}
	}
}
