package subgraph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/validation"
	"github.com/weft-graphql/weft/router/federation"
)

// contextArguments: an argument filled from a context names one (NO_CONTEXT_IN_SELECTION) that is set
// (CONTEXT_NOT_SET), and selects one value of the right type from every type that sets it (CONTEXT_INVALID_SELECTION).
// Since the argument is filled by the router, its type can be resolved by key (CONTEXT_NO_RESOLVABLE_KEY).
// https://specs.apollo.dev/context/v0.1/
func contextArguments(s *Subgraph) []*problem.Error {
	var out []*problem.Error
	setters := s.contextSetters()
	for _, d := range s.Schema.DirectiveDefinitions() {
		for _, a := range d.Arguments {
			if from := schema.First(a.Directives, federation.FromContext); from != nil {
				out = append(
					out,
					s.Errorf(
						problem.ContextNotSet,
						from.Pos,
						"@fromContext cannot be used on argument \"@%s(%s:)\" of a directive.",
						d.Name,
						a.Name,
					),
				)
			}
		}
	}
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			for _, a := range f.Arguments {
				if from := schema.First(a.Directives, federation.FromContext); from != nil {
					out = append(out, s.contextArgument(f, a, from, setters)...)
				}
			}
		}
	}
	return out
}

// contextSetters returns the types that set each context, in definition order.
func (s *Subgraph) contextSetters() map[string][]*schema.Type {
	setters := map[string][]*schema.Type{}
	for _, t := range s.Schema.Types() {
		for _, d := range t.Directives {
			if d.Federation == federation.Context {
				name, _ := d.StringArg("name")
				setters[name] = append(setters[name], t)
			}
		}
	}
	return setters
}

func (s *Subgraph) contextArgument(
	f *schema.Field,
	a *schema.Argument,
	d *schema.Directive,
	setters map[string][]*schema.Type,
) []*problem.Error {
	coordinate := f.Coordinate() + "(" + a.Name + ":)"
	var out []*problem.Error
	fail := func(code problem.Code, format string, args ...any) {
		out = append(out, s.Errorf(code, d.Pos, format, args...))
	}
	switch {
	case f.Parent.Kind == ast.Interface:
		fail(problem.ContextNotSet, "@fromContext cannot be used on argument %q of an interface field.", coordinate)
		return out
	case a.Default != nil:
		fail(problem.ContextNotSet, "Argument %q is filled from a context and cannot have a default value.", coordinate)
	case s.ImplementsInterfaceField(f):
		fail(
			problem.ContextNotSet,
			"Argument %q is filled from a context, which arguments of a field that implements an interface field cannot be.",
			coordinate,
		)
	}
	raw, isString := d.StringArg("field")
	name, selection := SplitContext(raw)
	switch {
	case !isString || name == "" || isBlank(selection):
		fail(
			problem.NoContextInSelection,
			"@fromContext on %q must be a string with a context and a selection, like \"$name { field }\".",
			coordinate,
		)
		return out
	case len(setters[name]) == 0:
		fail(problem.ContextNotSet, "@fromContext on %q uses context %q, which no type sets.", coordinate, name)
		out[len(out)-1].Suggestion = "Mark the type the value comes from with @context(name: " + quote(name) + ")."
	default:
		for _, message := range s.contextSelection(a, setters[name], selection) {
			fail(
				problem.ContextInvalidSelection,
				"@fromContext on %q selects %q from context %q: %s.",
				coordinate,
				selection,
				name,
				message,
			)
		}
	}
	if !s.hasResolvableKey(f.Parent) {
		fail(
			problem.ContextNoResolvableKey,
			"Type %q has argument %q filled from a context, but no resolvable key by which the router could ask for it.",
			f.Parent.Name,
			coordinate,
		)
	}
	return out
}

func isBlank(s string) bool {
	for i := range len(s) {
		if s[i] != ' ' && s[i] != '\n' && s[i] != '\t' && s[i] != '\r' && s[i] != ',' {
			return false
		}
	}
	return true
}

func (s *Subgraph) hasResolvableKey(t *schema.Type) bool {
	for _, d := range t.Directives {
		if d.Federation == federation.Key && isResolvable(d) {
			return true
		}
	}
	return false
}

// contextSelection says what is wrong with a selection from a context, for the types that set it.
func (s *Subgraph) contextSelection(a *schema.Argument, setters []*schema.Type, selection string) []string {
	parsed, err := federation.ParseFieldSet(selection)
	if err != nil {
		return []string{err.Error()}
	}
	switch {
	case hasDirectives(parsed) != nil:
		return []string{"directives cannot be used in it"}
	case aliasOffset(selection) >= 0:
		return []string{"aliases cannot be used in it"}
	}
	if conditions := topConditions(parsed); conditions != nil {
		return s.conditionalSelection(a, setters, conditions)
	}
	for _, t := range setters {
		if message := s.selectsOneValue(a, t, parsed); message != "" {
			return []string{message}
		}
	}
	return nil
}

// topConditions returns the inline fragments a selection consists of, or nil if it begins with fields.
func topConditions(set ast.SelectionSet) []*ast.InlineFragment {
	var out []*ast.InlineFragment
	for _, node := range set {
		fragment, ok := node.(*ast.InlineFragment)
		if !ok || fragment.TypeCondition == "" {
			return nil
		}
		out = append(out, fragment)
	}
	return out
}

// conditionalSelection checks a selection with an alternative for each type that sets the context.
func (s *Subgraph) conditionalSelection(
	a *schema.Argument,
	setters []*schema.Type,
	conditions []*ast.InlineFragment,
) []string {
	used := map[string]bool{}
	var out []string
	for _, t := range setters {
		matched := false
		for _, c := range conditions {
			condition := s.Schema.Type(c.TypeCondition)
			if condition == nil || !s.overlap(t, condition) {
				continue
			}
			matched = true
			used[c.TypeCondition] = true
			if message := s.selectsOneValue(a, condition, c.SelectionSet); message != "" {
				return []string{message}
			}
		}
		if !matched {
			out = append(out, fmt.Sprintf("none of its type conditions is for %s", t.Name))
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range conditions {
		if !used[c.TypeCondition] {
			out = append(out, fmt.Sprintf("type %s of a condition never sets the context", c.TypeCondition))
		}
	}
	return out
}

func (s *Subgraph) overlap(a, b *schema.Type) bool {
	if a == b {
		return true
	}
	for _, x := range s.Schema.PossibleTypes(a.Name) {
		for _, y := range s.Schema.PossibleTypes(b.Name) {
			if x == y {
				return true
			}
		}
	}
	return false
}

// selectsOneValue says why a selection from t does not give one value for an argument; empty if it does.
func (s *Subgraph) selectsOneValue(a *schema.Argument, t *schema.Type, set ast.SelectionSet) string {
	if !t.IsComposite() {
		return fmt.Sprintf("%s has no fields to select", t.Name)
	}
	selections, err := resolveSelections(s.Schema, t, set)
	if err != nil {
		return err.Error()
	}
	var result *ast.Type
	for current := selections; len(current) > 0; current = current[0].Selections {
		if len(current) > 1 {
			return "it selects more than one value"
		}
		if current[0].Field == nil {
			return "it selects no field"
		}
		if current[0].Field.Parent.Has(federation.InterfaceObject) {
			return fmt.Sprintf("%s is an interface object", current[0].Field.Parent.Name)
		}
		result = wrapLike(result, current[0].Field.Type)
	}
	if result == nil || !validation.IsSubtype(s.Schema, result, a.Type) {
		return fmt.Sprintf("it gives a %s for an argument of type %s", result, a.Type)
	}
	return ""
}

// wrapLike is the type of a value reached through a field of type outer, nil for none: as many lists more as outer
// has. The value and the items of lists may be missing, so they are never non-null.
func wrapLike(outer, inner *ast.Type) *ast.Type {
	switch {
	case outer != nil && outer.Elem != nil:
		return &ast.Type{Elem: wrapLike(outer.Elem, inner)}
	case inner.Elem != nil:
		return &ast.Type{Elem: wrapLike(nil, inner.Elem)}
	}
	return &ast.Type{NamedType: inner.NamedType}
}
