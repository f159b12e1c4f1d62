// Package upgrade turns Federation 1 schemas into Federation 2 schemas that mean the same.
//
// Federation 1 was lenient: keys could be lists, any field could be shared, extensions repeated external fields
// without use. Each step removes or spells out one such habit. Whether a field must become @shareable depends on the
// other subgraphs, so all are upgraded together.
package upgrade

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/compose/problem"
	"github.com/weft-graphql/weft/router/compose/schema"
	"github.com/weft-graphql/weft/router/compose/subgraph"
	"github.com/weft-graphql/weft/router/federation"
)

// All upgrades the Federation 1 schemas among subgraphs, in place.
func All(subgraphs []*subgraph.Subgraph) []*problem.Error {
	var old []*subgraph.Subgraph
	for _, s := range subgraphs {
		if !s.IsFederation2() {
			old = append(old, s)
		}
	}
	if len(old) == 0 {
		return nil
	}
	var out []*problem.Error
	for _, s := range old {
		out = append(out, extensionsWithoutBase(s, subgraphs)...)
	}
	out = append(out, interfaceObjectsOfOldKeys(subgraphs, old)...)
	if len(out) > 0 {
		return out
	}
	for _, s := range old {
		s.MarkUpgraded()
		dropExternalFromInterfaces(s)
		dropExternalFromTypes(s)
		dropExternalFromExtensionKeys(s)
		stringifyFieldSets(s)
		s.Refresh()
		dropResolvedSelections(s)
		definitionsForExtensions(s)
		dropDirectivesFromInterfaces(s)
		dropProvidesFromLeaves(s)
		s.Refresh()
		out = append(out, dropUnusedExternals(s)...)
		s.Refresh()
	}
	if len(out) > 0 {
		return out
	}
	for _, s := range old {
		out = append(out, shareFields(s, subgraphs)...)
		s.Refresh()
	}
	if len(out) > 0 {
		return out
	}
	for _, s := range old {
		dropTagsFromExternals(s, subgraphs)
	}
	return nil
}

// extensionsWithoutBase: EXTENSION_WITH_NO_BASE, an extended type is defined in some subgraph.
func extensionsWithoutBase(s *subgraph.Subgraph, all []*subgraph.Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if t.HasDefinition && !t.Has(federation.Extends) || s.Schema.IsRoot(t.Name) || !t.HasExtension && t.HasDefinition && t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		defined := false
		for _, other := range all {
			if base := other.Schema.Type(t.Name); other != s && base != nil && base.HasDefinition {
				defined = true
			}
		}
		if !defined {
			e := s.Errorf(problem.ExtensionWithNoBase, t.Pos, "Type %q is extended, but no subgraph defines it.", t.Name)
			e.Suggestion = "Define type " + t.Name + " in the subgraph that owns it."
			out = append(out, e)
		}
	}
	return out
}

// interfaceObjectsOfOldKeys: INTERFACE_OBJECT_USAGE_ERROR, an interface object needs subgraphs that tell the runtime type
// when they are given a key of the interface. Keys that Federation 1 schemas have on interfaces do not promise that.
func interfaceObjectsOfOldKeys(all, old []*subgraph.Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, s := range all {
		for _, t := range s.Schema.Types() {
			if !s.IsFederation2() || t.Kind != ast.Object || !t.Has(federation.InterfaceObject) {
				continue
			}
			e := s.Errorf(problem.InterfaceObjectUsageError, t.Pos, "Type %q is an @interfaceObject in subgraph %q, but the @key of the interface in a Federation 1 schema "+
				"does not mean that the subgraph can tell which implementation it is.", t.Name, s.Name)
			for _, other := range old {
				if i := other.Schema.Type(t.Name); i != nil && i.Kind == ast.Interface && i.Has(federation.Key) {
					e.Subgraphs, e.Positions = append(e.Subgraphs, other.Name), append(e.Positions, other.At(i.Pos)...)
				}
			}
			if len(e.Subgraphs) > 1 {
				slices.Sort(e.Subgraphs)
				e.Suggestion = "Let the subgraph with the interface link Federation 2, or remove the @key of the interface there."
				out = append(out, e)
			}
		}
	}
	return out
}

// isExtension reports whether a type was written as an extension of a type another subgraph owns.
func isExtension(t *schema.Type) bool {
	return t.HasExtension && !t.HasDefinition || t.Has(federation.Extends)
}

// dropExternalFromInterfaces: @external has no meaning on interface fields, which nobody resolves.
func dropExternalFromInterfaces(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		if t.Kind == ast.Interface {
			for _, f := range t.Fields() {
				f.Directives = without(f.Directives, federation.External)
			}
		}
	}
}

// dropExternalFromTypes: @external on a type meant nothing.
func dropExternalFromTypes(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		t.Directives = without(t.Directives, federation.External)
	}
}

// dropExternalFromExtensionKeys: an extension had to mark the fields of its key @external although it resolves them.
func dropExternalFromExtensionKeys(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		if !isExtension(t) || t.Kind != ast.Object {
			continue
		}
		for _, d := range t.Directives {
			if d.Federation != federation.Key {
				continue
			}
			for _, sel := range s.KeySelections(t, d) {
				if sel.Field != nil && sel.Parent == t {
					sel.Field.Directives = without(sel.Field.Directives, federation.External)
				}
			}
		}
	}
}

func without(directives []*schema.Directive, which ...federation.Directive) []*schema.Directive {
	return schema.Without(directives, func(d *schema.Directive) bool {
		for _, w := range which {
			if d.Federation == w {
				return true
			}
		}
		return false
	})
}

// definitionsForExtensions: in Federation 2 an extension of a type of another subgraph is simply its definition here.
func definitionsForExtensions(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		if !t.HasExtension || t.HasDefinition {
			continue
		}
		t.HasDefinition, t.HasExtension = true, false
		for _, d := range t.Directives {
			d.OfExtension = false
		}
		t.DirectivesChanged()
		for _, f := range t.Fields() {
			f.OfExtension = false
		}
	}
}

// dropDirectivesFromInterfaces: keys, requirements and provisions of interfaces meant nothing.
func dropDirectivesFromInterfaces(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		if t.Kind != ast.Interface {
			continue
		}
		t.Directives = without(t.Directives, federation.Key)
		for _, f := range t.Fields() {
			f.Directives = without(f.Directives, federation.Requires, federation.Provides)
		}
	}
}

// dropProvidesFromLeaves: @provides on a field without sub-fields meant nothing.
func dropProvidesFromLeaves(s *subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		for _, f := range t.Fields() {
			if result := s.Schema.Type(f.Type.Name()); result == nil || !result.IsComposite() {
				f.Directives = without(f.Directives, federation.Provides)
			}
		}
	}
}

// dropUnusedExternals removes external fields nothing uses. TYPE_WITH_ONLY_UNUSED_EXTERNAL: a type that consists of
// nothing else; if it is not used either, it is removed.
func dropUnusedExternals(s *subgraph.Subgraph) []*problem.Error {
	var out []*problem.Error
	empty := map[string]bool{}
	for _, t := range s.Schema.Types() {
		if t.Kind != ast.Object && t.Kind != ast.Interface || len(t.Fields()) == 0 {
			continue
		}
		t.RemoveFields(func(f *schema.Field) bool {
			return schema.Has(f.Directives, federation.External) && !s.IsUsed(f) && !s.ImplementsInterfaceField(f)
		})
		if len(t.Fields()) > 0 || t == s.Schema.Root(schema.Query) {
			continue
		}
		if s.Schema.IsRoot(t.Name) || isReferenced(s.Schema, t.Name) {
			e := s.Errorf(problem.TypeWithOnlyUnusedExternal, t.Pos, "All fields of type %q are @external, but nothing uses them.", t.Name)
			e.Suggestion = "Remove the type, or add the fields this subgraph resolves."
			out = append(out, e)
			continue
		}
		empty[t.Name] = true
	}
	if len(empty) > 0 {
		s.Schema.RemoveTypes(func(t *schema.Type) bool { return empty[t.Name] })
	}
	return out
}

func isReferenced(s *schema.Schema, name string) bool {
	for _, t := range s.Types() {
		for _, f := range t.Fields() {
			if f.Type.Name() == name {
				return true
			}
		}
		if t.HasMember(name) || t.Implements(name) {
			return true
		}
	}
	return false
}
