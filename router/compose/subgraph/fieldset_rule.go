package subgraph

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// fieldSetRule is what a field set in an argument of one federation directive must keep.
type fieldSetRule struct {
	directive federation.Directive
	// notString, invalid, hasDirectives and hasArguments are the codes for what can be wrong; hasArguments is empty
	// where fields with arguments are allowed.
	notString, invalid, hasDirectives, hasArguments problem.Code
	// check looks at each valid selection; it returns the code and message of the first mistake.
	check func(s *Subgraph, sel *Selection, insideExternal bool) (problem.Code, string)
}

// apply checks one application of the directive; t is the type its fields are selected from, on is where it is
// written.
func (r fieldSetRule) apply(s *Subgraph, t *schema.Type, d *schema.Directive, on string) []*problem.Error {
	fail := func(code problem.Code, offset int, format string, args ...any) []*problem.Error {
		message := fmt.Sprintf(format, args...)
		return []*problem.Error{s.Errorf(code, inString(d, offset), "@%s on %s: %s.", d.Name, on, message)}
	}
	raw, ok := d.StringArg("fields")
	if !ok {
		return fail(r.notString, 0, "the fields must be given as a string, not as %s", valueText(d.Arg("fields")))
	}
	parsed, err := federation.ParseFieldSet(raw)
	whole := raw
	raw = shortened(raw)
	if err != nil {
		return fail(r.invalid, offsetOf(err), "%q is not a selection of fields: %s", raw, err)
	}
	if application := hasDirectives(parsed); application != nil && aliasOffset(whole) < 0 {
		return fail(r.hasDirectives, 0, "%q applies @%s, but field sets cannot have directives", raw, application.Name)
	}
	if !t.IsComposite() {
		return fail(r.invalid, 0, "%q selects from %s, which has no fields", raw, t.Name)
	}
	selections, err := resolve(s.Schema, t, parsed, whole)
	var required requiredArgumentError
	if r.hasArguments != "" && !errors.As(err, &required) {
		if withArguments := firstWithArguments(s.Schema, t, parsed); withArguments != nil {
			return fail(
				r.hasArguments,
				0,
				"%q selects %s, but fields with arguments cannot be selected here",
				raw,
				withArguments.Coordinate(),
			)
		}
	}
	var missing missingSelectionError
	if errors.As(err, &missing) && r.directive == federation.Key {
		if code, message := r.check(s, missing.of, false); code != "" {
			return fail(code, offsetOf(err), "%q %s", raw, message)
		}
	}
	if err != nil {
		errs := fail(r.invalid, offsetOf(err), "%q is not valid: %s", raw, err)
		errs[0].Suggestion = "Correct the field set, or declare the missing field here and mark it @external if another " +
			"subgraph resolves it."
		var impossible conditionError
		if !errors.As(err, &impossible) {
			return errs
		}
		s.Impossible = append(s.Impossible, errs...)
	}
	if r.check == nil {
		return nil
	}
	var out []*problem.Error
	r.checkAll(s, selections, false, func(sel *Selection, code problem.Code, message string) {
		e := fail(code, sel.Node.Position.Start, "%q %s", raw, message)[0]
		if sel.Field != nil {
			e.Positions = append(e.Positions, s.At(sel.Field.Pos)...)
		}
		out = append(out, e)
	})
	return out
}

// maxQuoted is how much of a field set errors quote: there can be one for each of its fields.
const maxQuoted = 500

func shortened(fields string) string {
	if len(fields) <= maxQuoted {
		return fields
	}
	return strings.ToValidUTF8(fields[:maxQuoted], "") + "…"
}

func (r fieldSetRule) checkAll(
	s *Subgraph,
	selections []*Selection,
	insideExternal bool,
	report func(*Selection, problem.Code, string),
) {
	for _, sel := range selections {
		if code, message := r.check(s, sel, insideExternal); code != "" {
			report(sel, code, message)
			continue
		}
		inside := insideExternal || sel.Field != nil && (s.IsExternal(sel.Field) || s.isExternalInImplementation(sel.Field))
		r.checkAll(s, sel.Selections, inside, report)
	}
}

// isExternalInImplementation reports whether f is an interface field that is external in some implementation: what is
// selected of it may then come from elsewhere.
func (s *Subgraph) isExternalInImplementation(f *schema.Field) bool {
	if f.Parent.Kind != ast.Interface {
		return false
	}
	for _, name := range s.Schema.PossibleTypes(f.Parent.Name) {
		if own := s.Schema.Type(name).Field(f.Name); own != nil && s.IsExternal(own) {
			return true
		}
	}
	return false
}

func valueText(v *ast.Value) string {
	if v == nil {
		return "nothing"
	}
	return schema.PrintValue(v)
}

func offsetOf(err error) int {
	var located *federation.FieldSetError
	if errors.As(err, &located) {
		return located.Offset
	}
	return 0
}

// inString is the place of a rune of a directive's fields argument, which usually stands on one line without escapes.
func inString(d *schema.Directive, offset int) schema.Pos {
	for _, a := range d.Arguments {
		if a.Name != "fields" || !a.Pos.Known() {
			continue
		}
		if a.Value.Kind == ast.StringValue {
			return schema.Pos{Line: a.Pos.Line, Column: a.Pos.Column + len(`"`) + offset}
		}
		return a.Pos
	}
	return d.Pos
}

// firstWithArguments returns the first field defined with arguments that a selection takes, or nil. It looks as far as
// the selection is valid.
func firstWithArguments(s *schema.Schema, t *schema.Type, set ast.SelectionSet) *schema.Field {
	for _, node := range set {
		switch node := node.(type) {
		case *ast.Field:
			f := t.Field(node.Name)
			if f == nil {
				return nil
			}
			if len(f.Arguments) > 0 {
				return f
			}
			if inner := s.Type(f.Type.Name()); inner != nil {
				if found := firstWithArguments(s, inner, node.SelectionSet); found != nil {
					return found
				}
			}
		case *ast.InlineFragment:
			inner := t
			if node.TypeCondition != "" {
				inner = s.Type(node.TypeCondition)
			}
			if inner == nil {
				return nil
			}
			if found := firstWithArguments(s, inner, node.SelectionSet); found != nil {
				return found
			}
		}
	}
	return nil
}
