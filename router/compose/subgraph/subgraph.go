// Package subgraph reads one subgraph's SDL into a schema whose federation directives are resolved, and checks the
// rules a subgraph must keep by itself: one rule per file.
package subgraph

import (
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/federation"
)

// Subgraph is a subgraph's schema as composition sees it.
type Subgraph struct {
	Name, URL, File string
	Schema          *schema.Schema
	Links           federation.Links
	// LinkIndex finds Links.
	LinkIndex *federation.LinkIndex
	// Version is the federation version the schema links; federation.Federation1 when it links none.
	Version federation.Version

	// Impossible are the errors about field sets with conditions that cannot be true, which Validate finds. Everything
	// else that is wrong with a graph is told before them: other composers do not refuse them.
	Impossible []*problem.Error

	// localNames are the names federation directives have in this schema, empty for those it cannot use.
	localNames [32]string
	// aliases are the federation directives the schema links from specifications of their own, by local name.
	aliases map[string]federation.Directive
	// usedNames are the names under which federation directives are applied, empty for those that are not.
	usedNames [32]string
	// specification are the types of the federation and link specifications.
	specification map[string]bool
	// externals caches what derived finds out.
	externals *externals
}

// IsFederation2 reports whether the schema links the federation specification.
func (s *Subgraph) IsFederation2() bool { return s.Version.AtLeast(federation.FirstVersion) }

// MarkUpgraded says that the schema, written for Federation 1, now follows the rules of Federation 2.
func (s *Subgraph) MarkUpgraded() { s.Version = federation1Upgrade }

// LocalName is the name (without @) a federation directive has in this schema, or empty if it cannot be used.
func (s *Subgraph) LocalName(d federation.Directive) string { return s.localNames[d] }

// Uses reports whether the schema applies a federation directive anywhere.
func (s *Subgraph) Uses(d federation.Directive) bool { return s.usedNames[d] != "" }

// UsedName is the name (without @) under which the schema applies a federation directive, or empty.
func (s *Subgraph) UsedName(d federation.Directive) string { return s.usedNames[d] }

// ImpliedVersion is the federation version the schema needs: the one it links, or a later one if it links the
// specification of a directive that came later.
func (s *Subgraph) ImpliedVersion() federation.Version {
	version := s.Version
	for _, d := range s.aliases {
		if d.Since().AtLeast(version) {
			version = d.Since()
		}
	}
	return version
}

// IsSpecificationType reports whether a type of the schema belongs to the federation or link specification.
func IsSpecificationType(s *Subgraph, name string) bool { return s.specification[name] }

// At locates positions of this subgraph's SDL; unknown positions are left out.
func (s *Subgraph) At(positions ...schema.Pos) []problem.Position {
	var out []problem.Position
	for _, p := range positions {
		if p.Known() {
			out = append(out, problem.Position{Subgraph: s.Name, File: s.File, Line: p.Line, Column: p.Column})
		}
	}
	return out
}

// Errorf makes an error about this subgraph alone.
func (s *Subgraph) Errorf(code problem.Code, pos schema.Pos, format string, args ...any) *problem.Error {
	return &problem.Error{
		Code:      code,
		Message:   fmt.Sprintf(format, args...),
		Subgraphs: []string{s.Name},
		Positions: s.At(pos),
	}
}

// Sort orders subgraphs by name, the order everything in composition goes by.
func Sort(subgraphs []*Subgraph) {
	slices.SortStableFunc(subgraphs, func(a, b *Subgraph) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
}
