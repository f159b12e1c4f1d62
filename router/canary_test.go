package router_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// tried is a router that tries graphs and settings first.
type tried struct {
	*testing.T
	router *router.Router
	log    *syncBuffer
	config *config.Config
}

// graphOf is a graph whose field n comes from a subgraph: good answers, bad does not.
func graphOf(t *testing.T, subgraph, more string) string {
	return moduletest.Supergraph(t, map[string]string{subgraph: moduletest.Link + " type Query { n: Int " + more + " }"})
}

func newTried(t *testing.T, change func(*config.Canary)) *tried {
	cfg := config.Default()
	cfg.Admin.Listen = "127.0.0.1:0"
	cfg.Canary.Percent, cfg.Canary.MinRequests, cfg.Canary.Window = 20, 40, time.Hour
	change(&cfg.Canary)
	f := &tried{T: t, log: &syncBuffer{}, config: &cfg}
	good := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":{"n":1,"more":2}}`) })
	bad := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	var err error
	f.router, err = router.New(&cfg, router.Options{
		Supergraph: graphOf(t, "good", ""), Logger: slog.New(slog.NewTextHandler(f.log, nil)),
		Handlers: map[string]http.Handler{"good": good, "bad": bad},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.router.Close)
	return f
}

// ask asks as one of many callers.
func (f *tried) ask(caller int, query string) string {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", fmt.Sprint("Bearer ", caller))
	rec := httptest.NewRecorder()
	f.router.ServeHTTP(rec, req)
	return rec.Body.String()
}

func (f *tried) swap(sdl string) {
	f.Helper()
	if err := f.router.Swap(sdl); err != nil {
		f.Fatal(err)
	}
}

// admin asks what operators ask.
func (f *tried) admin(method, path string) (int, string) {
	rec := httptest.NewRecorder()
	f.router.Admin().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Code, rec.Body.String()
}

// TestABadCanaryIsRolledBack has a graph whose subgraph does not answer.
func TestABadCanaryIsRolledBack(t *testing.T) {
	f := newTried(t, func(*config.Canary) {})
	bad := graphOf(t, "bad", "")
	f.swap(bad)
	if _, status := f.admin("GET", "/status"); !strings.Contains(status, `"canary": {`) || !strings.Contains(status, `"percent": 20`) {
		t.Errorf("/status does not tell: %s", status)
	}
	if got := metricsOf(t, f.router); !strings.Contains(got, "weft_canary_active 1") {
		t.Error("no metric tells")
	}
	hit, requests := map[int]bool{}, 0
	for f.router.OnTrial() {
		if requests++; requests > 100_000 {
			t.Fatal("it is not rolled back")
		}
		caller := requests % 100
		if body := f.ask(caller, "{n}"); body != `{"data":{"n":1}}` {
			hit[caller] = true
		} else if hit[caller] && f.router.OnTrial() {
			t.Fatalf("the caller %d gets one and the other", caller)
		}
	}
	if len(hit) < 5 || len(hit) > 40 {
		t.Errorf("%d of 100 callers got the canary", len(hit))
	}
	for caller := range 200 {
		if body := f.ask(caller, "{n}"); body != `{"data":{"n":1}}` {
			t.Fatalf("after it was rolled back: %s", body)
		}
	}
	if got := metricsOf(t, f.router); !strings.Contains(got, "weft_canary_active 0") ||
		!strings.Contains(got, `weft_canaries_total{result="rolled_back"} 1`) || !strings.Contains(got, `weft_reload_failing{what="supergraph"} 1`) {
		t.Error("no metric tells how it ended")
	}
	if log := f.log.String(); !strings.Contains(log, "the canary was rolled back") || !strings.Contains(log, "of its answers have errors") {
		t.Errorf("the log does not tell: %s", log)
	}
	if err := f.router.Swap(bad); err == nil || !strings.Contains(err.Error(), "was rolled back already") {
		t.Errorf("the same graph again: %v", err)
	}
	f.swap(graphOf(t, "good", "more: Int"))
	if !f.router.OnTrial() {
		t.Error("another graph is not tried")
	}
}

// TestAGoodCanaryIsPromoted tries a graph with one field more, and then settings.
func TestAGoodCanaryIsPromoted(t *testing.T) {
	f := newTried(t, func(c *config.Canary) { c.Window = 50 * time.Millisecond })
	served := func(query string) (callers int) {
		for caller := range 100 {
			if body := f.ask(caller, query); !strings.Contains(body, "errors") {
				callers++
			}
		}
		return callers
	}
	f.swap(graphOf(t, "good", "more: Int"))
	for requests := 0; f.router.OnTrial(); requests++ {
		if body := f.ask(requests%100, "{n}"); body != `{"data":{"n":1}}` {
			t.Fatalf("a request is lost: %s", body)
		}
		if requests > 1_000_000 {
			t.Fatal("it is not promoted")
		}
	}
	if n := served("{more}"); n != 100 {
		t.Errorf("%d callers have the promoted graph", n)
	}
	f.config.GraphQL.Introspection = true
	other := *f.config
	other.GraphQL.Introspection = false
	other.Canary.Window = time.Hour
	if err := f.router.Reload(&other); err != nil || !f.router.OnTrial() {
		t.Fatalf("settings are not tried: %v", err)
	}
	if n := served("{__typename __schema{queryType{name}}}"); n < 60 || n > 95 {
		t.Errorf("%d callers have the settings from before", n)
	}
	// What is in use is given again: nobody wants the others any more.
	if err := f.router.Reload(f.config); err != nil || f.router.OnTrial() || served("{__typename __schema{queryType{name}}}") != 100 {
		t.Errorf("settings from before: %v", err)
	}
}

// TestOperatorsDecide promotes and rolls back by hand, and replaces one canary by another.
func TestOperatorsDecide(t *testing.T) {
	f := newTried(t, func(c *config.Canary) { c.Percent, c.Header = 0, config.CanaryLabel{Name: "X-Canary", Value: "yes"} })
	more := func(header string) bool {
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{more}"}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Canary", header)
		rec := httptest.NewRecorder()
		f.router.ServeHTTP(rec, req)
		return !strings.Contains(rec.Body.String(), "errors")
	}
	if status, body := f.admin("POST", "/canary/promote"); status != http.StatusConflict {
		t.Errorf("nothing to promote: %d %s", status, body)
	}
	f.swap(graphOf(t, "bad", ""))
	f.swap(graphOf(t, "good", "more: Int"))
	if !more("yes") || more("no") {
		t.Error("the label does not decide")
	}
	if status, body := f.admin("POST", "/canary/rollback"); status != http.StatusOK || more("yes") || !strings.Contains(body, `"replaced":1`) {
		t.Errorf("rolled back: %d %s", status, body)
	}
	f.swap(graphOf(t, "good", "more: Int  other: Int"))
	if status, _ := f.admin("POST", "/canary/promote"); status != http.StatusOK || !more("no") {
		t.Errorf("promoted: %d", status)
	}
	_, body := f.admin("GET", "/canary")
	var stats struct {
		Promoted, RolledBack, Replaced int
		Last                           struct{ Why string }
	}
	if err := json.Unmarshal([]byte(body), &stats); err != nil || stats.Promoted != 1 || stats.RolledBack != 1 || stats.Last.Why != "an operator says so" {
		t.Errorf("%v: %s", err, body)
	}
}

// TestCanariesComeAndGoUnderLoad asks all the time while canaries are begun, replaced and decided.
func TestCanariesComeAndGoUnderLoad(t *testing.T) {
	f := newTried(t, func(c *config.Canary) { c.Window, c.Percent = 10*time.Millisecond, 50 })
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for g := range 4 {
		asking.Go(func() {
			for i := g; ; i += 4 {
				select {
				case <-stop:
					return
				default:
				}
				if body := f.ask(i%64, "{n}"); body != `{"data":{"n":1}}` {
					t.Errorf("a request is lost: %s", body)
					return
				}
			}
		})
	}
	for i := range 60 {
		f.swap(graphOf(t, "good", fmt.Sprintf("f%d: Int", i)))
		switch i % 3 {
		case 0:
			f.admin("POST", "/canary/promote")
		case 1:
			f.admin("POST", "/canary/rollback")
		}
	}
	close(stop)
	asking.Wait()
}

// TestSubscriptionsMoveWithPromotion has a stream from before the canary.
func TestSubscriptionsMoveWithPromotion(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) { c.Canary.Percent = 100 })
	a, b := s.stream(tickQuery, nil), s.stream(`subscription { other { n } }`, nil)
	s.await(2)
	s.events.Tick(1)
	a.want(tickAnswer(1))
	b.next()
	s.swap(strings.Replace(subscriptiontest.SDL, "other: Tick", "more: Int", 1))
	if !s.router.OnTrial() {
		t.Fatal("the graph is not on trial")
	}
	s.events.Tick(2)
	a.want(tickAnswer(2))
	if got := b.next(); strings.Contains(got, "Cannot query") {
		t.Errorf("a stream is on the canary: %s", got)
	}
	rec := httptest.NewRecorder()
	if s.router.Admin().ServeHTTP(rec, httptest.NewRequest("POST", "/canary/promote", nil)); rec.Code != http.StatusOK {
		t.Fatal(rec.Body)
	}
	s.events.Tick(3)
	a.want(tickAnswer(3))
	if got := b.next(); !strings.Contains(got, `Cannot query field \"other\"`) {
		t.Errorf("a stream is not on the promoted graph: %s", got)
	}
}
