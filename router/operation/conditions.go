package operation

import (
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/router/supergraph"
)

// Condition is something that is either on or off for a request and decides which fields the operation has or who
// resolves them: a Boolean variable of @skip, @include or @defer, the label of a progressive @override, or whether
// the caller fulfils a requirement of access.
type Condition struct {
	// Variable is the index of the variable, or -1 for a label.
	Variable int
	// Default is the value when the variable is absent or null.
	Default bool
	// Label is the override label, or that of Access; empty for a variable.
	Label string
	// Access is the requirement that is fulfilled if the condition is on; nil for all others.
	Access *supergraph.Requirement
	// Incremental is the condition that the client takes deferred parts of its answer: without it @defer is as good as
	// absent. Deferring is a variable that decides nothing else.
	Incremental, Deferring bool
}

// ConditionSet tells which conditions of a Prepared are on. It is comparable, to be a key of plans.
type ConditionSet struct {
	low [4]uint64
	// high has a byte for each further group of eight conditions; almost always empty.
	high string
}

// inline is the number of conditions that take no memory of their own.
const inline = 256

// Has tells whether the condition with that index is on.
func (s ConditionSet) Has(i int) bool {
	if i < inline {
		return s.low[i/64]&(1<<(i%64)) != 0
	}
	i -= inline
	return i/8 < len(s.high) && s.high[i/8]&(1<<(i%8)) != 0
}

// With returns the set with condition i on.
func (s ConditionSet) With(i int) ConditionSet {
	s.Add(i)
	return s
}

// Add switches condition i on.
func (s *ConditionSet) Add(i int) {
	if i < inline {
		s.low[uint(i)/64] |= 1 << (uint(i) % 64)
		return
	}
	i -= inline
	b := make([]byte, max(len(s.high), i/8+1))
	copy(b, s.high)
	b[i/8] |= 1 << (i % 8)
	s.high = string(b)
}

// Conditions are the conditions of the operation; a ConditionSet refers to them by index.
func (p *Prepared) Conditions() []Condition { return p.conditions }

// ConditionSet evaluates the conditions for a request whose client takes its answer as a whole. labelOn decides about
// override labels; nil means that all are off.
func (p *Prepared) ConditionSet(vars *Variables, labelOn func(label string) bool) ConditionSet {
	return conditionSet(p.conditions, vars, labelOn)
}

// OpenConditionSet is ConditionSet for a caller that fulfils nothing that is asked of callers: somebody else adds what it
// fulfils.
func (p *Prepared) OpenConditionSet(vars *Variables, labelOn func(label string) bool) ConditionSet {
	return conditionSet(p.conditions[:p.access], vars, labelOn)
}

// Access are the conditions with requirements of access, which are behind all others.
func (p *Prepared) Access() []Condition { return p.conditions[p.access:] }

func conditionSet(conditions []Condition, vars *Variables, labelOn func(label string) bool) (s ConditionSet) {
	for i := range conditions {
		c := &conditions[i]
		var on bool
		switch {
		case c.Incremental, c.Deferring:
		case c.Variable >= 0:
			on = vars.boolOr(c.Variable, c.Default)
		case labelOn != nil:
			on = labelOn(c.Label)
		}
		if on {
			s.Add(i)
		}
	}
	return s
}

// Incremental is a set for a client that takes deferred parts of its answer behind the first; the same set when nothing
// in the document is deferred.
func (p *Prepared) Incremental(s ConditionSet, vars *Variables) ConditionSet {
	if !p.defers {
		return s
	}
	for i := range p.conditions {
		c := &p.conditions[i]
		if c.Incremental || c.Deferring && vars.boolOr(c.Variable, c.Default) {
			s = s.With(i)
		}
	}
	return s
}

// Defers tells that a part of the answer can be deferred.
func (p *Prepared) Defers() bool { return p.defers }

// AllFulfilled is a set with all requirements of access fulfilled.
func (p *Prepared) AllFulfilled(s ConditionSet) ConditionSet {
	for i := p.access; i < len(p.conditions); i++ {
		s = s.With(i)
	}
	return s
}

// FirstAccess is the index of the first condition of Access.
func (p *Prepared) FirstAccess() int { return p.access }

// Protected tells whether callers are asked for something that is in the document.
func (p *Prepared) Protected() bool {
	return p.access < len(p.conditions)
}

// Unfulfilled tells whether a requirement of access of something in the document is not fulfilled.
func (p *Prepared) Unfulfilled(s ConditionSet) bool {
	for i := p.access; i < len(p.conditions); i++ {
		if !s.Has(i) {
			return true
		}
	}
	return false
}

// PercentLabel returns the share of requests, from 0 to 100, for which a label of the form "percent(x)" is on. Other
// labels are switched by name.
// Specification: Apollo Federation, progressive @override.
func PercentLabel(label string) (percent float64, ok bool) {
	inner, ok := strings.CutPrefix(label, "percent(")
	if !ok {
		return 0, false
	}
	inner, ok = strings.CutSuffix(inner, ")")
	if !ok {
		return 0, false
	}
	percent, err := strconv.ParseFloat(strings.TrimSpace(inner), 64)
	if err != nil || percent < 0 || percent > 100 {
		return 0, false
	}
	return percent, true
}
