// Package merge makes one supergraph schema, written in the join specification, of several valid subgraphs.
//
// Output types become the union of what subgraphs define, input types the intersection, enums one or the other by how
// they are used. What cannot be reconciled is an error; what can, but perhaps was not meant, a hint.
package merge

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
)

// Result is a merged schema.
type Result struct {
	Schema *schema.Schema
	Hints  []problem.Hint
	// Origins finds where an element of the supergraph comes from.
	Origins *Origins
}

// Merge merges subgraphs, which must be sorted by name, valid, and upgraded to Federation 2.
func Merge(subgraphs []*subgraph.Subgraph) (*Result, []*problem.Error) {
	m := &merger{
		subgraphs: subgraphs, out: schema.New(), usage: map[string]enumUsage{},
		implementers: map[string][]*schema.Type{}, composedNames: map[string][]*composedDirective{},
		composedIdentities: map[string][]*composedDirective{},
	}
	m.graphNames = graphNames(subgraphs)
	m.findReferenced()
	m.run()
	if len(m.errors) > 0 {
		return nil, m.errors
	}
	return &Result{
		Schema: m.out, Hints: m.hints, Origins: &Origins{subgraphs},
	}, nil
}

type merger struct {
	subgraphs  []*subgraph.Subgraph
	graphNames []string
	out        *schema.Schema
	features   features
	composed   []*composedDirective
	// composedNames and composedIdentities are the composed directives by name and by the feature they belong to.
	composedNames, composedIdentities map[string][]*composedDirective
	errors                            []*problem.Error
	hints                             []problem.Hint
	// usage says where each enum is used in the supergraph.
	usage map[string]enumUsage
	// referenced are, per subgraph, the fields that directives or interfaces refer to.
	referenced []map[*schema.Field]bool
	// implementers are the merged object types by the interfaces they implement.
	implementers map[string][]*schema.Type
	// later are the directive applications to merge once all elements exist.
	later []pendingDirectives
	// repeatedNames counts the scopes and policies that merging adds to those that subgraphs write; see spendNames.
	repeatedNames int
	// anyAccess tells that some subgraph requires something of callers.
	anyAccess bool
	// controlled are the subgraphs with an interface object, by its name.
	controlled map[string][]int
	// demandedOf is what byInterfaceObjects found.
	demandedOf map[*schema.Type]map[string][]demand
	// carriesCacheControl tells that the supergraph says what subgraphs said with @cacheControl.
	carriesCacheControl bool
}

// enumUsage is a set of usages.
type enumUsage uint8

const (
	asInput enumUsage = 1 << iota
	asOutput
)

// run merges everything in an order in which each step finds what it needs: types exist before anything refers to
// them, interfaces and unions are known before types are compared, and enums come last because how they merge depends
// on their uses.
func (m *merger) run() {
	m.collectComposedDirectives()
	m.collectFeatures()
	m.checkComposedPrefixes()
	m.addTypes()
	m.addDirectives()
	m.mergeImplements()
	m.findAccessControlled()
	for _, t := range m.typesOf(ast.Union) {
		m.checkBase(t)
		m.mergeUnion(t)
	}
	m.mergeSchemaDefinition()
	for _, t := range m.typesOf(ast.Scalar) {
		m.checkBase(t)
		m.mergeScalar(t)
	}
	for _, t := range m.typesOf(ast.InputObject) {
		m.checkBase(t)
		m.mergeInputObject(t)
	}
	for _, kind := range []schema.Kind{ast.Interface, ast.Object} {
		for _, t := range m.typesOf(kind) {
			m.checkBase(t)
			m.mergeComposite(t)
		}
	}
	m.checkComposedDefinitions()
	m.mergeDirectiveDefinitions()
	for _, t := range m.typesOf(ast.Enum) {
		m.checkBase(t)
		m.mergeEnum(t)
	}
	m.checkQueries()
	m.mergePendingDirectives()
	m.settleListSizes()
	m.addInterfaceObjectFields()
	if len(m.errors) > 0 {
		return
	}
	m.checkInterfaceFields()
	m.checkRequiredFields()
	m.checkTransitiveAuth()
	m.addSpecificationTypes()
}

func (m *merger) typesOf(kind schema.Kind) []*schema.Type {
	var out []*schema.Type
	for _, t := range m.out.Types() {
		if t.Kind == kind {
			out = append(out, t)
		}
	}
	return out
}

// sources returns the definitions of a type, one per subgraph, nil where the subgraph does not have it.
func (m *merger) sources(name string) []*schema.Type {
	out := make([]*schema.Type, len(m.subgraphs))
	for i, s := range m.subgraphs {
		out[i] = s.Schema.Type(name)
	}
	return out
}

// checkQueries: NO_QUERIES, a supergraph has something to query.
func (m *merger) checkQueries() {
	query := m.out.Type("Query")
	if query != nil && len(query.Fields()) > 0 {
		return
	}
	if len(m.errors) > 0 && query != nil {
		return
	}
	m.errors = append(m.errors, &problem.Error{
		Code: problem.NoQueries, Message: "No subgraph has a field to query.",
		Suggestion: "Define type Query with at least one field in one of the subgraphs.",
	})
}

// Origins finds where elements of the supergraph were written.
type Origins struct{ subgraphs []*subgraph.Subgraph }

// Type locates the definitions of a type in every subgraph.
func (o *Origins) Type(name string) []problem.Position {
	var out []problem.Position
	for _, s := range o.subgraphs {
		if t := s.Schema.Type(name); t != nil {
			out = append(out, s.At(t.Pos)...)
		}
	}
	return out
}

// Field locates the definitions of a field in every subgraph.
func (o *Origins) Field(typeName, field string) []problem.Position {
	var out []problem.Position
	for _, s := range o.subgraphs {
		if t := s.Schema.Type(typeName); t != nil {
			if f := t.Field(field); f != nil {
				out = append(out, s.At(f.Pos)...)
			} else if v := t.Value(field); v != nil {
				out = append(out, s.At(v.Pos)...)
			}
		}
	}
	return out
}

// Locate finds where one subgraph defines a type, or a field written as "Type.field".
func (o *Origins) Locate(subgraphName, coordinate string) (problem.Position, bool) {
	typeName, field, isField := strings.Cut(coordinate, ".")
	for _, s := range o.subgraphs {
		if s.Name != subgraphName {
			continue
		}
		t := s.Schema.Type(typeName)
		if t == nil {
			break
		}
		pos := t.Pos
		if isField {
			f := t.Field(field)
			if f == nil {
				break
			}
			pos = f.Pos
		}
		if at := s.At(pos); len(at) > 0 {
			return at[0], true
		}
	}
	return problem.Position{}, false
}
