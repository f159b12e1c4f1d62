package merge

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// strategy merges the different values subgraphs give an argument of a directive that is applied once. Values are nil
// where the argument is not given; so is the result.
type strategy struct {
	name  string
	merge func(values []*ast.Value) *ast.Value
}

// argumentStrategies says, for directives that have them, how each argument is merged.
var argumentStrategies = map[federation.Directive]map[string]strategy{
	federation.Authenticated:  {},
	federation.RequiresScopes: {"scopes": {"DNF_CONJUNCTION", conjunction}},
	federation.Policy:         {"policies": {"DNF_CONJUNCTION", conjunction}},
	federation.Cost:           {"weight": {"MAX", greatest}},
	federation.ListSize: {
		"assumedSize": {"NULLABLE_MAX", greatest}, "slicingArguments": {"NULLABLE_UNION", union},
		"sizedFields": {"NULLABLE_UNION", union}, "requireOneSlicingArgument": {"NULLABLE_AND", allTrue},
	},
}

var argumentOrder = []string{"scopes", "policies", "weight", "assumedSize", "slicingArguments", "sizedFields", "requireOneSlicingArgument"}

// mergeByStrategies merges applications with different arguments argument by argument.
// MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS tells so.
func (m *merger) mergeByStrategies(p pendingDirectives, name string, distinct []*schema.Directive, strategies map[string]strategy) *schema.Directive {
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
			}
		}
		if v := s.merge(values); v != nil {
			out.Arguments = append(out.Arguments, arg(argument, v))
		}
	}
	m.hint(problem.HintMergedNonRepeatableDirectiveArguments, hintCoordinate(p.coordinate), places(p.sources),
		"Directive @%s has different arguments on %q, which were merged: %s.", name, p.coordinate, strings.Join(used, ", "))
	return out
}

func greatest(values []*ast.Value) *ast.Value {
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
	return best
}

func union(values []*ast.Value) *ast.Value {
	var out *ast.Value
	for _, v := range values {
		if v == nil {
			continue
		}
		if out == nil {
			out = schema.List()
		}
		for _, item := range items(v) {
			if !slices.ContainsFunc(out.Children, func(c *ast.ChildValue) bool { return schema.EqualValues(c.Value, item) }) {
				out.Children = append(out.Children, &ast.ChildValue{Value: item})
			}
		}
	}
	return out
}

func allTrue(values []*ast.Value) *ast.Value {
	var out *ast.Value
	for _, v := range values {
		if v != nil && (out == nil || v.Raw == "false") {
			out = v
		}
	}
	return out
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

// conjunction merges requirements in disjunctive normal form: [["a"], ["b"]] means a or b. What one subgraph requires
// and what the other does must both hold, which multiplies the alternatives out. An alternative that requires more than
// another is left out.
func conjunction(values []*ast.Value) *ast.Value {
	var result []alternative
	first := true
	for _, v := range values {
		if v == nil {
			continue
		}
		current := alternatives(v)
		if first {
			result, first = current, false
			continue
		}
		var product []alternative
		for _, a := range result {
			for _, b := range current {
				product = append(product, a.and(b))
			}
		}
		result = minimal(product)
	}
	return dnf(minimal(result))
}

// alternative is a set of requirements that must all hold, sorted.
type alternative []string

func (a alternative) and(b alternative) alternative {
	out := slices.Concat(a, b)
	sort.Strings(out)
	return slices.Compact(out)
}

// implies reports whether whoever fulfils a fulfils b.
func (a alternative) implies(b alternative) bool {
	for _, requirement := range b {
		if !slices.Contains(a, requirement) {
			return false
		}
	}
	return true
}

func alternatives(v *ast.Value) []alternative {
	var out []alternative
	for _, inner := range items(v) {
		a := alternative{}
		for _, requirement := range items(inner) {
			a = append(a, requirement.Raw)
		}
		sort.Strings(a)
		out = append(out, slices.Compact(a))
	}
	return out
}

// minimal drops alternatives that imply another one.
func minimal(list []alternative) []alternative {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b alternative) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	var out []alternative
	for _, a := range sorted {
		if !slices.ContainsFunc(out, func(b alternative) bool { return a.implies(b) }) {
			out = append(out, a)
		}
	}
	return out
}

func dnf(list []alternative) *ast.Value {
	out := schema.List()
	for _, a := range list {
		inner := schema.List()
		for _, requirement := range a {
			inner.Children = append(inner.Children, &ast.ChildValue{Value: schema.String(requirement)})
		}
		out.Children = append(out.Children, &ast.ChildValue{Value: inner})
	}
	return out
}
