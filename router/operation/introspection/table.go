package introspection

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/jsontext"
)

// text is JSON, ready to be printed.
type text string

const null text = "null"

// Schema is a schema prepared for introspection: tables of all that can be asked for, whose rows refer to each other by
// number. It is immutable.
type Schema struct {
	description                   text
	query, mutation, subscription int32
	// named are the types in the order of their names, as numbers of rows in types.
	named  []int32
	byName map[string]int32
	// types has a row for every named type, and for every list and non-null around one that occurs.
	types      []typeRow
	directives []directiveRow
	// capabilities are what __service tells of.
	capabilities []capabilityRow
}

// none is the number of no row.
const none int32 = -1

type typeRow struct {
	kind, name, description, specifiedBy, oneOf text
	ofType                                      int32
	// What types of this kind do not have is nil; an empty list is not.
	fields               []fieldRow
	inputFields          []inputRow
	interfaces, possible []int32
	values               []valueRow
}

// deprecation is the reason for which something is deprecated; empty when it is not.
type deprecation text

type fieldRow struct {
	name, description text
	args              []inputRow
	typ               int32
	deprecated        deprecation
}

// inputRow is an argument or an input field.
type inputRow struct {
	name, description, defaultValue text
	typ                             int32
	deprecated                      deprecation
}

type valueRow struct {
	name, description text
	deprecated        deprecation
}

type directiveRow struct {
	name, description, repeatable, locations text
	args                                     []inputRow
}

// New prepares a schema: its types and directives sorted by name. @defer is not told: it is not the specification's.
func New(schema *ast.Schema) *Schema {
	b := builder{
		s: &Schema{
			description: optional(schema.Description), byName: make(map[string]int32, len(schema.Types)),
			directives: []directiveRow{},
		},
		schema: schema, wrapped: map[string]int32{},
	}
	defs := make([]*ast.Definition, 0, len(schema.Types))
	used := referenced(schema)
	for _, t := range schema.Types {
		if !t.BuiltIn || t.Kind != ast.Scalar || used[t.Name] {
			defs = append(defs, t)
		}
	}
	slices.SortFunc(defs, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	// All named types first: their rows refer to each other.
	b.s.types = make([]typeRow, len(defs))
	for i, def := range defs {
		b.s.byName[def.Name] = int32(i)
		if !unlisted[def.Name] {
			b.s.named = append(b.s.named, int32(i))
		}
	}
	for i, def := range defs {
		row := b.row(def) // which adds to types
		b.s.types[i] = row
	}
	b.s.query, b.s.mutation, b.s.subscription = b.root(schema.Query), b.root(schema.Mutation), b.root(schema.Subscription)
	for _, name := range slices.Sorted(maps.Keys(schema.Directives)) {
		if d := schema.Directives[name]; name != "defer" {
			b.s.directives = append(b.s.directives, directiveRow{
				name: quoted(d.Name), description: optional(d.Description), repeatable: boolean(d.IsRepeatable),
				locations: locations(d), args: b.arguments(d.Arguments),
			})
		}
	}
	return b.s
}

// unlisted are the introspection types that __schema does not list: graphql-js, which does not know them yet, takes a
// schema for invalid that has types of its own with such names. __type tells of them.
var unlisted = map[string]bool{"__Service": true, "__Capability": true}

// builder fills a Schema.
type builder struct {
	s      *Schema
	schema *ast.Schema
	// wrapped finds the rows of lists and non-nulls by how they are written.
	wrapped map[string]int32
}

func (b *builder) root(def *ast.Definition) int32 {
	if def == nil {
		return none
	}
	return b.number(def.Name)
}

func (b *builder) number(name string) int32 {
	if t, ok := b.s.byName[name]; ok {
		return t
	}
	return none
}

// row makes the row of a named type.
func (b *builder) row(def *ast.Definition) typeRow {
	row := typeRow{
		kind: quoted(string(def.Kind)), name: quoted(def.Name), description: optional(def.Description),
		specifiedBy: optional(directiveArgument(def.Directives, "specifiedBy", "url", "")), oneOf: null, ofType: none,
	}
	switch def.Kind {
	case ast.Object, ast.Interface:
		row.fields = b.fields(def.Fields)
		row.interfaces = make([]int32, 0, len(def.Interfaces))
		for _, name := range def.Interfaces {
			row.interfaces = append(row.interfaces, b.number(name))
		}
	case ast.Enum:
		row.values = make([]valueRow, 0, len(def.EnumValues))
		for _, v := range def.EnumValues {
			row.values = append(row.values, valueRow{quoted(v.Name), optional(v.Description), deprecationOf(v.Directives)})
		}
	case ast.InputObject:
		row.oneOf = boolean(def.Directives.ForName("oneOf") != nil)
		row.inputFields = make([]inputRow, 0, len(def.Fields))
		for _, f := range def.Fields {
			row.inputFields = append(row.inputFields, b.input(f.Name, f.Description, f.Type, f.DefaultValue, f.Directives))
		}
	}
	if def.IsAbstractType() {
		possible := b.schema.GetPossibleTypes(def)
		row.possible = make([]int32, 0, len(possible))
		for _, p := range possible {
			row.possible = append(row.possible, b.number(p.Name))
		}
	}
	return row
}

func (b *builder) fields(list ast.FieldList) []fieldRow {
	rows := make([]fieldRow, 0, len(list))
	for _, f := range list {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		rows = append(rows, fieldRow{
			name: quoted(f.Name), description: optional(f.Description), args: b.arguments(f.Arguments), typ: b.ref(f.Type),
			deprecated: deprecationOf(f.Directives),
		})
	}
	return rows
}

func (b *builder) arguments(list ast.ArgumentDefinitionList) []inputRow {
	rows := make([]inputRow, 0, len(list))
	for _, a := range list {
		rows = append(rows, b.input(a.Name, a.Description, a.Type, a.DefaultValue, a.Directives))
	}
	return rows
}

func (b *builder) input(name, description string, t *ast.Type, value *ast.Value, ds ast.DirectiveList) inputRow {
	row := inputRow{
		name: quoted(name), description: optional(description), defaultValue: null, typ: b.ref(t), deprecated: deprecationOf(ds),
	}
	if value != nil {
		row.defaultValue = quoted(defaultValue(b.schema, value, t))
	}
	return row
}

// ref returns the number of the row of a type with its lists and non-nulls.
func (b *builder) ref(t *ast.Type) int32 {
	if !t.NonNull && t.Elem == nil {
		return b.number(t.NamedType)
	}
	spelled := t.String()
	if known, ok := b.wrapped[spelled]; ok {
		return known
	}
	row := typeRow{kind: `"LIST"`, name: null, description: null, specifiedBy: null, oneOf: null}
	if t.NonNull {
		inner := *t
		inner.NonNull = false
		row.kind, row.ofType = `"NON_NULL"`, b.ref(&inner)
	} else {
		row.ofType = b.ref(t.Elem)
	}
	b.s.types = append(b.s.types, row)
	number := int32(len(b.s.types) - 1)
	b.wrapped[spelled] = number
	return number
}

func locations(d *ast.DirectiveDefinition) text {
	list := []byte{'['}
	for _, l := range d.Locations {
		if l == "DIRECTIVE_DEFINITION" {
			// Newer than the specification's __DirectiveLocation, which clients check against.
			continue
		}
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = append(list, quoted(string(l))...)
	}
	return text(append(list, ']'))
}

func deprecationOf(ds ast.DirectiveList) deprecation {
	if ds.ForName("deprecated") == nil {
		return ""
	}
	return deprecation(quoted(directiveArgument(ds, "deprecated", "reason", "No longer supported")))
}

func directiveArgument(ds ast.DirectiveList, directive, name, absent string) string {
	d := ds.ForName(directive)
	if d == nil {
		return absent
	}
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return absent
}

func boolean(b bool) text {
	if b {
		return "true"
	}
	return "false"
}

// optional is a string, or null when it is empty.
func optional(s string) text {
	if s == "" {
		return null
	}
	return quoted(s)
}

func quoted(s string) text { return text(jsontext.AppendQuoted(nil, s)) }
