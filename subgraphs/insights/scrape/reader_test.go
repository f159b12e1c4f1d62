package scrape

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

// teller is a process whose metrics are what it is told.
type teller struct {
	text  string
	fails bool
	// asked are the headers of the last request.
	asked http.Header
}

func (p *teller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = r.Header
	if p.fails {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprint(w, p.text)
}

// metricsOf are those of a router after so many requests, half of them failed at reviews, half of lookups were hits.
func metricsOf(n float64) string {
	return fmt.Sprintf(`# TYPE weft_requests_total counter
weft_requests_total{kind="query",status="200"} %[1]v
weft_requests_total{kind="mutation",status="200"} %[1]v
# TYPE weft_request_duration_seconds histogram
weft_request_duration_seconds_bucket{kind="query",le="+Inf"} %[1]v
weft_request_duration_seconds_sum{kind="query"} %[2]v
weft_request_duration_seconds_count{kind="query"} %[1]v
weft_request_duration_seconds_bucket{kind="subscription",le="+Inf"} 7
weft_request_duration_seconds_sum{kind="subscription"} %[3]v
weft_request_duration_seconds_count{kind="subscription"} 7
# TYPE weft_subgraph_requests_total counter
weft_subgraph_requests_total{status="200",subgraph="reviews"} %[1]v
weft_subgraph_requests_total{status="timeout",subgraph="reviews"} %[1]v
# TYPE weft_entity_cache_lookups_total counter
weft_entity_cache_lookups_total{result="hit",subgraph="a",type="T"} %[1]v
weft_entity_cache_lookups_total{result="miss",subgraph="a",type="T"} %[1]v
`, n, n*0.02, n*1000)
}

// values are the readings by signal.
func values(t *testing.T, r *Reader, at time.Time, failures int) map[string]float64 {
	t.Helper()
	readings, errs := r.Read(t.Context(), at)
	if len(errs) != failures {
		t.Fatalf("there are %d failures: %v", len(errs), errs)
	}
	found := map[string]float64{}
	for _, reading := range readings {
		found[reading.Signal] = reading.Value
		if reading.Settings.Name != reading.Signal {
			t.Errorf("%s calls itself %q", reading.Signal, reading.Settings.Name)
		}
	}
	return found
}

var start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func TestSignals(t *testing.T) {
	t.Parallel()
	one, other := &teller{text: metricsOf(100)}, &teller{text: metricsOf(5000)}
	server := httptest.NewServer(other)
	defer server.Close()
	r := NewReader([]Target{{URL: "http://router/metrics", Handler: one}, {URL: server.URL, Token: "secret"}})
	if found := values(t, r, start, 0); len(found) != 0 {
		t.Errorf("the first time there is %v", found)
	}
	if got := other.asked.Get("Authorization"); got != "Bearer secret" {
		t.Errorf("the token is sent as %q", got)
	}
	one.text, other.text = metricsOf(130), metricsOf(5020)
	want := map[string]float64{
		"requests": 10, "request time": 0.02, "requests to reviews": 10, "failures of reviews": 50, "cache hits": 0.5,
		"errors": 0, "refused requests": 0,
	}
	found := values(t, r, start.Add(10*time.Second), 0)
	for signal, value := range want {
		if got, ok := found[signal]; !ok || math.Abs(got-value) > 1e-9 {
			t.Errorf("%s is %v (%v); want %v", signal, got, ok, value)
		}
	}
	if len(found) != len(want) {
		t.Errorf("there are %v", found)
	}
	// Too little for a mean or a share.
	one.text, other.text = metricsOf(131), metricsOf(5021)
	found = values(t, r, start.Add(20*time.Second), 0)
	if _, ok := found["request time"]; ok || found["requests"] != 0.4 {
		t.Errorf("of two requests each there is %v", found)
	}
}

// TestTargetsThatFail: what is not the whole is not told.
func TestTargetsThatFail(t *testing.T) {
	t.Parallel()
	one, other := &teller{text: metricsOf(100)}, &teller{text: metricsOf(5000)}
	r := NewReader([]Target{{Handler: one}, {Handler: other}})
	at := start
	next := func(failures int) map[string]float64 {
		at = at.Add(10 * time.Second)
		return values(t, r, at, failures)
	}
	next(0)
	other.fails = true
	one.text = metricsOf(200)
	for range 3 {
		if found := next(1); len(found) != 0 {
			t.Errorf("without a target there is %v", found)
		}
	}
	other.fails, other.text, one.text = false, metricsOf(9000), metricsOf(300)
	if found := next(0); len(found) != 0 {
		t.Errorf("after a gap there is %v", found)
	}
	other.text, one.text = metricsOf(9010), metricsOf(310)
	if found := next(0); found["requests"] != 4 {
		t.Errorf("then there is %v", found)
	}
	other.text, one.text = metricsOf(5), metricsOf(320) // it has started anew
	if found := next(0); len(found) != 0 && found["requests"] != 0 {
		t.Errorf("after a start there is %v", found)
	}
	other.text, one.text = metricsOf(15), metricsOf(330)
	if found := next(0); found["requests"] != 4 {
		t.Errorf("then there is %v", found)
	}
}

// TestErrorsThatAppear: a counter that was not there before has counted from 0 on.
func TestErrorsThatAppear(t *testing.T) {
	t.Parallel()
	one := &teller{text: metricsOf(100)}
	r := NewReader([]Target{{Handler: one}})
	values(t, r, start, 0)
	one.text = metricsOf(
		200,
	) + "# TYPE weft_graphql_errors_total counter\n" + `weft_graphql_errors_total{code="X"} 12` + "\n"
	if found := values(t, r, start.Add(time.Minute), 0); found["errors"] != 12 {
		t.Errorf("there is %v", found)
	}
}

// TestBounds: what is too much, or no metrics, is an error, and labels cannot make any number of signals.
func TestBounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"rubbish": "{]", "too long": strings.Repeat("# a comment that goes on\n", 400_000),
		"too many": "# TYPE a counter\n" + func() string {
			var b strings.Builder
			for i := range maxSeries + 1 {
				fmt.Fprintf(&b, "a{l=\"%d\"} 1\n", i)
			}
			return b.String()
		}(),
	} {
		if _, err := (Target{URL: name, Handler: &teller{text: text}}).read(context.Background()); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	server := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/metrics", http.StatusFound))
	defer server.Close()
	if _, err := (Target{URL: server.URL, Token: "secret"}).read(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "redirect") {
		t.Errorf("a redirect is %v", err)
	}
	many := func(n int) string {
		var b strings.Builder
		b.WriteString("# TYPE weft_subgraph_requests_total counter\n")
		for i := range 1000 {
			fmt.Fprintf(&b, "weft_subgraph_requests_total{subgraph=\"s%d\",status=\"200\"} %d\n", i, n)
		}
		return b.String()
	}
	one := &teller{text: many(1)}
	r := NewReader([]Target{{Handler: one}})
	values(t, r, start, 0)
	one.text = many(2)
	if found := values(t, r, start.Add(time.Minute), 0); len(found) != maxSignals {
		t.Errorf("there are %d signals; want %d", len(found), maxSignals)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"http://router:9090/metrics": true, "https://r/metrics": true, "": false, "router:9090": false, "ftp://a/b": false, "http://": false,
	} {
		if err := (Target{URL: address}).Check(); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestRules: every signal says what it is like.
func TestRules(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, rule := range rules {
		if names[rule.signal] || (rule.by != "") != strings.Contains(rule.signal, "%s") {
			t.Errorf("the signal %q is there twice, or not one for each %q", rule.signal, rule.by)
		}
		names[rule.signal] = true
		if (rule.do == counted) != (rule.settings.Kind == anomaly.Count) {
			t.Errorf("%s is of the kind %d", rule.signal, rule.settings.Kind)
		}
	}
}
