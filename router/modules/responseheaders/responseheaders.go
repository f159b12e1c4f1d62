// Package responseheaders gives clients headers of what subgraphs answered, merged by stated rules.
package responseheaders

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
)

//go:embed responseheaders.go
var source string

// Info describes the module.
var Info = module.Info{
	Name: "response_headers", New: func() module.Module { return &ResponseHeaders{} }, Source: source,
}

// ResponseHeaders say which headers of subgraphs' answers clients get. Without a rule they get none.
type ResponseHeaders struct {
	// Rules for all subgraphs.
	All []MergeRule `yaml:"all"`
	// Rules for single subgraphs by name, instead of those for all.
	Subgraphs map[string][]MergeRule `yaml:"subgraphs"`

	slot       module.Slot
	bySubgraph map[string]map[string]string
}

// MergeRule passes a header of subgraphs' answers on.
type MergeRule struct {
	// Name of the header.
	Header string `yaml:"header"`
	// What becomes of the values of several answers, in the order of the plan's requests: "append" has all of them,
	// "first" and "last" those of one. Set-Cookie is always appended, names in Vary always joined, and of Cache-Control
	// the most restrictive counts ("restrict").
	Merge string `yaml:"merge"`
}

// How values are merged.
const (
	appending = "append"
	first     = "first"
	last      = "last"
	restrict  = "restrict"
)

// only are headers that can be merged in one way.
var only = map[string]string{"Set-Cookie": appending, "Vary": appending, "Cache-Control": restrict}

// own are headers that the router, or the connection, writes itself; further ones begin with a prefix.
var (
	own = []string{
		"Accept-Ranges", "Age", "Connection", "Date", "Etag", "Expires", "Keep-Alive", "Last-Modified", "Pragma", "Proxy-Authenticate",
		"Proxy-Connection", "Referrer-Policy", "Strict-Transport-Security", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"X-Content-Type-Options", "X-Frame-Options", "X-Request-Id", "Allow", "Retry-After", "Www-Authenticate",
	}
	ownPrefixes = []string{"Access-Control-", "Content-", "Weft-", "Proxy-", "Sec-"}
)

// Enabled implements module.Module.
func (h *ResponseHeaders) Enabled() bool { return len(h.All)+len(h.Subgraphs) > 0 }

// Check reports rules that cannot work.
func (h *ResponseHeaders) Check(report func(key, format string, args ...any)) {
	check := func(key string, rules []MergeRule) {
		for i, r := range rules {
			key, name := fmt.Sprintf("%s.%d", key, i), http.CanonicalHeaderKey(r.Header)
			isOwn := slices.Contains(own, name) ||
				slices.ContainsFunc(ownPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
			switch {
			case r.Header == "" || strings.ContainsAny(r.Header, " :\t\r\n\""):
				report(key+".header", "%q is not the name of a header; write one like X-Tenant", r.Header)
			case isOwn:
				report(key+".header", "%s is a header that the router writes itself", name)
			case only[name] != "" && r.Merge != "" && r.Merge != only[name]:
				report(key+".merge", "%q is not possible for %s; leave it out", r.Merge, name)
			case only[name] == "" && !slices.Contains([]string{"", appending, first, last}, r.Merge):
				report(key+".merge", "%q is not possible; choose append, first, last", r.Merge)
			}
		}
	}
	check("all", h.All)
	for _, name := range slices.Sorted(maps.Keys(h.Subgraphs)) {
		check("subgraphs."+name, h.Subgraphs[name])
	}
}

// Provision implements module.Module.
func (h *ResponseHeaders) Provision(host module.Host) error {
	// What the answers depend on, the requests to subgraphs have declared.
	host.VariesBy().Nothing()
	h.slot, h.bySubgraph = host.Slot(), map[string]map[string]string{}
	for _, s := range host.Supergraph().Subgraphs {
		rules, special := h.Subgraphs[s.Name]
		if !special {
			rules = h.All
		}
		h.bySubgraph[s.Name] = compile(rules)
	}
	return nil
}

// compile is how the headers of a subgraph are merged, by name.
func compile(rules []MergeRule) map[string]string {
	merges := map[string]string{}
	for _, r := range rules {
		name := http.CanonicalHeaderKey(r.Header)
		switch {
		case only[name] != "":
			merges[name] = only[name]
		case r.Merge == "":
			merges[name] = appending
		default:
			merges[name] = r.Merge
		}
	}
	return merges
}

// gathered is what the answers to an operation's requests have said.
type gathered struct {
	mu      sync.Mutex
	answers []said
}

// said is what one answer has said.
type said struct {
	request int
	merges  map[string]string
	lines   map[string][]string
}

// OperationBegan implements module.OperationObserver.
func (h *ResponseHeaders) OperationBegan(ctx context.Context, op *module.Operation) context.Context {
	*op.Slot(h.slot) = &gathered{}
	return ctx
}

// OperationEnded implements module.OperationObserver.
func (h *ResponseHeaders) OperationEnded(context.Context, *module.Operation, *server.Response) {}

// FetchEnded implements module.FetchObserver.
func (h *ResponseHeaders) FetchEnded(op *module.Operation, fetch module.Fetch) {
	merges := h.merges(fetch.Request)
	g, _ := (*op.Slot(h.slot)).(*gathered)
	if len(merges) == 0 || g == nil || fetch.Trace.Skipped || fetch.Response.Source == nil && fetch.Trace.CacheHits > 0 {
		return
	}
	s := said{request: fetch.Request.ID, merges: merges, lines: map[string][]string{}}
	for name := range merges {
		// A cookie is for who asked: an answer that others got, too, gives it to nobody but the first.
		if name == "Set-Cookie" && fetch.Trace.Attempts == 0 {
			continue
		}
		s.lines[name] = fetch.Response.Lines(name)
		if name == "Cache-Control" {
			s.lines["Age"] = fetch.Response.Lines("Age")
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers = append(g.answers, s)
}

func (h *ResponseHeaders) merges(r *plan.Request) map[string]string {
	var s *supergraph.Subgraph = r.Subgraph
	return h.bySubgraph[s.Name]
}

// Answer implements module.Answerer.
func (h *ResponseHeaders) Answer(op *module.Operation, answer *module.Answer) {
	g, _ := (*op.Slot(h.slot)).(*gathered)
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	slices.SortStableFunc(g.answers, func(a, b said) int { return a.request - b.request })
	merged, restricts := map[string][]string{}, false
	var caching control
	for i := range g.answers {
		s := &g.answers[i]
		for name, merge := range s.merges {
			lines := s.lines[name]
			switch {
			case merge == restrict:
				c := parseControl(lines, s.lines["Age"])
				if restricts {
					c = c.with(caching)
				}
				caching, restricts = c, true
			case len(lines) == 0, merge == first && len(merged[name]) > 0:
			case merge == last:
				merged[name] = lines
			default:
				merged[name] = append(merged[name], lines...)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(merged)) {
		switch name {
		case "Set-Cookie":
			for _, cookie := range merged[name] {
				op.AddHeader(name, cookie)
			}
			caching, restricts = control{noStore: true}, true
		case "Vary":
			if answer.VaryBy(namesIn(merged[name])...); strings.Contains(strings.Join(merged[name], ","), "*") {
				caching, restricts = control{noStore: true}, true
			}
		default:
			for _, value := range merged[name] {
				answer.AddHeader(name, value)
			}
		}
	}
	if !restricts {
		return
	}
	if answer.Errors > 0 {
		caching.noStore = true
	}
	if said := answer.CacheControl(); said != "" {
		caching = caching.with(parseControl([]string{said}, nil))
	}
	caching.private = caching.private || op.Prepared.Protected()
	answer.SetCacheControl(caching.String())
}

// namesIn are the names in a header that lists some, each once.
func namesIn(lines []string) []string {
	var names []string
	for name := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if name = http.CanonicalHeaderKey(strings.TrimSpace(name)); name != "" && name != "*" &&
			!slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
