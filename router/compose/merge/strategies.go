package merge

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// strategy merges the different values subgraphs give an argument of a directive that is applied once. Values are nil
// where the argument is not given; so is the result. Only a conjunction can fail, with errTooManyCombinations.
type strategy struct {
	name  string
	merge func(values []*ast.Value) (*ast.Value, error)
	// multiplies tells that the result can be much larger than the values.
	multiplies bool
	// otherwise is the default value of the argument, nil if it has none.
	otherwise *ast.Value
}

// argumentStrategies says, for directives that have them, how each argument is merged.
var argumentStrategies = map[federation.Directive]map[string]strategy{
	federation.Authenticated:  {},
	federation.RequiresScopes: {"scopes": {"DNF_CONJUNCTION", conjunction, true, nil}},
	federation.Policy:         {"policies": {"DNF_CONJUNCTION", conjunction, true, nil}},
	federation.Cost:           {"weight": {"MAX", greatest, false, nil}},
	federation.ListSize: {
		"assumedSize": {"NULLABLE_MAX", greatest, false, nil}, "slicingArguments": {"NULLABLE_UNION", union, false, nil},
		"sizedFields": {
			"NULLABLE_UNION",
			union,
			false,
			nil,
		}, "requireOneSlicingArgument": {"NULLABLE_AND", allTrue, false, schema.Bool(true)},
	},
}

var argumentOrder = []string{
	"scopes",
	"policies",
	"weight",
	"assumedSize",
	"slicingArguments",
	"sizedFields",
	"requireOneSlicingArgument",
}

// mergeByStrategies merges applications with different arguments argument by argument.
// MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS tells so.
func (m *merger) mergeByStrategies(
	p pendingDirectives,
	name string,
	distinct []*schema.Directive,
	strategies map[string]strategy,
) *schema.Directive {
	out := &schema.Directive{Name: name, Federation: distinct[0].Federation}
	var used []string
	for _, argument := range argumentOrder {
		s, ok := strategies[argument]
		if !ok {
			continue
		}
		used = append(used, argument+" by "+s.name)
		values := make([]*ast.Value, len(distinct))
		for i, d := range distinct {
			if v := d.Arg(argument); v != nil && v.Kind != ast.NullValue {
				values[i] = v
			} else if v == nil {
				values[i] = s.otherwise
			}
		}
		if s.multiplies && m.repeatedNames > maxNamesInAll { // which is reported
			continue
		}
		v, err := s.merge(values)
		if err != nil {
			m.failCombinations(p, name, argument, values)
		}
		if v != nil && s.multiplies {
			m.spendNames(p.coordinate, name, v, values)
		}
		if v != nil {
			out.Arguments = append(out.Arguments, arg(argument, v))
		}
	}
	m.hint(problem.HintMergedNonRepeatableDirectiveArguments, hintCoordinate(p.coordinate), places(p.sources),
		"Directive @%s has different arguments on %q, which were merged: %s.", name, p.coordinate, strings.Join(used, ", "))
	return out
}

func greatest(values []*ast.Value) (*ast.Value, error) {
	var best *ast.Value
	var bestNumber float64
	for _, v := range values {
		if v == nil {
			continue
		}
		n, err := strconv.ParseFloat(v.Raw, 64)
		if err == nil && (best == nil || n > bestNumber) {
			best, bestNumber = v, n
		}
	}
	return best, nil
}

func union(values []*ast.Value) (*ast.Value, error) {
	var out *ast.Value
	known := map[string]bool{}
	for _, v := range values {
		if v == nil {
			continue
		}
		if out == nil {
			out = schema.List()
		}
		for _, item := range items(v) {
			if key := schema.ValueKey(item); !known[key] {
				known[key] = true
				out.Children = append(out.Children, &ast.ChildValue{Value: item})
			}
		}
	}
	return out, nil
}

func allTrue(values []*ast.Value) (*ast.Value, error) {
	var out *ast.Value
	for _, v := range values {
		if v != nil && (out == nil || v.Raw == "false") {
			out = v
		}
	}
	return out, nil
}

// items are the elements of a list value; a value that is no list stands for a list of itself.
func items(v *ast.Value) []*ast.Value {
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	out := make([]*ast.Value, len(v.Children))
	for i, c := range v.Children {
		out[i] = c.Value
	}
	return out
}
