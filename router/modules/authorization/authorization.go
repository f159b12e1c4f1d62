// Package authorization decides what callers may see: @authenticated, @requiresScopes and @policy of the supergraph.
// What they may not see is taken out of operations before these are planned; it is never asked for.
package authorization

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"net/url"
	"slices"
	"time"

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

	decide     Policies
	slot       module.Slot
	remembered *decisions
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
	if !slices.ContainsFunc(requirements, func(r *supergraph.Requirement) bool { return r.Kind == supergraph.Policy }) {
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

// Denied implements module.Authorizer.
func (a *Authorization) Denied(_ *module.Operation, fields []*operation.Field) *server.Refusal {
	if a.Unauthorized == "filter" || len(fields) == 0 {
		return nil
	}
	f := fields[0]
	return &server.Refusal{
		Outcome: server.Forbidden, Code: "UNAUTHORIZED_FIELD_OR_TYPE",
		Message: "Unauthorized field or type: " + f.DeniedField().Parent.Name + "." + f.DeniedField().Name,
	}
}
