package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/weft-graphql/weft/router/supergraph"
)

// Invalidation says what is not true any more. In JSON it has the form other routers accept at their invalidation
// endpoint: {"kind": "type", "subgraph": "accounts", "type": "User"}.
type Invalidation struct {
	// Kind is "subgraph", "type", "entity", "cache_tag", or "all".
	Kind string `json:"kind"`
	// Subgraph and Subgraphs name the subgraphs concerned. Without any, all of the supergraph are.
	Subgraph  string   `json:"subgraph,omitempty"`
	Subgraphs []string `json:"subgraphs,omitempty"`
	// Type is the type's name, for the kinds type and entity.
	Type string `json:"type,omitempty"`
	// Key is an object with at least the fields of one of the entity's keys.
	Key json.RawMessage `json:"key,omitempty"`
	// Tag is the tag, for the kind cache_tag.
	Tag string `json:"cache_tag,omitempty"`
}

// InvalidationResult says what an invalidation did.
type InvalidationResult struct {
	// Count is the number of stored entities that were removed, plus one for every subgraph, type and tag invalidated
	// as a whole (their values are not counted: they are not touched, they only stop counting).
	Count int
	// Deferred tells that Redis cannot be reached: this process follows the invalidation at once, the others and the
	// stored values do as soon as Redis is back.
	Deferred bool
}

// Invalidate makes values not count any more, in Redis and in every replica. When it returns without Deferred, no
// later lookup through Redis sees them; other replicas' caches in process follow as soon as the message reaches them.
// The error says which invalidation is wrong; nothing is invalidated then.
func (c *Cache) Invalidate(ctx context.Context, list ...Invalidation) (InvalidationResult, error) {
	var t targets
	for i := range list {
		if err := c.expand(&t, &list[i]); err != nil {
			if len(list) > 1 {
				err = fmt.Errorf("invalidation %d: %w", i, err)
			}
			return InvalidationResult{}, err
		}
	}
	return c.invalidate(ctx, &t), nil
}

// targets are invalidations in terms of members and hashes.
type targets struct {
	members, hashes []string
	// whole counts subgraphs, types and tags.
	whole int
}

func (t *targets) member(m string) {
	if !slices.Contains(t.members, m) {
		t.members = append(t.members, m)
	}
}

func (t *targets) entity(c *Cache, subgraph, typ string, key []byte) {
	t.member(entityMember(subgraph, typ, key))
	t.member(changedMember(subgraph, typ))
	if h := entityKey(c.keys.entityPrefix(subgraph, typ), key); !slices.Contains(t.hashes, h) {
		t.hashes = append(t.hashes, h)
	}
}

func (c *Cache) invalidate(ctx context.Context, t *targets) InvalidationResult {
	res := InvalidationResult{Count: t.whole}
	if len(t.members) == 0 {
		return res
	}
	c.totals.invalidations.Add(uint64(len(t.members)))
	if c.redis == nil {
		c.versions.tickLocally(t.members)
		res.Count += len(t.hashes)
		return res
	}
	if c.breaker.closed() {
		n, err := c.publish(ctx, t.members, t.hashes)
		res.Count += n
		if err == nil {
			return res
		}
		c.breaker.open(fmt.Errorf("invalidating: %w", err))
	}
	c.versions.tickLocally(t.members)
	c.pending.add(t.members, t.hashes)
	c.breaker.kick()
	res.Deferred = true
	return res
}

// expand adds what one invalidation concerns.
func (c *Cache) expand(t *targets, i *Invalidation) error {
	names, err := c.concerned(i)
	if err != nil {
		return err
	}
	switch i.Kind {
	case "all":
		t.member("*")
		t.whole++
	case "subgraph":
		for _, s := range names {
			t.member(subgraphMember(s))
			t.whole++
		}
	case "type":
		if i.Type == "" {
			return errors.New(`kind "type" needs "type", the name of the type`)
		}
		for _, s := range names {
			t.allOf(s, i.Type)
			t.whole++
		}
	case "cache_tag":
		if i.Tag == "" {
			return errors.New(`kind "cache_tag" needs "cache_tag", the tag`)
		}
		for _, s := range names {
			t.member(tagMember(s, i.Tag))
			t.whole++
			c.taggedTypes(t, s, i.Tag)
		}
	case "entity":
		return c.expandEntity(t, i, names)
	case "":
		return errors.New(`"kind" is missing; it is subgraph, type, entity, cache_tag or all`)
	default:
		return fmt.Errorf(`kind %q is unknown; it is subgraph, type, entity, cache_tag or all`, i.Kind)
	}
	return nil
}

// concerned lists the subgraphs an invalidation names, or all there are.
func (c *Cache) concerned(i *Invalidation) ([]string, error) {
	names := slices.Clone(i.Subgraphs)
	if i.Subgraph != "" && !slices.Contains(names, i.Subgraph) {
		names = append(names, i.Subgraph)
	}
	g := c.graph.Load()
	if len(names) > 0 {
		if g != nil {
			for _, n := range names {
				if g.subgraph(n) == nil {
					return nil, fmt.Errorf("there is no subgraph %q in the supergraph", n)
				}
			}
		}
		return names, nil
	}
	if i.Kind == "all" {
		return nil, nil
	}
	if i.Kind == "subgraph" {
		return nil, errors.New(`kind "subgraph" needs "subgraph" or "subgraphs"; to invalidate all of them use kind "all"`)
	}
	if g == nil {
		return nil, errors.New("without a supergraph the subgraphs must be named")
	}
	for _, s := range g.supergraph.Subgraphs {
		names = append(names, s.Name)
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

// taggedTypes adds, for values that contain entities without knowing which ones, the types whose entities may have a tag.
func (c *Cache) taggedTypes(t *targets, subgraph, tag string) {
	g := c.graph.Load()
	if g == nil {
		return
	}
	sub := g.subgraph(subgraph)
	for at, formats := range g.tags {
		if sub == nil || at.subgraph != sub.ID {
			continue
		}
		for _, f := range formats {
			if f.mayBe(tag) {
				t.member(changedMember(subgraph, at.typ.Name))
			}
		}
	}
}

// expandEntity adds one entity in every concerned subgraph that knows it by a key that was given.
func (c *Cache) expandEntity(t *targets, i *Invalidation, names []string) error {
	if i.Type == "" {
		return errors.New(`kind "entity" needs "type", the name of the entity's type`)
	}
	if m := membersOf(i.Key); m.broken || !json.Valid(i.Key) {
		return errors.New(`kind "entity" needs "key", an object with the fields of one of the entity's keys, such as {"id":"1"}`)
	}
	g := c.graph.Load()
	if g == nil {
		key := appendCanonical(nil, i.Key, 0)
		for _, s := range names {
			t.entity(c, s, i.Type, key)
		}
		return nil
	}
	found := false
	for _, s := range names {
		sub := g.subgraph(s)
		for _, typ := range g.storedAs(i.Type, sub) {
			for _, shape := range keyShapes(typ, sub.ID) {
				if key := shape.keyFromObject(i.Key); key != nil {
					t.entity(c, s, typ.Name, key)
					found = true
				}
			}
		}
	}
	if !found {
		return fmt.Errorf("no key of type %s in %v has all its fields in %s", i.Type, names, i.Key)
	}
	return nil
}

// storedAs lists the types under whose names a subgraph's data of an entity can be stored: the type itself, the
// interface objects it implements, and for an interface its implementations.
func (g *Graph) storedAs(name string, sub *supergraph.Subgraph) []*supergraph.Type {
	t := g.supergraph.Type(name)
	if t == nil {
		return nil
	}
	types := []*supergraph.Type{t}
	for _, i := range t.Interfaces {
		if in := i.In[sub.ID]; in != nil && in.InterfaceObject {
			types = append(types, i)
		}
	}
	if t.IsAbstract() {
		for i := range t.Possible.All {
			types = append(types, g.supergraph.Objects[i])
		}
	}
	return types
}
