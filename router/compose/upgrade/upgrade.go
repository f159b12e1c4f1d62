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

// All upgrades the Federation 1 schemas among subgraphs, in place, and validates them.
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
	ofInterfaceObjects := interfaceObjectsOfOldKeys(subgraphs, old)
	found := make([][]*problem.Error, len(old))
	for i, s := range old {
		found[i] = extensionsWithoutBase(s, subgraphs)
	}
	for _, s := range old {
		s.MarkUpgraded()
		dropExternalFromInterfaces(s)
		dropExternalFromTypes(s)
	}
	for _, s := range old {
		dropExternalFromExtensionKeys(s, subgraphs)
	}
	for i, s := range old {
		stringifyFieldSets(s)
		s.Refresh()
		dropResolvedSelections(s)
		definitionsForExtensions(s)
		dropDirectivesFromInterfaces(s)
		dropProvidesFromLeaves(s)
		s.Refresh()
		found[i] = append(found[i], dropUnusedExternals(s)...)
		s.Refresh()
	}
	for i, s := range old {
		found[i] = append(found[i], shareFields(s, subgraphs)...)
		s.Refresh()
	}
	for i, s := range old {
		dropTagsFromExternals(s, subgraphs)
		if len(found[i]) == 0 {
			found[i] = subgraph.Validate(s)
		}
	}
	if out := slices.Concat(found...); len(out) > 0 {
		return out
	}
	return ofInterfaceObjects
}

// extensionsWithoutBase: EXTENSION_WITH_NO_BASE, an extended type is defined in some subgraph.
func extensionsWithoutBase(s *subgraph.Subgraph, all []*subgraph.Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, t := range s.Schema.Types() {
		if t.HasDefinition && !t.Has(federation.Extends) || s.Schema.IsRoot(t.Name) ||
			!t.HasExtension && t.HasDefinition && t.Kind != ast.Object && t.Kind != ast.Interface {
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

// interfaceObjectsOfOldKeys: INTERFACE_OBJECT_USAGE_ERROR, an interface object needs subgraphs that tell the runtime
// type when they are given a key of the interface. Keys that Federation 1 schemas have on interfaces do not promise
// that.
func interfaceObjectsOfOldKeys(all, old []*subgraph.Subgraph) []*problem.Error {
	var out []*problem.Error
	for _, s := range all {
		for _, t := range s.Schema.Types() {
			if !s.IsFederation2() || t.Kind != ast.Object || !t.Has(federation.InterfaceObject) {
				continue
			}
			e := s.Errorf(
				problem.InterfaceObjectUsageError,
				t.Pos,
				"Type %q is an @interfaceObject in subgraph %q, but the @key of the interface in a Federation 1 schema "+
					"does not mean that the subgraph can tell which implementation it is.",
				t.Name,
				s.Name,
			)
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
// One that repeats no key has the first one of every other subgraph.
func dropExternalFromExtensionKeys(s *subgraph.Subgraph, all []*subgraph.Subgraph) {
	for _, t := range s.Schema.Types() {
		if !isExtension(t) || t.Kind != ast.Object {
			continue
		}
		if t.Has(federation.Key) {
			for _, d := range t.Directives {
				dropExternalFromKey(t, s, t, d)
			}
			continue
		}
		for _, other := range all {
			if own := other.Schema.Type(t.Name); other != s && own != nil {
				dropExternalFromKey(t, other, own, schema.First(own.Directives, federation.Key))
			}
		}
	}
}

// dropExternalFromKey drops @external from the fields of t that a key selects; it is a key of the type in s.
func dropExternalFromKey(t *schema.Type, s *subgraph.Subgraph, of *schema.Type, key *schema.Directive) {
	if key == nil || key.Federation != federation.Key {
		return
	}
	for _, sel := range s.KeySelections(of, key) {
		if sel.Field == nil || sel.Parent != of {
			continue
		}
		if f := t.Field(sel.Field.Name); f != nil {
			f.Directives = without(f.Directives, federation.External)
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
			e := s.Errorf(
				problem.TypeWithOnlyUnusedExternal,
				t.Pos,
				"All fields of type %q are @external, but nothing uses them.",
				t.Name,
			)
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
