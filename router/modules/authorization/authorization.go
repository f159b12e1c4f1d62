// Package authorization decides what callers may see: @authenticated, @requiresScopes and @policy of the supergraph.
// What they may not see is taken out of operations before these are planned; it is never asked for.
package authorization

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
)

//go:embed authorization.go
var source string

// Info describes the module.
var Info = With(nil)

// With describes the module with a function of one's own that decides about policies, instead of an endpoint.
func With(decide Policies) module.Info {
	return module.Info{Name: "authorization", New: func() module.Module { return defaults(decide) }, Source: source}
}

// Policies decides which of some policies a caller fulfils. It is called once for a request, with all policies that it
// needs to know about. Whatever it does not return is not fulfilled; after an error nothing is.
type Policies func(ctx context.Context, who *caller.Caller, policies []string) (fulfilled []string, err error)

// Authorization decides what callers may see.
type Authorization struct {
	// Enforce @authenticated, @requiresScopes and @policy. A graph that has them is not served without, unless
	// supergraph.unsupported_features says so.
	On bool `yaml:"enabled"`
	// What becomes of operations with fields that the caller may not see: filter (they are null, with an error each) or
	// reject (nothing is executed).
	Unauthorized string `yaml:"unauthorized"`
	// The claims that scopes may be in: text with blanks between them, or a list. All of them count.
	ScopeClaims []string `yaml:"scope_claims"`
	// Who decides about policies.
	Policies PolicySettings `yaml:"policies"`

	decide       Policies
	slot         module.Slot
	requirements map[string]*supergraph.Requirement
	remembered   *decisions
}

// PolicySettings say who decides about policies.
type PolicySettings struct {
	// An endpoint that is sent {"caller": {"subject", "issuer", "claims"}, "policies": [...]} with POST and answers
	// {"fulfilled": [...]}. Without one no policy is ever fulfilled.
	Endpoint string `yaml:"endpoint"`
	// Headers of these requests, such as a key: give it as ${VARIABLE}.
	Headers map[string]string `yaml:"headers"`
	// How long it may take. No policy is fulfilled after that.
	Timeout time.Duration `yaml:"timeout"`
	// How long decisions about a caller are remembered, in this process; 0 for not at all.
	Remember time.Duration `yaml:"remember"`
}

func defaults(decide Policies) *Authorization {
	return &Authorization{
		On: true, Unauthorized: "filter", ScopeClaims: []string{"scope", "scp", "scopes"},
		Policies: PolicySettings{Timeout: time.Second}, decide: decide,
	}
}

// Check implements module.Checker.
func (a *Authorization) Check(report func(key, format string, args ...any)) {
	if a.Unauthorized != "filter" && a.Unauthorized != "reject" {
		report("unauthorized", "%q is not possible; choose filter or reject", a.Unauthorized)
	}
	p := &a.Policies
	if u, err := url.Parse(p.Endpoint); p.Endpoint != "" &&
		(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		report(
			"policies.endpoint",
			"%q is not the address of an endpoint; write one like http://opa:8181/policies",
			p.Endpoint,
		)
	}
	if p.Timeout <= 0 {
		report("policies.timeout", "%s is not possible; it must be longer than nothing", p.Timeout)
	}
	if p.Remember < 0 {
		report("policies.remember", "%s is not possible; it must not be negative", p.Remember)
	}
}

// Enabled implements module.Module.
func (a *Authorization) Enabled() bool { return a.On }

// Provision implements module.Module.
func (a *Authorization) Provision(host module.Host) error {
	requirements := host.Supergraph().Requirements
	if len(requirements) == 0 {
		return module.ErrNotNeeded
	}
	// What is decided shows in the plan, and requests with different plans share nothing: those who may see the same may
	// well share it.
	host.VariesBy().Nothing()
	a.slot = host.Slot()
	a.requirements = map[string]*supergraph.Requirement{}
	policies := false
	for _, r := range requirements {
		a.requirements[r.Label] = r
		policies = policies || r.Kind == supergraph.Policy
	}
	if !policies {
		return nil
	}
	if a.decide == nil && a.Policies.Endpoint != "" {
		a.decide = ask(&a.Policies)
	}
	if a.decide == nil {
		host.Logger().Warn("the graph has @policy, but nobody decides about policies: what they protect is seen by nobody",
			"set", "authorization.policies.endpoint")
		a.decide = func(context.Context, *caller.Caller, []string) ([]string, error) { return nil, nil }
	}
	a.remembered = newDecisions(a.decide, a.Policies.Remember, host.Logger())
	return nil
}

// CompileDocument implements module.DocumentCompiler: the policies that a document asks for.
func (a *Authorization) CompileDocument(p *operation.Prepared) (any, gqlerror.List) {
	var names []string
	for _, c := range p.Conditions() {
		if c.Access == nil || c.Access.Kind != supergraph.Policy {
			continue
		}
		for _, all := range c.Access.Alternatives {
			names = append(names, all...)
		}
	}
	if names == nil {
		return nil, nil
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Admit implements module.Admitter: it has the policies decided that the document asks for, all at once.
func (a *Authorization) Admit(ctx context.Context, op *module.Operation) *server.Refusal {
	if names, ok := op.Compiled(a.slot).([]string); ok {
		*op.Slot(a.slot) = a.remembered.fulfilled(ctx, op.Values.Caller(), names)
	}
	return nil
}

// Decide implements module.Conditions.
func (a *Authorization) Decide(op *module.Operation, label string) (on, known bool) {
	r := a.requirements[label]
	if r == nil {
		return false, false
	}
	switch r.Kind {
	case supergraph.Authenticated:
		return !op.Values.Caller().Anonymous(), true
	case supergraph.RequiresScopes:
		who := op.Values.Caller()
		return one(r.Alternatives, func(scope string) bool { return a.hasScope(who, scope) }), true
	default:
		fulfilled, _ := (*op.Slot(a.slot)).([]string)
		return one(r.Alternatives, func(policy string) bool { return slices.Contains(fulfilled, policy) }), true
	}
}

// one tells whether everything of one alternative is there.
func one(alternatives [][]string, has func(string) bool) bool {
next:
	for _, all := range alternatives {
		for _, name := range all {
			if !has(name) {
				continue next
			}
		}
		return true
	}
	return false
}

// hasScope looks for a scope in the claims. Only claims count: anybody can say anything of themselves.
func (a *Authorization) hasScope(who *caller.Caller, scope string) bool {
	for _, name := range a.ScopeClaims {
		switch claim := who.Claims[name].(type) {
		case string:
			for word := range strings.FieldsSeq(claim) {
				if word == scope {
					return true
				}
			}
		case []any:
			for _, each := range claim {
				if each == any(scope) {
					return true
				}
			}
		case []string:
			if slices.Contains(claim, scope) {
				return true
			}
		}
	}
	return false
}

// Denied implements module.Authorizer.
func (a *Authorization) Denied(_ *module.Operation, fields []*operation.Field) *server.Refusal {
	if a.Unauthorized == "filter" || len(fields) == 0 {
		return nil
	}
	f := fields[0]
	return &server.Refusal{
		Outcome: server.Forbidden, Code: "UNAUTHORIZED_FIELD_OR_TYPE",
		Message: "Unauthorized field or type: " + f.Denied.Parent.Name + "." + f.Denied.Name,
	}
}
