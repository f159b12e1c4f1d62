package validation

import "github.com/weft-graphql/weft/router/compose/schema"

// Merged checks a schema merged from valid ones against the rules that merging can break.
func Merged(s *schema.Schema) []Violation {
	c := &checker{schema: s, merged: true}
	for _, rule := range []func(*checker){
		knownDirectives,
		argumentNamesOnDirectives,
		knownTypeNames,
		inputAndOutputTypes,
		nonEmptyTypes,
		rootTypes,
		unionMembers,
		interfaceImplementations,
		inputObjectCycles,
		requiredDeprecated,
		valuesOfCorrectType,
	} {
		rule(c)
	}
	return c.violations
}
