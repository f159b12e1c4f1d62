package validation

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// TypeNames checks only that every type that is referred to is defined.
func TypeNames(s *schema.Schema) []Violation {
	c := &checker{schema: s}
	knownTypeNames(c)
	return c.violations
}

// knownTypeNames: every type that is referred to is defined.
// https://spec.graphql.org/October2021/#sec-Type-System
func knownTypeNames(c *checker) {
	helped := 0
	known := func(name, from string, pos schema.Pos) {
		if c.schema.Type(name) == nil && !builtinScalars[name] {
			v := c.report(pos, "Type %q, used by %s, is not defined.", name, from)
			if helped++; helped <= maxSuggestions {
				v.Suggestion = unknownTypeHelp(c.schema, name)
			}
		}
	}
	arguments := func(args []*schema.Argument, owner string) {
		for _, a := range args {
			known(a.Type.Name(), owner+"("+a.Name+":)", a.Pos)
		}
	}
	for _, t := range c.schema.Types() {
		for _, i := range t.Interfaces {
			known(i.Name, t.Name, i.Pos)
		}
		for _, m := range t.Members {
			known(m.Name, t.Name, m.Pos)
		}
		for _, f := range t.Fields() {
			known(f.Type.Name(), f.Coordinate(), f.Pos)
			arguments(f.Arguments, f.Coordinate())
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		arguments(d.Arguments, "@"+d.Name)
	}
	for _, op := range schema.Operations {
		if root := c.schema.Roots[op]; root.Name != "" {
			known(root.Name, "the schema definition", root.Pos)
		}
	}
}

// maxSuggestions is how many misspelt names are compared with all names there are: nobody reads more suggestions.
const maxSuggestions = 20

func unknownTypeHelp(s *schema.Schema, name string) string {
	best, bestDistance := "", tooFar
	closer := func(known string) {
		if distance := nameDistance(known, name); distance < bestDistance {
			best, bestDistance = known, distance
		}
	}
	for _, t := range s.Types() {
		closer(t.Name)
	}
	for _, scalar := range slices.Sorted(maps.Keys(builtinScalars)) {
		closer(scalar)
	}
	if best == "" {
		return "Define the type in this subgraph too: a subgraph can only refer to types in its own schema."
	}
	return "Did you mean " + best + "?"
}

// isOutput and isInput report whether a named type may be used for results, for arguments; unknown types may be both.
func isOutput(s *schema.Schema, name string) bool {
	t := s.Type(name)
	return t == nil || builtinScalars[name] || t.Kind != ast.InputObject
}

func isInput(s *schema.Schema, name string) bool {
	t := s.Type(name)
	return t == nil || builtinScalars[name] || t.IsInput()
}
