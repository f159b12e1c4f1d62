package validation

import (
	"strings"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// introspectionTypes may be spelled out, as some servers do; the definitions are ignored.
var introspectionTypes = map[string]bool{
	"__Schema": true, "__Type": true, "__TypeKind": true, "__Field": true, "__InputValue": true, "__EnumValue": true,
	"__Directive": true, "__DirectiveLocation": true,
}

// IsIntrospectionType reports whether name is that of a type of the introspection schema.
func IsIntrospectionType(name string) bool { return introspectionTypes[name] }

// reservedNames: names starting with two underscores belong to introspection.
// https://spec.graphql.org/October2021/#sec-Names.Reserved-Names
func reservedNames(c *checker) {
	check := func(name string, pos schema.Pos) {
		if strings.HasPrefix(name, "__") && pos.Known() {
			c.report(pos, "Name %q is reserved: names that begin with two underscores belong to introspection.", name)
		}
	}
	arguments := func(args []*schema.Argument) {
		for _, a := range args {
			check(a.Name, a.Pos)
		}
	}
	for _, d := range c.schema.DirectiveDefinitions() {
		check(d.Name, d.Pos)
		arguments(d.Arguments)
	}
	for _, t := range c.schema.Types() {
		check(t.Name, t.Pos)
		for _, f := range t.Fields() {
			check(f.Name, f.Pos)
			arguments(f.Arguments)
		}
		for _, v := range t.Values {
			check(v.Name, v.Pos)
			if v.Name == "true" || v.Name == "false" || v.Name == "null" {
				c.report(v.Pos, "Enum %s cannot have the value %s.", t.Name, v.Name)
			}
		}
	}
}
