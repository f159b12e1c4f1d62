package upgrade

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// shareFields spells out what Federation 1 allowed silently: that types without keys which other subgraphs have too,
// and fields of entities which others resolve too, are shared. INVALID_GRAPHQL: a schema that defines @shareable itself
// must let it be applied there.
func shareFields(s *subgraph.Subgraph, all []*subgraph.Subgraph) []*problem.Error {
	if errs := unshareable(s, all); len(errs) > 0 {
		return errs
	}
	name := s.LocalName(federation.Shareable)
	for _, t := range s.Schema.Types() {
		if t.Kind != ast.Object || t.Name == schema.Subscription.DefaultName() && s.Schema.IsRoot(t.Name) {
			continue
		}
		if !t.Has(federation.Key) && !s.Schema.IsRoot(t.Name) {
			if !t.Has(federation.Shareable) && definedElsewhere(s, t.Name, all) {
				t.Directives = append(t.Directives, &schema.Directive{Name: name, Federation: federation.Shareable})
			}
			continue
		}
		for _, f := range t.Fields() {
			if !s.IsExternal(f) && !s.IsShareable(f) && resolvedElsewhere(s, f, all) {
				f.Directives = append(f.Directives, &schema.Directive{Name: name, Federation: federation.Shareable})
			}
		}
	}
	return nil
}

// unshareable are the types without keys that other subgraphs have too, if the schema's own definition of @shareable
// does not allow it on types.
func unshareable(s *subgraph.Subgraph, all []*subgraph.Subgraph) []*problem.Error {
	definition := s.Schema.DirectiveDefinition(s.LocalName(federation.Shareable))
	if definition == nil || definition.HasLocation(ast.LocationObject) {
		return nil
	}
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if t.Kind != ast.Object || t.Has(federation.Key) || t.Has(federation.Shareable) || !definedElsewhere(s, t.Name, all) {
			continue
		}
		e := s.Errorf(problem.InvalidGraphQL, definition.Pos, "Directive @%s cannot be used on %s, which other subgraphs "+
			"have too: it is not allowed on OBJECT.", definition.Name, t.Name)
		e.Suggestion = "Remove the definition, which Federation 1 schemas need not have."
		out = append(out, e)
	}
	return out
}

func definedElsewhere(s *subgraph.Subgraph, name string, all []*subgraph.Subgraph) bool {
	for _, other := range all {
		if other != s && other.Schema.Type(name) != nil {
			return true
		}
	}
	return false
}

// resolvedElsewhere reports whether another subgraph resolves the field, always or where a @provides says so.
func resolvedElsewhere(s *subgraph.Subgraph, f *schema.Field, all []*subgraph.Subgraph) bool {
	for _, other := range all {
		if other == s {
			continue
		}
		t := other.Schema.Type(f.Parent.Name)
		if t == nil {
			continue
		}
		if own := t.Field(f.Name); own != nil && !other.IsFullyExternal(own) {
			return true
		}
	}
	return false
}

// dropTagsFromExternals removes tags from external fields where a subgraph that resolves the field has them too: in
// Federation 1 they had to be repeated.
func dropTagsFromExternals(s *subgraph.Subgraph, all []*subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			if !s.IsExternal(f) || !schema.Has(f.Directives, federation.Tag) {
				continue
			}
			f.Directives = schema.Without(f.Directives, func(d *schema.Directive) bool {
				return d.Federation == federation.Tag && taggedElsewhere(s, f, d, all)
			})
		}
	}
}

func taggedElsewhere(s *subgraph.Subgraph, f *schema.Field, tag *schema.Directive, all []*subgraph.Subgraph) bool {
	for _, other := range all {
		t := other.Schema.Type(f.Parent.Name)
		if other == s || t == nil {
			continue
		}
		own := t.Field(f.Name)
		if own == nil || other.IsExternal(own) {
			continue
		}
		for _, d := range own.Directives {
			if d.Federation == federation.Tag && schema.EqualArgs(d, tag, nil) {
				return true
			}
		}
	}
	return false
}
