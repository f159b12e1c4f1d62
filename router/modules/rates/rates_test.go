package rates_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/modules/rates"
)

const query = `{person(id: 1) {name}}`

// slow is a rate that gives nothing back while a test runs.
func slow(rule string) string { return "rates:\n  rules:\n    - {name: r, per: 24h, " + rule + "}\n" }

func TestWhatIsBeyondARateIsRefused(t *testing.T) {
	r := moduletest.New(t, slow("by: everybody, limit: 2")+"admin: {listen: '127.0.0.1:0'}", nil)
	for left := 1; left >= 0; left-- {
		a := r.Ask(query)
		if a.Status != 200 || a.Code() != "" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if got, want := a.Header.Get("RateLimit"), fmt.Sprintf(`"r";r=%d;t=%d`, left, (2-left)*43200); got != want {
			t.Errorf("RateLimit: %s, want %s", got, want)
		}
		if got, want := a.Header.Get("RateLimit-Policy"), `"r";q=2;w=86400`; got != want {
			t.Errorf("RateLimit-Policy: %s, want %s", got, want)
		}
	}
	asked := len(r.Subgraphs["people"].Asked())
	a := r.Ask(query)
	if a.Status != http.StatusTooManyRequests || a.Code() != "RATE_LIMITED" || a.Header.Get("Retry-After") != "43200" {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	if !strings.HasPrefix(a.Header.Get("RateLimit"), `"r";r=0;`) || len(r.Subgraphs["people"].Asked()) != asked {
		t.Errorf("%v", a.Header)
	}
	if want := `weft_rates_refused_total{rate="r"} 1`; !strings.Contains(r.Metrics(), want) {
		t.Errorf("no %s", want)
	}
}

func TestWhatRatesAreCountedBy(t *testing.T) {
	for rule, same := range map[string][][]string{
		"by: client":                    {{"graphql-client-name", "web"}, {"apollographql-client-name", "ios"}, {}},
		"by: header, header: X-Api-Key": {{"X-Api-Key", "a"}, {"X-Api-Key", "b"}},
		`by: expression, expression: 'lower(header("X-Tenant"))'`: {{"X-Tenant", "a"}, {"X-Tenant", "B"}},
		`by: expression, expression: 'kind + operation'`:          {{}},
	} {
		r := moduletest.New(t, slow("limit: 1, "+rule), nil)
		for round, status := range []int{200, 429} {
			for _, header := range same {
				if a := r.Ask(query, header...); a.Status != status {
					t.Errorf("%s, %v, round %d: %d %s", rule, header, round, a.Status, a.Body)
				}
			}
		}
	}
	// Nothing to count by: not counted.
	r := moduletest.New(t, slow("limit: 1, by: header, header: X-Api-Key"), nil)
	for range 3 {
		if a := r.Ask(query); a.Status != 200 {
			t.Error(a.Body)
		}
	}
}

func TestAddressesAreThoseOfClients(t *testing.T) {
	r := moduletest.New(t, slow("by: caller, limit: 1")+"  trusted_proxies: [10.0.0.1]", nil)
	from := func(remote, forwarded string) int {
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"`+query+`"}`))
		req.Header.Set("Content-Type", "application/json")
		req.RemoteAddr = remote
		return r.Do(req, "X-Forwarded-For", forwarded).Status
	}
	for i, c := range []struct {
		remote, forwarded string
		status            int
	}{
		{"10.0.0.1:1", "1.1.1.1", 200}, {"10.0.0.1:2", "1.1.1.1", 429}, {"10.0.0.1:1", "9.9.9.9, 1.1.1.1", 429},
		{"10.0.0.1:1", "1.1.1.2", 200}, {"5.5.5.5:1", "1.1.1.3", 200}, {"5.5.5.5:1", "1.1.1.4", 429},
	} {
		if got := from(c.remote, c.forwarded); got != c.status {
			t.Errorf("%d: %v: %d", i, c, got)
		}
	}
}

func TestSeveralRatesAndCosts(t *testing.T) {
	r := moduletest.New(t, `
cost: {mode: measure}
rates:
  rules:
    - {name: requests, by: everybody, limit: 4, per: 24h}
    - {name: budget, by: client, count: cost, limit: 5, per: 24h}
`, nil)
	ask := func(client, query string) moduletest.Answer { return r.Ask(query, "graphql-client-name", client) }
	two := `{a: person(id: 1) {name} b: person(id: 1) {name}}`
	a := ask("web", two)
	if a.Status != 200 || a.Header.Get("RateLimit") != `"requests";r=3;t=21600, "budget";r=3;t=34560` ||
		a.Header.Get("RateLimit-Policy") != `"requests";q=4;w=86400, "budget";q=5;qu="cost";w=86400` {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	ask("web", two)
	if a = ask("web", two); a.Status != 429 || !strings.Contains(a.Body, "budget") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	// What was refused counts in no rate.
	if a = ask("ios", query); a.Status != 200 || !strings.HasPrefix(a.Header.Get("RateLimit"), `"requests";r=1;`) {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	many := `{a: person(id: 1) {name} b: person(id: 1) {name} c: people {name}}`
	if a = ask("tv", many); a.Status != 429 || a.Header.Get("Retry-After") != "" || !strings.Contains(a.Body, "alone") {
		t.Errorf("what never fits: %d %v %s", a.Status, a.Header, a.Body)
	}
}

func TestASubgraphHasARate(t *testing.T) {
	r := moduletest.New(t, "rates: {subgraphs: {ages: {limit: 1, per: 24h}}}", nil)
	both := `{person(id: 1) {name age}}`
	if a := r.Ask(both); a.Code() != "" {
		t.Error(a.Body)
	}
	if a := r.Ask(both); a.Code() != "SUBREQUEST_REJECTED" || !strings.Contains(a.Body, `"name":"Ada"`) {
		t.Error(a.Body)
	}
	if n := len(r.Subgraphs["ages"].Asked()); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestRatesOutliveRedis kills Redis while requests are in progress: none fails, and what is counted then is counted
// here.
func TestRatesOutliveRedis(t *testing.T) {
	server := redistest.Start(t)
	r := moduletest.New(t, slow("by: everybody, limit: 1000")+"  redis: {addresses: ['"+server.Addr+"']}", nil)
	var asking sync.WaitGroup
	var failed atomic.Int32
	begun := make(chan struct{}, 100)
	for range 8 {
		asking.Go(func() {
			for range 40 {
				if a := r.Ask(query); a.Status != 200 || a.Code() != "" {
					failed.Add(1)
					t.Error(a.Status, a.Body)
				}
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 20 {
		<-begun
	}
	server.Stop()
	asking.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d requests failed", failed.Load())
	}
	if !strings.Contains(r.Log.String(), "going on without it") {
		t.Error("operators are not told")
	}
	if a := r.Ask(query); !strings.HasPrefix(a.Header.Get("RateLimit"), `"r";r=`) {
		t.Errorf("%v", a.Header)
	}
}

// TestTwoRoutersHoldOneRate floods one rate from two routers. By the clock of Redis no more passes than the rate and
// the burst allow, and all of it is used: what is refused is told to wait, and there is something again after that.
func TestTwoRoutersHoldOneRate(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	t.Cleanup(func() { _ = client.Close() })
	rate := rates.Rate{Limit: 200, Burst: 10}
	const wanted = 300
	began := client.Time(t.Context()).Val()
	var passed, refused atomic.Int32
	var flood sync.WaitGroup
	for range 2 {
		l := rates.NewLimiter(t, server.Addr)
		for range 20 {
			flood.Go(func() {
				for passed.Load() < wanted {
					if ok, retry := l.Take(rate, "all"); ok {
						passed.Add(1)
					} else if refused.Add(1); retry <= 0 || retry > time.Second {
						t.Errorf("told to wait %s", retry)
						return
					}
				}
			})
		}
	}
	flood.Wait()
	took := client.Time(t.Context()).Val().Sub(began)
	most := 1.01*took.Seconds()*float64(rate.Limit) + float64(rate.Burst)
	if got := float64(passed.Load()); got > most || refused.Load() == 0 {
		t.Errorf("%.0f passed in %s, at most %.0f may; %d were refused", got, took, most, refused.Load())
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	problems := moduletest.Problems(t, `
rates:
  namespace: "a b"
  timeout: 0s
  max_keys: 0
  trusted_proxies: [everybody]
  subgraphs: {a: {limit: 0}}
  rules:
    - {name: "a b", by: caller, limit: 1}
    - {name: a, by: moon, limit: -1, per: 48h, burst: -2, count: apples}
    - {name: a, by: header, limit: 1}
    - {name: b, by: expression, expression: "header(", limit: 1}
`)
	for _, want := range []string{
		"namespace", "timeout", "max_keys", "trusted_proxies.0", "subgraphs.a.limit", "rules.0.name", "rules.1.by", "rules.1.limit",
		"rules.1.per", "rules.1.burst", "rules.1.count", "rules.2.name", "rules.2.header", "rules.3.expression",
	} {
		if !strings.Contains(problems, "rates."+want) {
			t.Errorf("%s is not reported:\n%s", want, problems)
		}
	}
}

func BenchmarkTwoRouters(b *testing.B) {
	server := redistest.Start(b)
	client := server.Client()
	b.Cleanup(func() { _ = client.Close() })
	rate := rates.Rate{Limit: 1000, Burst: 10}
	limiters := []*rates.Limiter{rates.NewLimiter(b, server.Addr), rates.NewLimiter(b, server.Addr)}
	began := client.Time(b.Context()).Val()
	var passed, refused atomic.Int64
	var flood sync.WaitGroup
	for i := range 100 {
		flood.Go(func() {
			for passed.Load() < int64(b.N) {
				if ok, _ := limiters[i%2].Take(rate, "all"); ok {
					passed.Add(1)
				} else {
					refused.Add(1)
				}
			}
		})
	}
	flood.Wait()
	took := client.Time(b.Context()).Val().Sub(began)
	b.ReportMetric(float64(passed.Load()-int64(rate.Burst))/took.Seconds(), "passed/s")
	b.ReportMetric(float64(refused.Load())/took.Seconds(), "refused/s")
}
