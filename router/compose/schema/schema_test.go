package schema_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/router/compose/schema"
)

func build(t *testing.T, sdl string) (*schema.Schema, []schema.Conflict) {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema.Build(doc)
}

func TestPrintKeepsWhatWasWritten(t *testing.T) {
	const sdl = `"""What it is"""
schema
  @d(x: {a: [1, "q\"\\\n"]})
{
  query: Q
}

directive @d(
  """An argument"""
  x: S = {a: 1}
  y: [E!]! = [A]
) repeatable on SCHEMA | OBJECT | FIELD_DEFINITION

enum E {
  """First"""
  A
  B @deprecated
}

input I {
  x: Int = 3 @deprecated(reason: "old")
}

interface N {
  id: ID!
}

"""
Two
lines
"""
type Q implements N
  @d(y: [A])
{
  id: ID!

  """
  A description that is so long that the printer gives it lines of its own, as others do
  """
  f(a: I = {x: 1}, b: [String!]): [Q!]! @d(x: 1.5)
}

scalar S

union U = Q
`
	s, conflicts := build(t, sdl)
	if len(conflicts) > 0 {
		t.Fatal(conflicts)
	}
	if got := schema.Print(s, schema.Style{Sorted: true, Directives: true}); got != sdl {
		t.Errorf("printed:\n%s", got)
	}
}

func TestBuildMergesExtensions(t *testing.T) {
	s, conflicts := build(t, "extend type T @a { x: Int } type T @b { y: Int } extend enum E { A } union U = T extend union U = V")
	if len(conflicts) > 0 {
		t.Fatal(conflicts)
	}
	typ := s.Type("T")
	if !typ.HasDefinition || !typ.HasExtension || len(typ.Fields()) != 2 || len(typ.Directives) != 2 || !typ.Directives[0].OfExtension || typ.Directives[1].OfExtension {
		t.Errorf("%+v", typ)
	}
	if e := s.Type("E"); e.HasDefinition || e.Value("A") == nil {
		t.Errorf("%+v", e)
	}
	if !s.Type("U").HasMember("V") {
		t.Error("the union lacks the member of its extension")
	}
}

func TestBuildReportsConflicts(t *testing.T) {
	for _, sdl := range []string{
		"type T { a: Int } type T { b: Int }", "type T { a: Int a: Int }", "type T { a: Int } extend type T { a: Int }",
		"directive @d on FIELD directive @d on FIELD", "type T implements I & I { a: Int }",
	} {
		if _, conflicts := build(t, sdl); len(conflicts) != 1 || len(conflicts[0].Pos) == 0 {
			t.Errorf("%s: %+v", sdl, conflicts)
		}
	}
}

func TestRenameTypeFollowsReferences(t *testing.T) {
	s, _ := build(t, "schema { query: Q } type Q { a(i: [In!]): [Q!]! u: U } union U = Q input In { x: In }")
	s.RenameType(s.Type("Q"), "Query")
	s.RenameType(s.Type("In"), "Input")
	q := s.Type("Query")
	if q == nil || s.Type("Q") != nil || q.Field("a").Type.String() != "[Query!]!" || q.Field("a").Argument("i").Type.String() != "[Input!]" {
		t.Errorf("%+v", q)
	}
	if !s.Type("U").HasMember("Query") || s.Roots[schema.Query].Name != "Query" || s.Type("Input").Field("x").Type.Name() != "Input" {
		t.Error("a reference keeps the old name")
	}
}

func TestEqualValues(t *testing.T) {
	s, _ := build(t, `type T { a(x: S = {a: 1, b: ["q"]}, y: S = {b: ["""q"""], a: 1.0}, z: S = {a: 1, b: []}): Int }`)
	args := s.Type("T").Field("a").Arguments
	if !schema.EqualValues(args[0].Default, args[1].Default) {
		t.Error("the same value in other notation is not equal")
	}
	if schema.EqualValues(args[0].Default, args[2].Default) || schema.EqualValues(args[0].Default, nil) {
		t.Error("different values are equal")
	}
}

func TestLongListsAreFoundInWhole(t *testing.T) {
	e := &schema.Type{Kind: ast.Enum, Name: "E"}
	for i := range 40 {
		name := "V" + string(rune('A'+i))
		if e.Value(name) != nil {
			t.Errorf("%s is there before it was added", name)
		}
		e.Values = append(e.Values, &schema.EnumValue{Name: name})
		if e.Value(name) == nil || e.Value("VA") == nil {
			t.Errorf("%s is not found", name)
		}
	}
	e.Values = e.Values[:20]
	if e.Value("VA") == nil || e.Value("V"+string(rune('A'+30))) != nil {
		t.Error("the index outlives the values")
	}
}
