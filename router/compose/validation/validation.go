// Package validation checks that a schema is valid GraphQL: one rule of the specification per file.
package validation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// Violation is one place where a schema breaks the specification.
type Violation struct {
	Message    string
	Suggestion string
	Pos        []schema.Pos
}

// Schema checks s against all rules and returns what it violates: rule by rule, within a rule in definition order.
func Schema(s *schema.Schema) []Violation {
	c := &checker{schema: s}
	for _, rule := range []func(*checker){
		knownDirectives,
		uniqueDirectivesPerLocation,
		argumentNamesOnDirectives,
		knownTypeNames,
		inputAndOutputTypes,
		reservedNames,
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

type checker struct {
	schema *schema.Schema
	// merged says that the schema is a merged one.
	merged     bool
	violations []Violation
}

func (c *checker) report(pos schema.Pos, format string, args ...any) *Violation {
	c.violations = append(c.violations, Violation{Message: fmt.Sprintf(format, args...), Pos: []schema.Pos{pos}})
	return &c.violations[len(c.violations)-1]
}

// builtinScalars are the scalars every schema has.
var builtinScalars = map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}

// IsBuiltinScalar reports whether name is one of the five scalars of the specification.
func IsBuiltinScalar(name string) bool { return builtinScalars[name] }

// element is anything directives can be applied to.
type element struct {
	coordinate string
	location   ast.DirectiveLocation
	directives []*schema.Directive
}

var typeLocations = map[schema.Kind]ast.DirectiveLocation{
	ast.Scalar: ast.LocationScalar, ast.Object: ast.LocationObject, ast.Interface: ast.LocationInterface,
	ast.Union: ast.LocationUnion, ast.Enum: ast.LocationEnum, ast.InputObject: ast.LocationInputObject,
}

// elements calls visit for every element that has directives.
func (c *checker) elements(visit func(element)) {
	at := func(directives []*schema.Directive, location ast.DirectiveLocation, coordinate func() string) {
		if len(directives) > 0 {
			visit(element{coordinate(), location, directives})
		}
	}
	at(c.schema.Directives, ast.LocationSchema, func() string { return "the schema definition" })
	for _, d := range c.schema.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			at(a.Directives, ast.LocationArgumentDefinition, func() string { return "@" + d.Name + "(" + a.Name + ":)" })
		}
	}
	for _, t := range c.schema.Types() {
		at(t.Directives, typeLocations[t.Kind], func() string { return t.Name })
		for _, f := range t.Fields() {
			location := ast.LocationFieldDefinition
			if t.Kind == ast.InputObject {
				location = ast.LocationInputFieldDefinition
			}
			at(f.Directives, location, f.Coordinate)
			for _, a := range f.Arguments {
				at(a.Directives, ast.LocationArgumentDefinition, func() string { return f.Coordinate() + "(" + a.Name + ":)" })
			}
		}
		for _, v := range t.Values {
			at(v.Directives, ast.LocationEnumValue, func() string { return t.Name + "." + v.Name })
		}
	}
}
