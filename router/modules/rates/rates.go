// Package rates bounds how much callers may ask for in a time: requests, or what they are estimated to cost. All
// routers that share a Redis count together; without it each counts for itself.
//
// Specifications: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10); RFC 6585,
// section 4 (429); RFC 9110, section 10.2.3 (Retry-After).
package rates

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/expression"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

//go:embed rates.go
var source string

// Info describes the module.
var Info = module.Info{Name: "rates", Source: source, New: func() module.Module {
	return &Rates{
		Namespace: "weft", Timeout: 20 * time.Millisecond, Headers: true, MaxKeys: 100_000, AddressHeader: "X-Forwarded-For",
		ClientHeaders: []string{"graphql-client-name", "apollographql-client-name"},
	}
}}

// CodeLimited refuses what is beyond a rate; clients may rely on it.
const CodeLimited = "RATE_LIMITED"

// Rates bound how much callers may ask for in a time.
type Rates struct {
	// The rates. A request must be within all that apply to it; what is refused counts in none.
	Rules []Rule `yaml:"rules"`
	// Rates of requests to single subgraphs by name, from all clients together.
	Subgraphs map[string]Rate `yaml:"subgraphs"`
	// The Redis by which all routers count together; without an address each counts for itself.
	Redis config.Redis `yaml:"redis"`
	// Separates several graphs in one Redis.
	Namespace string `yaml:"namespace"`
	// Longest wait for Redis. After that, and while Redis is gone, each router counts for itself.
	Timeout time.Duration `yaml:"timeout"`
	// Tell clients how much is left, in the headers RateLimit and RateLimit-Policy.
	Headers bool `yaml:"headers"`
	// Proxies in front of the router, as addresses or networks (10.0.0.0/8): what they say of a client's address is
	// believed.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// The header in which they say it.
	AddressHeader string `yaml:"address_header"`
	// The headers in which clients say their name; the first that is there counts.
	ClientHeaders []string `yaml:"client_headers"`
	// Most callers, clients and so on that are counted in this process, for each rate.
	MaxKeys int `yaml:"max_keys"`

	rules     []*rule
	subgraphs map[string]*bucket
	proxies   caller.Proxies
	limiter   *limiter
	refused   *prometheus.CounterVec
	byCost    bool
	policy    string
}

// Rate is how much there may be in a time.
type Rate struct {
	// How much there may be in the time "per".
	Limit int `yaml:"limit"`
	// The time; 1s when left out.
	Per time.Duration `yaml:"per"`
	// How much there may be at once, after a pause; as much as the limit when left out.
	Burst int `yaml:"burst"`
}

// Rule is a rate and what it is counted by.
type Rule struct {
	// Name of the rate, in headers, errors and metrics; unique.
	Name string `yaml:"name"`
	// What each has a rate of its own: caller (for anonymous callers their address), client (its name), address, header,
	// expression, or everybody (one rate for all).
	By string `yaml:"by"`
	// The header that it is counted by; requests without it are not counted.
	Header string `yaml:"header"`
	// The expression that it is counted by, in the language of expr-lang.org: header("X-Tenant"), claim("tenant"), client,
	// address, operation (its name), kind (query, mutation, subscription). Requests for which it is nil or empty are not
	// counted.
	Expression string `yaml:"expression"`
	// What counts: requests (1 each) or cost (what the module "cost" estimates).
	Count string `yaml:"count"`
	// How much there may be in the time "per".
	Limit int `yaml:"limit"`
	// The time; 1s when left out.
	Per time.Duration `yaml:"per"`
	// How much there may be at once, after a pause; as much as the limit when left out.
	Burst int `yaml:"burst"`
}

// rule is a Rule, ready for use.
type rule struct {
	*bucket
	by, header string
	expression *expression.Expression
	cost       bool
}

// Check implements module.Checker.
func (r *Rates) Check(report func(key, format string, args ...any)) {
	known := map[string]bool{}
	for i := range r.Rules {
		rule := &r.Rules[i]
		rule.check(fmt.Sprintf("rules.%d", i), known, report)
		known[rule.Name] = true
	}
	for name, rate := range r.Subgraphs {
		rate.check("subgraphs."+name, report)
	}
	if _, wrong := caller.ParseProxies(r.TrustedProxies); wrong >= 0 {
		report(fmt.Sprintf("trusted_proxies.%d", wrong), "%q is not an address or a network; write one like 10.0.0.0/8",
			r.TrustedProxies[wrong])
	}
	if strings.ContainsAny(r.Namespace, "{}: \r\n*?[]") {
		report("namespace", "%q must not contain braces, brackets, colons, wildcards or blanks", r.Namespace)
	}
	if r.Timeout <= 0 {
		report("timeout", "%s is not possible; it must be longer than nothing", r.Timeout)
	}
	if r.MaxKeys < 1 {
		report("max_keys", "must be at least 1")
	}
}

func (r *Rate) check(key string, report func(key, format string, args ...any)) {
	if r.Limit < 1 {
		report(key+".limit", "%d is not possible; it must be at least 1", r.Limit)
	}
	if r.Per < 0 || r.Per > 24*time.Hour {
		report(key+".per", "%s is not possible; it must be between nothing and 24h", r.Per)
	}
	if r.Burst < 0 {
		report(key+".burst", "%d is negative", r.Burst)
	}
}

func (r *Rule) check(key string, known map[string]bool, report func(key, format string, args ...any)) {
	rate := r.rate()
	rate.check(key, report)
	plain := func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}
	switch {
	case r.Name == "" || strings.ContainsFunc(r.Name, plain):
		report(key+".name", "%q is not a name; use letters, digits, - and _", r.Name)
	case known[r.Name]:
		report(key+".name", "%q is the name of another rate, too", r.Name)
	}
	switch r.By {
	case "caller", "client", "address", "everybody":
	case "header":
		if r.Header == "" {
			report(key+".header", "is missing: which header is it counted by?")
		}
	case "expression":
		if _, err := expression.Compile(r.Expression, variables...); err != nil {
			report(key+".expression", "%s", err)
		}
	default:
		report(key+".by", "%q is not possible; choose caller, client, address, header, expression or everybody", r.By)
	}
	if r.Count != "" && r.Count != "requests" && r.Count != "cost" {
		report(key+".count", "%q is not possible; choose requests or cost", r.Count)
	}
}

func (r *Rule) rate() Rate { return Rate{r.Limit, r.Per, r.Burst} }

// Enabled implements module.Module.
func (r *Rates) Enabled() bool { return len(r.Rules)+len(r.Subgraphs) > 0 }

// Provision implements module.Module.
func (r *Rates) Provision(host module.Host) (err error) {
	// Nothing of an answer depends on it: the headers about rates are the request's own.
	host.VariesBy().Nothing()
	r.proxies, _ = caller.ParseProxies(r.TrustedProxies)
	var policies []string
	for i := range r.Rules {
		settings := &r.Rules[i]
		made := &rule{bucket: newBucket(settings.Name, settings.rate()), by: settings.By, header: settings.Header}
		if made.cost = settings.Count == "cost"; made.cost {
			r.byCost = true
		}
		if settings.By == "expression" {
			if made.expression, err = expression.Compile(settings.Expression, variables...); err != nil {
				return err
			}
		}
		r.rules = append(r.rules, made)
		policies = append(policies, made.policy(made.cost))
	}
	r.policy = strings.Join(policies, ", ")
	names := map[string]bool{}
	for _, s := range host.Supergraph().Subgraphs {
		names[s.Name] = true
	}
	r.subgraphs = map[string]*bucket{}
	for _, name := range slices.Sorted(maps.Keys(r.Subgraphs)) {
		if !names[name] {
			return fmt.Errorf("subgraphs.%s: the graph has no subgraph of that name", name)
		}
		r.subgraphs[name] = newBucket("subgraph:"+name, r.Subgraphs[name])
	}
	r.refused = host.Metrics().Counter("weft_rates_refused_total", "Requests beyond a rate.", "rate")
	// What is counted outlives generations: another graph must not give everybody a new start.
	key, err := json.Marshal([]any{r.Redis, r.Namespace, r.Timeout, r.MaxKeys})
	if err != nil {
		return err
	}
	shared, err := host.Shared(string(key), func() (any, func(), error) {
		l, err := newLimiter(&r.Redis, r.Namespace, r.Timeout, r.MaxKeys, host.Logger())
		if err != nil {
			return nil, nil, err
		}
		return l, l.close, nil
	})
	if err == nil {
		r.limiter = shared.(*limiter)
	}
	return err
}

// Admit implements module.Admitter. When a rate counts costs all of them wait for these: there is one question to
// Redis.
func (r *Rates) Admit(ctx context.Context, op *module.Operation) *server.Refusal {
	if r.byCost {
		return nil
	}
	return r.admit(ctx, op)
}

// AdmitPlan implements module.PlanAdmitter.
func (r *Rates) AdmitPlan(ctx context.Context, op *module.Operation) *server.Refusal {
	if !r.byCost {
		return nil
	}
	return r.admit(ctx, op)
}

func (r *Rates) admit(ctx context.Context, op *module.Operation) *server.Refusal {
	if op.Request.Running || len(r.rules) == 0 {
		return nil
	}
	who := asker{rates: r, op: op}
	takes := make([]take, 0, len(r.rules))
	for _, rule := range r.rules {
		key, counts := who.key(rule)
		if !counts {
			continue
		}
		quantity := 1.0
		if rule.cost {
			quantity = op.Cost
		}
		takes = append(takes, take{bucket: rule.bucket, key: key, quantity: quantity})
	}
	if len(takes) == 0 {
		return nil
	}
	worst := r.limiter.take(ctx, takes)
	if r.Headers {
		op.AddHeader("RateLimit-Policy", r.policy)
		op.AddHeader("RateLimit", remaining(takes))
	}
	if worst == nil {
		return nil
	}
	r.refused.WithLabelValues(worst.bucket.name).Inc()
	if worst.quantity > worst.bucket.burst {
		return &server.Refusal{
			Outcome: server.TooMany, Code: CodeLimited,
			Message: fmt.Sprintf("The operation alone is more than the rate %q ever allows at once (%.0f of %.0f).",
				worst.bucket.name, math.Ceil(worst.quantity), worst.bucket.burst),
		}
	}
	after := seconds(worst.retry)
	op.AddHeader("Retry-After", after)
	return &server.Refusal{
		Outcome: server.TooMany, Code: CodeLimited,
		Message: fmt.Sprintf("This is more than the rate %q allows. Try again in %s s.", worst.bucket.name, after),
	}
}

// WrapSubgraph implements module.SubgraphClient.
func (r *Rates) WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	b := r.subgraphs[s.Name]
	if b == nil {
		return next
	}
	return &limited{next: next, rates: r, bucket: b}
}

// limited is a subgraph with a rate.
type limited struct {
	next   upstream.Subgraph
	rates  *Rates
	bucket *bucket
}

// Do implements upstream.Subgraph.
func (l *limited) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	if l.rates.limiter.take(ctx, []take{{bucket: l.bucket, quantity: 1}}) != nil {
		l.rates.refused.WithLabelValues(l.bucket.name).Inc()
		return fmt.Errorf("%w, because its rate is used up", upstream.ErrRejected)
	}
	return l.next.Do(ctx, req, resp)
}
