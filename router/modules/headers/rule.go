package headers

import (
	"fmt"
	"net/textproto"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/expression"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

// HeaderRule writes headers of requests to subgraphs, or takes them away. Exactly one of propagate, matching, insert
// and remove says what it does. Rules apply in order; a later one replaces what an earlier one wrote under the same
// name.
type HeaderRule struct {
	// Pass this header of the client's on.
	Propagate string `yaml:"propagate"`
	// Pass on all headers of the client's whose name this regular expression matches as a whole, without regard to case.
	// Credentials (Authorization, Cookie and the like) must be named, and are never meant.
	Matching string `yaml:"matching"`
	// With propagate: the name under which the subgraph gets it.
	Rename string `yaml:"rename"`
	// With propagate: the value when the client sends none.
	Default string `yaml:"default"`
	// Write this header, with one of the following as its value; not at all when that is empty.
	Insert string `yaml:"insert"`
	// A fixed value.
	Value string `yaml:"value"`
	// The value of an environment variable when the router starts.
	Env string `yaml:"env"`
	// A claim of the caller.
	Claim string `yaml:"claim"`
	// What an expression yields, in the language of expr-lang.org: header("X-Tenant"), claim("tenant") ?? "none".
	Expression string `yaml:"expression"`
	// Leave this header out, whichever rule has written it.
	Remove string `yaml:"remove"`
}

// neverForwarded are headers that belong to one connection or body (hop by hop: RFC 9110, section 7.6.1), or that only
// the router itself may write.
var neverForwarded = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Host", "Content-Length", "Content-Type", "Content-Encoding", "Accept",
	"Accept-Encoding", wire.IdentityHeader,
}

// credentials are headers that say who somebody is: patterns never mean them.
var credentials = []string{"Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-Auth-Token", "X-Csrf-Token"}

// step is a compiled rule: it adds to the headers of a request.
type step func(values *caller.Values, headers []upstream.Header) []upstream.Header

// compile makes the rule's step, and declares what it reads.
func (r *HeaderRule) compile(declaration *caller.Declaration) (step, error) {
	switch {
	case r.Propagate != "":
		return r.propagate(declaration), nil
	case r.Matching != "":
		return r.matching(declaration)
	case r.Remove != "":
		name := textproto.CanonicalMIMEHeaderKey(r.Remove)
		return func(_ *caller.Values, headers []upstream.Header) []upstream.Header { return without(headers, name) }, nil
	}
	return r.insert(declaration)
}

func (r *HeaderRule) propagate(declaration *caller.Declaration) step {
	from := textproto.CanonicalMIMEHeaderKey(r.Propagate)
	name := from
	if r.Rename != "" {
		name = textproto.CanonicalMIMEHeaderKey(r.Rename)
	}
	if slices.Contains(neverForwarded, from) {
		return nil
	}
	ref, otherwise := declaration.Header(from), r.Default
	return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
		lines := values.Header(ref)
		if len(lines) == 0 && otherwise == "" {
			return headers
		}
		headers = without(headers, name)
		if len(lines) == 0 {
			return append(headers, upstream.Header{Name: name, Value: otherwise})
		}
		for _, line := range lines {
			headers = append(headers, upstream.Header{Name: name, Value: line})
		}
		return headers
	}
}

func (r *HeaderRule) matching(declaration *caller.Declaration) (step, error) {
	pattern, err := compilePattern(r.Matching)
	if err != nil {
		return nil, err
	}
	ref := declaration.Headers(r.Matching, func(name string) bool {
		return pattern.MatchString(name) && !slices.Contains(neverForwarded, name) && !slices.Contains(credentials, name)
	})
	return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
		for _, name := range values.Headers(ref) {
			headers = without(headers, name)
			for _, line := range values.Lines(ref, name) {
				headers = append(headers, upstream.Header{Name: name, Value: line})
			}
		}
		return headers
	}, nil
}

func compilePattern(text string) (*regexp.Regexp, error) {
	return regexp.Compile("(?i)^(?:" + text + ")$")
}

func (r *HeaderRule) insert(declaration *caller.Declaration) (step, error) {
	name := textproto.CanonicalMIMEHeaderKey(r.Insert)
	write := func(headers []upstream.Header, value string) []upstream.Header {
		headers = without(headers, name)
		// What a claim or a header says must not end the line (RFC 9110, section 5.5).
		if value == "" || strings.ContainsFunc(value, isControl) {
			return headers
		}
		return append(headers, upstream.Header{Name: name, Value: value})
	}
	switch {
	case r.Claim != "":
		ref := declaration.Claim(r.Claim)
		return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
			claim, _ := values.Claim(ref)
			text, _ := expression.Written(claim)
			return write(headers, text)
		}, nil
	case r.Expression != "":
		compiled, err := expression.Compile(r.Expression)
		if err != nil {
			return nil, err
		}
		reads := newInputs(compiled, declaration)
		return func(values *caller.Values, headers []upstream.Header) []upstream.Header {
			text, _, err := compiled.Text(reads.of(values))
			if err != nil {
				text = ""
			}
			return write(headers, text)
		}, nil
	}
	value := r.Value
	if r.Env != "" {
		value = os.Getenv(r.Env)
	}
	return func(_ *caller.Values, headers []upstream.Header) []upstream.Header { return write(headers, value) }, nil
}

// without takes the lines of a header away.
func without(headers []upstream.Header, name string) []upstream.Header {
	return slices.DeleteFunc(headers, func(h upstream.Header) bool {
		return h.Name == name || textproto.CanonicalMIMEHeaderKey(h.Name) == name
	})
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// inputs are what an expression may read: what was declared.
type inputs struct {
	headers map[string]caller.HeaderRef
	claims  map[string]caller.ClaimRef
}

func newInputs(e *expression.Expression, declaration *caller.Declaration) *inputs {
	in := &inputs{map[string]caller.HeaderRef{}, map[string]caller.ClaimRef{}}
	for _, name := range e.Headers {
		in.headers[name] = declaration.Header(name)
	}
	for _, name := range e.Claims {
		in.claims[name] = declaration.Claim(name)
	}
	return in
}

func (in *inputs) of(values *caller.Values) expression.Inputs { return requested{in, values} }

// requested are the inputs of one request.
type requested struct {
	*inputs
	values *caller.Values
}

// Header implements expression.Inputs.
func (r requested) Header(name string) string {
	if lines := r.values.Header(r.headers[name]); len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// Claim implements expression.Inputs.
func (r requested) Claim(name string) any {
	if claim, ok := r.values.Claim(r.claims[name]); ok {
		return claim
	}
	return nil
}

// Variable implements expression.Inputs. There are none.
func (r requested) Variable(string) string { return "" }

// check reports what cannot work.
func (r *HeaderRule) check(key string, report func(key, format string, args ...any)) {
	does, values := 0, 0
	for _, what := range []string{r.Propagate, r.Matching, r.Insert, r.Remove} {
		if what != "" {
			does++
		}
	}
	for _, value := range []string{r.Value, r.Env, r.Claim, r.Expression} {
		if value != "" {
			values++
		}
	}
	switch {
	case does != 1:
		report(key, "must say one of propagate, matching, insert and remove")
	case r.Insert != "" && values != 1:
		report(key, "must say one of value, env, claim and expression: what is inserted?")
	case r.Insert == "" && values > 0:
		report(key, "has a value, but inserts nothing; write insert: X-Name")
	case r.Propagate == "" && r.Rename+r.Default != "":
		report(key, "has rename or default, which go with propagate")
	}
	for name, header := range map[string]string{"propagate": r.Propagate, "insert": r.Insert, "remove": r.Remove, "rename": r.Rename} {
		if header == "" {
			continue
		}
		checkName(key+"."+name, header, report)
		if (name == "insert" || name == "rename") && slices.Contains(written, strings.ToLower(header)) {
			report(key+"."+name, "%s is a header that the router writes itself", header)
		}
		if name == "propagate" && slices.Contains(neverForwarded, textproto.CanonicalMIMEHeaderKey(header)) {
			report(key+"."+name, "%s belongs to the client's connection and is never passed on", header)
		}
	}
	if _, err := compilePattern(r.Matching); err != nil {
		report(key+".matching", "%s", err)
	}
	if r.Expression != "" {
		if _, err := expression.Compile(r.Expression); err != nil {
			report(key+".expression", "%s", err)
		}
	}
	if strings.ContainsFunc(r.Value+r.Default, isControl) {
		report(key, "has a value with line breaks or other control characters, which a header cannot have")
	}
	if r.Env != "" {
		if _, ok := os.LookupEnv(r.Env); !ok {
			report(key+".env", "the environment variable %s is not set", r.Env)
		}
	}
}

// compileRules compiles rules into one step; nil when there are none.
func compileRules(rules []HeaderRule, host module.Host) ([]step, error) {
	var steps []step
	for i := range rules {
		s, err := rules[i].compile(host.VariesBy())
		if err != nil {
			return nil, fmt.Errorf("rules.%d: %w", i, err)
		}
		if s != nil {
			steps = append(steps, s)
		}
	}
	return steps, nil
}
