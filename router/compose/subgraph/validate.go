package subgraph

import "github.com/weft-graphql/weft/router/compose/problem"

// rules are the rules of federation each subgraph keeps by itself, in the order their errors are reported.
var rules = []func(*Subgraph) []*problem.Error{
	federationTypesInUse,
	joinTypes,
	providesOnObjectFields,
	keyFields,
	requiresFields,
	providesFields,
	contextNames,
	contextArguments,
	externalOnInterface,
	externalUsed,
	keysOfInterfaces,
	interfaceObjectKeys,
	shareableUsage,
	costs,
	listSizes,
	authOnInterfaces,
	cacheTags,
}

// Validate checks a subgraph, which must be upgraded to Federation 2, against the rules of federation.
func Validate(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, rule := range rules {
		out = append(out, rule(s)...)
	}
	return out
}
