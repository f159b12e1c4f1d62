package insights_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs/insights"
	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
	"github.com/weft-graphql/weft/subgraphs/insights/scrape"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// begin is a Monday.
var begin = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

const step = 10 * time.Second

// watching is a monitor that was told values.
type watching struct {
	*insights.Monitor
	at time.Time
}

func (s *shop) monitor() *watching {
	return &watching{insights.NewMonitor(s.core, insights.Monitoring{Step: step, Early: 30}), begin}
}

// values tells a signal's values, one for each step.
func (m *watching) values(t *testing.T, signal string, states map[string][]byte, values ...float64) {
	t.Helper()
	for _, v := range values {
		m.at = m.at.Add(step)
		m.Take(t.Context(), m.at, []scrape.Reading{{
			Signal: signal, Value: v, Settings: anomaly.Settings{Name: signal, Unit: "/s"},
		}}, states, quiet)
	}
}

// steady are values around a mean.
func steady(mean float64, count int) []float64 {
	values := make([]float64, count)
	for i := range values {
		values[i] = mean * (1 + 0.04*float64(i%5-2))
	}
	return values
}

const anomalyFields = `{ id signal unit reason direction expected expectedLow expectedHigh observed peak score why
	startedAt foundAt endedAt ending version }`

type anomalyAnswer struct {
	ID, Signal, Unit, Reason, Why       string
	Direction, Ending                   *string
	Expected, ExpectedLow, ExpectedHigh float64
	Observed, Peak                      *float64
	Score                               float64
	StartedAt, FoundAt                  time.Time
	EndedAt                             *time.Time
	Version                             int
}

type anomalyPage struct {
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	Nodes []anomalyAnswer
}

func (s *shop) anomalies(t *testing.T, args string) anomalyPage {
	t.Helper()
	var got struct{ Anomalies anomalyPage }
	kittest.MustAsk(t, s.handler, operator, `{ anomalies`+args+` { totalCount pageInfo { hasNextPage hasPreviousPage
		startCursor endCursor } nodes `+anomalyFields+` } }`, nil, &got)
	return got.Anomalies
}

// TestAnomaliesAreNoted: what is unusual can be asked for from its beginning on, and changes with its end.
func TestAnomaliesAreNoted(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		m := s.monitor()
		m.values(t, "requests", nil, steady(50, 60)...)
		if list := s.anomalies(t, ""); list.TotalCount != 0 {
			t.Fatalf("of what is usual there are %+v", list.Nodes)
		}
		m.values(t, "requests", nil, steady(120, 10)...)
		open := s.anomalies(t, "(filter: {open: true})")
		if open.TotalCount != 1 || len(open.Nodes) != 1 {
			t.Fatalf("of what is unusual there are %+v", open)
		}
		a := open.Nodes[0]
		if a.Signal != "requests" || a.Unit != "/s" || a.Direction == nil || *a.Direction != "ABOVE" || a.EndedAt != nil ||
			a.Observed == nil || *a.Observed < 100 || a.Expected < 40 || a.Expected > 60 || a.ExpectedLow >= a.Expected ||
			a.ExpectedHigh <= a.Expected || a.Score < 4 || !strings.Contains(a.Why, "standard deviations above") ||
			a.StartedAt.Before(begin) || a.FoundAt.Before(a.StartedAt) ||
			a.Version != 1 {
			t.Errorf("the anomaly is %+v", a)
		}
		m.values(t, "requests", nil, steady(50, 30)...)
		if open := s.anomalies(t, "(filter: {open: true})"); len(open.Nodes) != 0 {
			t.Errorf("afterwards these are open: %+v", open.Nodes)
		}
		over := s.anomalies(t, `(filter: {open: false, signal: "requests", startedSince: "2026-01-05T00:00:00Z"})`)
		if len(over.Nodes) != 1 || over.Nodes[0].ID != a.ID || over.Nodes[0].Version != 2 || over.Nodes[0].Ending == nil ||
			*over.Nodes[0].Ending != "RETURNED" ||
			over.Nodes[0].EndedAt == nil {
			t.Errorf("afterwards it is %+v", over.Nodes)
		}
		var one struct{ Anomaly *anomalyAnswer }
		kittest.MustAsk(t, s.handler, operator, `query($id: ID!) { anomaly(id: $id) `+anomalyFields+` }`,
			map[string]any{"id": a.ID}, &one)
		if one.Anomaly == nil || one.Anomaly.Version != 2 {
			t.Errorf("by its id it is %+v", one.Anomaly)
		}
		for _, filter := range []string{`{signal: "orders"}`, `{reason: SILENCE}`, `{startedSince: "2027-01-01T00:00:00Z"}`} {
			if list := s.anomalies(t, "(filter: "+filter+")"); list.TotalCount != 0 || len(list.Nodes) != 0 {
				t.Errorf("%s lets %+v through", filter, list.Nodes)
			}
		}
	})
}

// TestSilentSignalsAreNoted: what is not told any more is an anomaly without direction and values.
func TestSilentSignalsAreNoted(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		m := s.monitor()
		m.values(t, "requests", nil, steady(50, 60)...)
		m.Take(t.Context(), m.at.Add(20*step), nil, nil, quiet)
		list := s.anomalies(t, `(filter: {reason: SILENCE})`)
		if len(list.Nodes) != 1 || list.Nodes[0].Direction != nil || list.Nodes[0].Observed != nil ||
			list.Nodes[0].Score != 20 {
			t.Errorf("the silence is %+v", list.Nodes)
		}
	})
}

// TestAnomaliesPages goes through the list in both directions.
func TestAnomaliesPages(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		for i := range 7 {
			at := begin.Add(time.Duration(i/2) * time.Hour) // two at a time
			note(t, s, fmt.Sprint("signal ", i), at)
		}
		var all, forward, backward []string
		for _, a := range s.anomalies(t, "").Nodes {
			all = append(all, a.ID)
		}
		for args := "(first: 2)"; args != ""; {
			list := s.anomalies(t, args)
			for _, a := range list.Nodes {
				forward = append(forward, a.ID)
			}
			args = ""
			if list.PageInfo.HasNextPage {
				args = fmt.Sprintf("(first: 2, after: %q)", *list.PageInfo.EndCursor)
			}
		}
		for args := "(last: 2)"; args != ""; {
			list := s.anomalies(t, args)
			var ids []string
			for _, a := range list.Nodes {
				ids = append(ids, a.ID)
			}
			backward = append(ids, backward...)
			args = ""
			if list.PageInfo.HasPreviousPage {
				args = fmt.Sprintf("(last: 2, before: %q)", *list.PageInfo.StartCursor)
			}
		}
		if len(all) != 7 || fmt.Sprint(forward) != fmt.Sprint(all) || fmt.Sprint(backward) != fmt.Sprint(all) {
			t.Errorf("pages have %v forwards and %v backwards; want %v", forward, backward, all)
		}
	})
}

// note has an anomaly noted.
func note(t *testing.T, s *shop, id string, at time.Time) {
	t.Helper()
	err := s.core.Note(t.Context(), &insights.Anomaly{ID: id, Signal: "requests", Finding: anomaly.Finding{
		Began: at, Found: at, Reason: anomaly.Shift, Score: 5, Why: "because",
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOnlyOperatorsSeeAnomalies asks as nobody and as somebody.
func TestOnlyOperatorsSeeAnomalies(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		note(t, s, "a1", begin)
		for _, query := range []string{`{ anomalies { totalCount } }`, `{ anomaly(id: "a1") { id } }`} {
			for code, caller := range map[string]*wire.Identity{"UNAUTHENTICATED": nil, "FORBIDDEN": buyer} {
				if answer := kittest.Ask(t, s.handler, caller, query, nil); answer.Fields() != code {
					t.Errorf("%s is answered with %q; want %s", query, answer.Fields(), code)
				}
			}
		}
		for _, caller := range []wire.Identity{{}, *buyer} {
			if _, err := s.core.Watch(t.Context(), caller, nil); err == nil {
				t.Errorf("%q watches", caller.Subject)
			}
			entity, err := s.core.AnomaliesByID(t.Context(), caller, []string{"a1"})
			if err != nil || entity[0] != nil {
				t.Errorf("%q gets the entity %+v (%v)", caller.Subject, entity[0], err)
			}
		}
	})
}

// TestAnomaliesAreWatched: those who watch hear of each change once, however often they are told, of their signal
// only.
func TestAnomaliesAreWatched(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		name := "orders placed"
		all, err := s.core.Watch(t.Context(), *operator, nil)
		if err != nil {
			t.Fatal(err)
		}
		some, err := s.core.Watch(t.Context(), *operator, &name)
		if err != nil {
			t.Fatal(err)
		}
		m := s.monitor()
		m.values(t, "requests", nil, append(steady(50, 60), steady(120, 10)...)...)
		begun := <-all
		s.core.Heard(wire.EntityChanged{Subgraph: "insights", Type: "Anomaly", Key: map[string]any{"id": begun.ID}})
		m.values(t, "requests", nil, steady(50, 30)...)
		ended := <-all
		if begun.EndedAt() != nil || begun.Version != 1 || ended.ID != begun.ID || ended.EndedAt() == nil ||
			ended.Version != 2 {
			t.Errorf("they hear of %+v and %+v", begun, ended)
		}
		other := s.monitor()
		other.values(t, name, nil, append(steady(50, 60), steady(20, 10)...)...)
		if a := <-some; a.Signal != name {
			t.Errorf("who watches %s hears of %+v", name, a)
		}
		if a := <-all; a.Signal != name {
			t.Errorf("who watches all hears of %+v", a)
		}
	})
}

// TestForecast: the gauge tells the load that is expected, once enough is known.
func TestForecast(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite(t))
	m := s.monitor()
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Metrics())
	gauges := func() map[string]float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]float64{}
		for _, family := range families {
			values[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
		}
		return values
	}
	if got := gauges(); len(got) != 0 {
		t.Errorf("who watches nothing tells %v", got)
	}
	m.values(t, scrape.Requests, nil, steady(50, 10)...)
	if _, ok := gauges()["weft_insights_forecast_requests_per_second"]; ok {
		t.Error("load is forecast of ten values")
	}
	m.values(t, scrape.Requests, nil, steady(50, 50)...)
	m.values(t, scrape.Requests, nil, steady(150, 10)...)
	got := gauges()
	if load := got["weft_insights_forecast_requests_per_second"]; load < 45 || load > 60 ||
		got["weft_insights_signals"] != 1 || got["weft_insights_anomalies_open"] != 1 {
		t.Errorf("the gauges are %v", got)
	}
}

// TestMonitorGoesOn: what was learned is saved with each incident, and a new process goes on with it.
func TestMonitorGoesOn(t *testing.T) {
	onBoth(t, true, func(t *testing.T, s *shop) {
		m := s.monitor()
		m.values(t, "requests", nil, append(steady(50, 60), steady(120, 10)...)...)
		begun := s.anomalies(t, "").Nodes
		states, err := s.store.Signals(t.Context())
		if err != nil || len(begun) != 1 || len(states["requests"]) == 0 {
			t.Fatalf("there are %+v, and %d bytes are saved (%v)", begun, len(states["requests"]), err)
		}
		next := s.monitor()
		next.at = m.at
		next.values(t, "requests", states, steady(50, 30)...)
		ended := s.anomalies(t, "").Nodes
		if len(ended) != 1 || ended[0].ID != begun[0].ID || ended[0].EndedAt == nil {
			t.Errorf("the next process has %+v", ended)
		}
	})
}

// TestMonitorRuns reads the metrics of a process, and counts the shop's flow.
func TestMonitorRuns(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite(t))
	asked := make(chan struct{})
	var told atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "# TYPE weft_requests_total counter\nweft_requests_total{kind=\"query\"} %d\n", told.Add(5))
		select {
		case asked <- struct{}{}:
		default:
		}
	}))
	defer target.Close()
	m := insights.NewMonitor(s.core, insights.Monitoring{
		Targets: []scrape.Target{{URL: target.URL}}, Flow: true, Step: 20 * time.Millisecond, Early: 5,
	})
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { defer close(done); m.Run(ctx, quiet) }()
	for i := range 10 {
		m.Heard(ordered(fmt.Sprint("o", i), "PLACED", 1, "a"))
		<-asked
	}
	cancel()
	<-done
	states, err := s.store.Signals(t.Context())
	if err != nil || len(states[scrape.Requests]) == 0 || len(states["orders placed"]) == 0 {
		t.Errorf("at the end %d signals are saved (%v)", len(states), err)
	}
}
