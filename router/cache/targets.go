package cache

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/supergraph"
)

// expand adds what one invalidation concerns. The warning is about what can be followed but is hardly meant.
func (c *Cache) expand(t *targets, i *Invalidation) (warning string, err error) {
	if i.Kind == "all" {
		t.member("*")
		t.whole++
		return "", nil
	}
	names, err := c.concerned(i)
	if err != nil {
		return "", err
	}
	g := c.graph.Load()
	switch i.Kind {
	case "subgraph":
		for _, s := range names {
			t.member(clock.SubgraphMember(s))
			t.whole++
		}
	case "type":
		if i.Type == "" {
			return "", errors.New(`kind "type" needs "type", the name of the type`)
		}
		return "", t.wholeTypes(g, names, i.Type)
	case "cache_tag":
		if i.Tag == "" {
			return "", errors.New(`kind "cache_tag" needs "cache_tag", the tag`)
		}
		known := g == nil
		for _, s := range names {
			t.member(clock.TagMember(s, i.Tag))
			t.whole++
			known = t.tagged(g, s, i.Tag) || known
		}
		if !known {
			return fmt.Sprintf("no @cacheTag of the schema makes the tag %q in %s: it only reaches answers "+
				"that brought it in their extensions", i.Tag, strings.Join(names, ", ")), nil
		}
	case "entity":
		return "", t.entities(c, g, names, i)
	}
	return "", nil
}

// kinds are the kinds of invalidations.
var kinds = []string{"subgraph", "type", "entity", "cache_tag", "all"}

// concerned lists the subgraphs an invalidation names, or all there are.
func (c *Cache) concerned(i *Invalidation) ([]string, error) {
	switch {
	case i.Kind == "":
		return nil, errors.New(`"kind" is missing; it is subgraph, type, entity, cache_tag or all`)
	case !slices.Contains(kinds, i.Kind):
		return nil, fmt.Errorf("kind %q is unknown; it is subgraph, type, entity, cache_tag or all", i.Kind)
	}
	names := slices.Clone(i.Subgraphs)
	if i.Subgraph != "" && !slices.Contains(names, i.Subgraph) {
		names = append(names, i.Subgraph)
	}
	g := c.graph.Load()
	switch {
	case len(names) == 0 && i.Kind == "subgraph":
		return nil, errors.New(`kind "subgraph" needs "subgraph" or "subgraphs"; to invalidate all of them use kind "all"`)
	case len(names) == 0 && g == nil:
		return nil, errors.New("without a supergraph the subgraphs must be named")
	case len(names) == 0:
		return g.subgraphs(), nil
	}
	for _, n := range names {
		if g != nil && g.subgraph(n) == nil {
			return nil, fmt.Errorf("there is no subgraph %q in the supergraph%s", n, didYouMean(n, g.subgraphs()))
		}
	}
	return names, nil
}

func (g *Graph) subgraph(name string) *supergraph.Subgraph {
	for _, s := range g.supergraph.Subgraphs {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// subgraphs are the names of all subgraphs.
func (g *Graph) subgraphs() []string {
	var names []string
	for _, s := range g.supergraph.Subgraphs {
		names = append(names, s.Name)
	}
	return names
}

// allOf adds all entities of a type in a subgraph.
func (t *targets) allOf(subgraph, typ string) {
	t.member(clock.TypeMember(subgraph, typ))
	t.member(clock.ChangedMember(subgraph, typ))
}

// wholeTypes adds a type in the subgraphs that store something under it or one of the names its entities go by.
func (t *targets) wholeTypes(g *Graph, names []string, typ string) error {
	if g == nil {
		for _, s := range names {
			t.allOf(s, typ)
			t.whole++
		}
		return nil
	}
	found := false
	for _, name := range names {
		stored := g.storing(typ, g.subgraph(name))
		for _, s := range stored {
			t.allOf(name, s.Name)
		}
		if len(stored) > 0 {
			t.whole++
			found = true
		}
	}
	if !found {
		return g.storesNothing(typ, names)
	}
	return nil
}

// storing lists the types under whose names a subgraph's data of a type is stored: the root type of queries, or an
// entity's own type and all that it goes by.
func (g *Graph) storing(name string, sub *supergraph.Subgraph) []*supergraph.Type {
	if q := g.supergraph.Query; q != nil && q.Name == name {
		if q.In[sub.ID] == nil {
			return nil
		}
		return []*supergraph.Type{q}
	}
	return slices.DeleteFunc(slices.Clone(g.storedAs(name, sub)), func(t *supergraph.Type) bool {
		return len(g.keysOf(t, sub.ID)) == 0
	})
}

// storesNothing is the error for a type that is not stored under its name in any of some subgraphs.
func (g *Graph) storesNothing(typ string, names []string) error {
	if g.supergraph.Type(typ) == nil {
		return fmt.Errorf("the graph has no type %q%s", typ, didYouMean(typ, g.storedTypes()))
	}
	var elsewhere []string
	for _, s := range g.supergraph.Subgraphs {
		if len(g.storing(typ, s)) > 0 {
			elsewhere = append(elsewhere, s.Name)
		}
	}
	if len(elsewhere) == 0 {
		return fmt.Errorf("nothing is stored under the type %s, which has no key: name the entities that have it, "+
			"or their types", typ)
	}
	return fmt.Errorf("nothing of the type %s is stored for %s, only for %s",
		typ, strings.Join(names, ", "), strings.Join(elsewhere, ", "))
}

// storedTypes are the names of all types that something is stored under.
func (g *Graph) storedTypes() []string {
	var names []string
	for at := range g.keys {
		if !slices.Contains(names, at.typ.Name) {
			names = append(names, at.typ.Name)
		}
	}
	if q := g.supergraph.Query; q != nil {
		names = append(names, q.Name)
	}
	slices.Sort(names)
	return names
}

// storedAs lists the types under whose names a subgraph's data of an entity can be stored: the type itself, the
// interfaces it implements that are entities there (interface objects, or interfaces that entities are asked for by),
// and for an interface the same of all its implementations.
func (g *Graph) storedAs(name string, sub *supergraph.Subgraph) []*supergraph.Type {
	t := g.supergraph.Type(name)
	if t == nil {
		return nil
	}
	if known, ok := g.stored.Load(typeIn{t, sub.ID}); ok {
		return known.([]*supergraph.Type)
	}
	types := []*supergraph.Type{t}
	add := func(t *supergraph.Type) {
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	objects := []*supergraph.Type{t}
	if t.IsAbstract() {
		for i := range t.Possible.All {
			objects = append(objects, g.supergraph.Objects[i])
		}
	}
	for _, o := range objects {
		add(o)
		for _, i := range o.Interfaces {
			if len(g.keysOf(i, sub.ID)) > 0 {
				add(i)
			}
		}
	}
	g.stored.Store(typeIn{t, sub.ID}, types)
	return types
}

// tagged adds, for values that do not know the tags of all entities they are made of, the types whose entities may have
// a tag. It tells whether the schema can make the tag at all.
func (t *targets) tagged(g *Graph, subgraph, tag string) bool {
	if g == nil {
		return false
	}
	sub, known := g.subgraph(subgraph), false
	for at, formats := range g.tags {
		if at.subgraph != sub.ID || !slices.ContainsFunc(formats, func(f tagFormat) bool { return f.mayBe(tag) }) {
			continue
		}
		known = true
		for _, stored := range g.storedAs(at.typ.Name, sub) {
			t.member(clock.ChangedMember(subgraph, stored.Name))
			t.member(clock.UnnamedMember(subgraph, stored.Name, "@cacheTag"))
		}
	}
	return known || slices.ContainsFunc(g.fieldTags[sub.ID], func(f tagFormat) bool { return f.mayBe(tag) })
}

// entities adds one entity in every concerned subgraph. The key has to be one that the entity has in some subgraph.
func (t *targets) entities(c *Cache, g *Graph, names []string, i *Invalidation) error {
	if i.Type == "" {
		return errors.New(`kind "entity" needs "type", the name of the entity's type`)
	}
	key := normalKey(i.Key)
	if key == nil {
		return errors.New(
			`kind "entity" needs "key", an object with the fields of one of the entity's keys, such as {"id":"1"}`,
		)
	}
	if g == nil {
		for _, s := range names {
			t.entity(c, s, i.Type, appendCanonical(nil, key, 0))
		}
		return nil
	}
	field := fieldsOf(key)
	found, stores := false, false
	for _, s := range names {
		sub := g.subgraph(s)
		for _, typ := range g.storing(i.Type, sub) {
			stores = true
			found = g.named(typ, sub.ID, field).any() || found
		}
	}
	if !stores {
		return g.storesNothing(i.Type, names)
	}
	if !found && !g.anywhere(i.Type, field) {
		return fmt.Errorf("no key of type %s has all its fields in %s; its keys are %s",
			i.Type, i.Key, strings.Join(g.keyTexts(i.Type), ", "))
	}
	for _, s := range names {
		t.named(c, g, g.subgraph(s), i.Type, field)
	}
	return nil
}

// anywhere tells whether an entity has the given key in any subgraph.
func (g *Graph) anywhere(typ string, field fieldLookup) bool {
	for _, s := range g.supergraph.Subgraphs {
		for _, stored := range g.storing(typ, s) {
			if g.named(stored, s.ID, field).any() {
				return true
			}
		}
	}
	return false
}

// keyTexts are the field sets of all keys of a type.
func (g *Graph) keyTexts(typ string) []string {
	var texts []string
	for _, s := range g.supergraph.Subgraphs {
		for _, stored := range g.storing(typ, s) {
			for _, shape := range g.keysOf(stored, s.ID) {
				if text := shape.String(); !slices.Contains(texts, text) {
					texts = append(texts, text)
				}
			}
		}
	}
	slices.Sort(texts)
	return texts
}

// named adds an entity in one subgraph, by all of its keys that field shows. Where the subgraph knows it by none of
// them it cannot be told from others of its type, and all of these go; where it knows it by others, too, what is stored
// without the shown ones goes.
func (t *targets) named(c *Cache, g *Graph, sub *supergraph.Subgraph, typ string, field fieldLookup) {
	for _, stored := range g.storedAs(typ, sub) {
		names := g.named(stored, sub.ID, field)
		switch {
		case len(names) == 0:
		case !names.any():
			t.allOf(sub.Name, stored.Name)
			t.whole++
		default:
			for i, key := range names {
				if key == nil {
					continue
				}
				t.entity(c, sub.Name, stored.Name, key)
				if !names.all() {
					t.member(g.unnamed[typeIn{stored, sub.ID}][i])
				}
			}
		}
	}
}
