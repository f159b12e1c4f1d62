package subgraph

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// listSizes: @listSize is on a list (LIST_SIZE_APPLIED_TO_NON_LIST), assumes no negative size
// (LIST_SIZE_INVALID_ASSUMED_SIZE), takes the size from integer arguments of the field
// (LIST_SIZE_INVALID_SLICING_ARGUMENT), or is about lists in the field's type (LIST_SIZE_INVALID_SIZED_FIELD).
func listSizes(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			if d := schema.First(f.Directives, federation.ListSize); d != nil {
				out = append(out, s.listSize(f, d)...)
			}
		}
	}
	return out
}

func (s *Subgraph) listSize(f *schema.Field, d *schema.Directive) []*problem.Error {
	var out []*problem.Error
	fail := func(code problem.Code, format string, args ...any) {
		out = append(out, s.Errorf(code, d.Pos, format, args...))
	}
	sized := stringList(d.Arg("sizedFields"))
	if f.Type.Elem == nil && len(sized) == 0 {
		fail(problem.ListSizeAppliedToNonList, "@%s cannot be used on %q, which is not a list.", d.Name, f.Coordinate())
	}
	if v := d.Arg("assumedSize"); v != nil && strings.HasPrefix(v.Raw, "-") {
		fail(problem.ListSizeInvalidAssumedSize, "The assumed size of %q cannot be negative.", f.Coordinate())
	}
	for _, name := range stringList(d.Arg("slicingArguments")) {
		a := f.Argument(name)
		switch {
		case a == nil:
			fail(
				problem.ListSizeInvalidSlicingArgument,
				"Field %q has no argument %q that could say the size.",
				f.Coordinate(),
				name,
			)
		case a.Type.NamedType != "Int":
			fail(
				problem.ListSizeInvalidSlicingArgument,
				"Argument \"%s(%s:)\" cannot say the size: its type is %s, not Int.",
				f.Coordinate(),
				name,
				a.Type,
			)
		}
	}
	if len(sized) > 0 {
		out = append(out, s.sizedFields(f, d, sized)...)
	}
	return out
}

func (s *Subgraph) sizedFields(f *schema.Field, d *schema.Directive, sized []string) []*problem.Error {
	var out []*problem.Error
	result := s.Schema.Type(f.Type.Name())
	if result == nil || !result.IsComposite() {
		return []*problem.Error{
			s.Errorf(
				problem.ListSizeInvalidSizedField,
				d.Pos,
				"Field %q has no sized fields: its type %s has no fields.",
				f.Coordinate(),
				f.Type,
			),
		}
	}
	for _, name := range sized {
		first, rest, below := strings.Cut(name, ".")
		inner := result.Field(first)
		for below && inner != nil {
			first, rest, below = strings.Cut(rest, ".")
			if t := s.Schema.Type(inner.Type.Name()); t != nil {
				inner = t.Field(first)
			} else {
				inner = nil
			}
		}
		switch {
		case inner == nil:
			out = append(
				out,
				s.Errorf(problem.ListSizeInvalidSizedField, d.Pos, "Sized field %q is not a field of %s.", name, result.Name),
			)
		case inner.Type.Elem == nil:
			out = append(
				out,
				s.Errorf(problem.ListSizeAppliedToNonList, d.Pos, "Sized field %q is not a list.", inner.Coordinate()),
			)
		}
	}
	return out
}

func stringList(v *ast.Value) []string {
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	if v.Kind != ast.ListValue {
		return []string{v.Raw}
	}
	var out []string
	for _, c := range v.Children {
		out = append(out, c.Value.Raw)
	}
	return out
}
