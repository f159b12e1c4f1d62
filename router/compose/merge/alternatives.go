package merge

import (
	"cmp"
	"errors"
	"slices"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/schema"
)

// Alternatives of which all must hold multiply: ten subgraphs with four each have a million combinations. So what is
// written to the supergraph is limited, and with it the time to work it out.
const (
	// maxNames is how many scopes or policies the combinations of one element may name together.
	maxNames = 10_000
	// maxNamesInAll is how many of all elements may come from combining them and from giving interfaces those of their
	// implementations.
	maxNamesInAll = 1_000_000
)

// errTooManyCombinations tells that alternatives have combinations that name more than maxNames requirements.
var errTooManyCombinations = errors.New("too many combinations")

// alternative is a set of requirements (scopes or policies) that must all hold, sorted.
type alternative []string

func (a alternative) and(b alternative) alternative {
	out := slices.Concat(a, b)
	sort.Strings(out)
	return slices.Compact(out)
}

// implies reports whether whoever fulfils a fulfils b.
func (a alternative) implies(b alternative) bool {
	if len(b) > len(a) {
		return false
	}
	for _, requirement := range b {
		if _, found := slices.BinarySearch(a, requirement); !found {
			return false
		}
	}
	return true
}

// alternatives reads the value of an argument in disjunctive normal form: [["a", "b"], ["c"]] means a and b, or c. An
// empty list requires nothing, as [[]] does: routers read it so, and what others require beside it must not be lost.
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
	if len(out) == 0 {
		return []alternative{{}}
	}
	return out
}

// dnf is the opposite of alternatives.
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

// names counts the requirements that alternatives name.
func names(list []alternative) int {
	n := 0
	for _, a := range list {
		n += len(a)
	}
	return n
}

// conjunction is what holds if each of values does, all in disjunctive normal form. An alternative that requires more
// than another is left out, and the rest is sorted, the shortest first, so that the order of values does not matter.
func conjunction(values []*ast.Value) (*ast.Value, error) {
	var factors [][]alternative
	for _, v := range values {
		if v != nil {
			factors = append(factors, minimal(alternatives(v)))
		}
	}
	product, err := multiply(factors)
	if err != nil {
		return nil, err
	}
	return dnf(product), nil
}

// multiply combines factors by halves, so that many short ones are not copied again for each.
func multiply(factors [][]alternative) ([]alternative, error) {
	switch len(factors) {
	case 0:
		return nil, nil
	case 1:
		return factors[0], nil
	}
	a, err := multiply(factors[:len(factors)/2])
	if err != nil {
		return nil, err
	}
	b, err := multiply(factors[len(factors)/2:])
	if err != nil {
		return nil, err
	}
	return both(a, b)
}

// both combines two minimal lists. Whoever fulfils an alternative that implies one of the other list has fulfilled both
// lists already: such an alternative stays, and what it combines to with the others says more than it. Only the rest
// multiplies.
func both(a, b []alternative) ([]alternative, error) {
	out, a, b := split(a, b)
	if combined := len(a)*names(b) + len(b)*names(a); combined > max(maxNames, names(a)+names(b)) {
		return nil, errTooManyCombinations
	}
	for _, x := range a {
		for _, y := range b {
			out = append(out, x.and(y))
		}
	}
	return minimal(out), nil
}

// split takes from two lists what implies an alternative of the other list.
func split(a, b []alternative) (implying, restA, restB []alternative) {
	inA, inB := file(a), file(b)
	for _, x := range a {
		if inB.impliedBy(x) {
			implying = append(implying, x)
		} else {
			restA = append(restA, x)
		}
	}
	for _, y := range b {
		if inA.impliedBy(y) {
			implying = append(implying, y)
		} else {
			restB = append(restB, y)
		}
	}
	return implying, restA, restB
}

// minimal drops alternatives that imply another one, and sorts what remains.
func minimal(list []alternative) []alternative {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b alternative) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	filed := newFile(sorted)
	var out []alternative
	for _, a := range sorted {
		if !filed.impliedBy(a) {
			filed.add(a)
			out = append(out, a)
		}
	}
	return out
}

// alternativeFile finds alternatives that another one implies without looking at all of them: each is filed under the
// one of its requirements that the fewest have.
type alternativeFile struct {
	count map[string]int
	under map[string][]alternative
	// always tells that an alternative without requirements is in it.
	always bool
}

func newFile(list []alternative) *alternativeFile {
	f := &alternativeFile{count: map[string]int{}, under: map[string][]alternative{}}
	for _, a := range list {
		for _, requirement := range a {
			f.count[requirement]++
		}
	}
	return f
}

func file(list []alternative) *alternativeFile {
	f := newFile(list)
	for _, a := range list {
		f.add(a)
	}
	return f
}

func (f *alternativeFile) add(a alternative) {
	if len(a) == 0 {
		f.always = true
		return
	}
	rarest := slices.MinFunc(a, func(x, y string) int { return cmp.Compare(f.count[x], f.count[y]) })
	f.under[rarest] = append(f.under[rarest], a)
}

// impliedBy tells whether a implies something in the file.
func (f *alternativeFile) impliedBy(a alternative) bool {
	if f.always {
		return true
	}
	for _, requirement := range a {
		if slices.ContainsFunc(f.under[requirement], a.implies) {
			return true
		}
	}
	return false
}
