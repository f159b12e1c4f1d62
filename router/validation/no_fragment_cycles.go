package validation

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// noFragmentCycles: no fragment spreads itself, directly or through others.
// https://spec.graphql.org/September2025/#sec-Fragment-Spreads-Must-Not-Form-Cycles
func (c *checker) noFragmentCycles() {
	if len(c.fragments) == 0 {
		return
	}
	s := cycles{c: c, visited: map[string]bool{}, index: map[string]int{}}
	for _, p := range c.parts {
		if p.fragment != nil {
			s.visit(p)
		}
	}
}

// cycles searches for them, depth first. Fragments are known by name: of several of one name, one is looked at.
type cycles struct {
	c       *checker
	visited map[string]bool
	// path are the spreads that lead to the fragment at hand, index where the fragments on it are in it.
	path  []*ast.FragmentSpread
	index map[string]int
}

func (s *cycles) visit(p *executable) {
	name := p.fragment.Name
	if s.visited[name] {
		return
	}
	s.visited[name] = true
	s.index[name] = len(s.path)
	for _, spread := range p.spreads {
		next := s.c.fragments[spread.Name]
		if next == nil {
			continue
		}
		s.path = append(s.path, spread)
		if at, cycle := s.index[spread.Name]; cycle {
			s.report(s.path[at:])
		} else {
			s.visit(next)
		}
		s.path = s.path[:len(s.path)-1]
	}
	delete(s.index, name)
}

// maxCycleNames bounds how many fragments of a cycle its error names.
const maxCycleNames = 50

func (s *cycles) report(cycle []*ast.FragmentSpread) {
	s.c.cyclic = true
	name := cycle[len(cycle)-1].Name
	via := cycle[:len(cycle)-1]
	var names []string
	for _, spread := range via[:min(len(via), maxCycleNames)] {
		names = append(names, fmt.Sprintf("%q", spread.Name))
	}
	text := ""
	if len(names) > 0 {
		text = " via " + strings.Join(names, ", ")
	}
	if more := len(via) - maxCycleNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	s.c.report("NoFragmentCycles", cycle[0].Position, "Cannot spread fragment %q within itself%s.", name, text)
}
