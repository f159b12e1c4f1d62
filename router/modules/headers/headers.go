// Package headers passes headers of clients on to subgraphs, and adds fixed ones.
package headers

import (
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

//go:embed headers.go
var source string

//go:embed rule.go
var ruleSource string

// Info describes the module.
var Info = module.Info{
	Name:   "headers",
	New:    func() module.Module { return &Headers{} },
	Source: source + declarations(ruleSource),
}

// Headers are the headers of requests to subgraphs.
type Headers struct {
	// Rules for all subgraphs.
	All Rules `yaml:"all"`
	// Rules for single subgraphs by name; what they leave out comes from "all".
	Subgraphs map[string]Rules `yaml:"subgraphs"`

	bySubgraph map[string]compiled
}

// Rules say which headers a subgraph gets.
type Rules struct {
	// The client's headers that are passed on. Headers of the connection or the body never are.
	Forward []string `yaml:"forward"`
	// Headers with fixed values. A client's header of the same name is not passed on, even if it is to be forwarded.
	Set map[string]string `yaml:"set"`
	// What else is done to the headers, in order, after "forward" and "set".
	Rules []HeaderRule `yaml:"rules"`
}

// declarations is a source without its package clause and imports, to be put behind another one.
func declarations(text string) string {
	_, rest, _ := strings.Cut(text, "\n)\n")
	return rest
}

// compiled are the rules for one subgraph.
type compiled struct {
	fixed     []upstream.Header
	forwarded []forwarded
	steps     []step
}

type forwarded struct {
	name string
	ref  caller.HeaderRef
}

// Enabled implements module.Module.
func (h *Headers) Enabled() bool {
	return !h.All.empty() ||
		slices.ContainsFunc(slices.Collect(maps.Values(h.Subgraphs)), func(r Rules) bool { return !r.empty() })
}

func (r Rules) empty() bool { return len(r.Forward)+len(r.Set)+len(r.Rules) == 0 }

// Provision implements module.Module.
func (h *Headers) Provision(host module.Host) error {
	declaration := host.VariesBy()
	declaration.Nothing()
	h.bySubgraph = map[string]compiled{}
	for _, s := range host.Supergraph().Subgraphs {
		rules := h.rulesFor(s.Name)
		c := rules.compile(declaration)
		var err error
		if c.steps, err = compileRules(rules.Rules, host); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if len(c.fixed)+len(c.forwarded)+len(c.steps) > 0 {
			h.bySubgraph[s.Name] = c
		}
	}
	return nil
}

func (h *Headers) rulesFor(subgraph string) Rules {
	rules, own := h.All, h.Subgraphs[subgraph]
	if len(own.Forward) > 0 {
		rules.Forward = own.Forward
	}
	if len(own.Set) > 0 {
		rules.Set = own.Set
	}
	if len(own.Rules) > 0 {
		rules.Rules = own.Rules
	}
	return rules
}

func (r Rules) compile(declaration *caller.Declaration) (c compiled) {
	taken := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(r.Set)) {
		c.fixed = append(c.fixed, upstream.Header{Name: name, Value: r.Set[name]})
		taken[textproto.CanonicalMIMEHeaderKey(name)] = true
	}
	for _, name := range r.Forward {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if !taken[name] && !slices.Contains(neverForwarded, name) {
			c.forwarded = append(c.forwarded, forwarded{name, declaration.Header(name)})
			taken[name] = true
		}
	}
	return c
}

// SubgraphHeaders implements module.SubgraphHeaders.
func (h *Headers) SubgraphHeaders(s *supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	c, any := h.bySubgraph[s.Name]
	if !any {
		return nil
	}
	return c.write
}

func (c compiled) write(values *caller.Values, headers []upstream.Header) []upstream.Header {
	headers = append(headers, c.fixed...)
	for _, f := range c.forwarded {
		for _, value := range values.Header(f.ref) {
			headers = append(headers, upstream.Header{Name: f.name, Value: value})
		}
	}
	if len(c.steps) == 0 {
		return headers
	}
	// What other modules wrote is not for these rules to change.
	before := len(headers) - c.count(values)
	own := headers[before:]
	for _, s := range c.steps {
		own = s(values, own)
	}
	return append(headers[:before], own...)
}

// count is how many headers are forwarded and fixed.
func (c compiled) count(values *caller.Values) int {
	n := len(c.fixed)
	for _, f := range c.forwarded {
		n += len(values.Header(f.ref))
	}
	return n
}

// Check reports settings that cannot work.
func (h *Headers) Check(report func(key, format string, args ...any)) {
	h.All.check("all", report)
	for name, rules := range h.Subgraphs {
		rules.check("subgraphs."+name, report)
	}
}

// written are the headers that the router writes itself, in lower case: a second one would make its requests unclear.
var written = []string{
	"accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "host", "keep-alive",
	"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "weft-identity",
}

func (r Rules) check(key string, report func(key, format string, args ...any)) {
	for i, name := range r.Forward {
		checkName(fmt.Sprintf("%s.forward.%d", key, i), name, report)
	}
	for i := range r.Rules {
		r.Rules[i].check(fmt.Sprintf("%s.rules.%d", key, i), report)
	}
	for name, value := range r.Set {
		key := key + ".set." + name
		checkName(key, name, report)
		if slices.Contains(written, strings.ToLower(name)) {
			report(key, "%s is a header that the router writes itself; leave it out", name)
		}
		if strings.ContainsFunc(value, isControl) {
			report(key, "has a value with line breaks or other control characters, which a header cannot have")
		}
	}
}

// checkName reports what cannot be the name of a header (RFC 9110, section 5.1).
func checkName(key, name string, report func(key, format string, args ...any)) {
	bad := func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}
	if name == "" || strings.ContainsFunc(name, bad) {
		report(key, "%q is not the name of a header; write one like X-Tenant", name)
	}
}
