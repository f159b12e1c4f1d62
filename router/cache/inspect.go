package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/supergraph"
)

// Entry is one hash that Redis holds for an entity in one subgraph.
type Entry struct {
	Subgraph string `json:"subgraph"`
	Type     string `json:"type"`
	// Key is the canonical key, RedisKey the key of the hash.
	Key      string `json:"key"`
	RedisKey string `json:"redisKey"`
	// TTL is when Redis removes the hash.
	TTL time.Duration `json:"ttl"`
	// Since is the clock reading below which nothing in it counts.
	Since  uint64       `json:"since"`
	Fields []EntryField `json:"fields"`
	// Others tells that there are values that are not shown: for single callers, or by the values of vary headers.
	Others bool `json:"others,omitempty"`
}

// EntryField is one stored field.
type EntryField struct {
	Name string `json:"name"`
	// JSON is the value.
	JSON string `json:"json"`
	// Stored is when it was stored, Expires when it ends; Age is its age with the Age it came with.
	Stored  time.Time     `json:"stored"`
	Expires time.Time     `json:"expires"`
	Age     time.Duration `json:"age"`
	// EndsBy is what its end comes from: "the answer's Cache-Control", "@cacheControl in the schema", "the configured
	// ttl", "max_ttl" or "negative_ttl".
	EndsBy string `json:"endsBy,omitempty"`
	// Clock is the reading of the invalidation clock from before it was fetched.
	Clock uint64 `json:"clock"`
	// Selection is what a composite value was selected with.
	Selection string `json:"selection,omitempty"`
	// Tags are its tags, Depends the number of other entities it depends on.
	Tags    []string `json:"tags,omitempty"`
	Depends int      `json:"depends,omitempty"`
	// State says whether it is used, and if not why: "fresh", "stale", "ended", "invalidated: ...", "damaged".
	State string `json:"state"`
}

// ParseKey turns name=value pairs ("upc=1") into an entity's key object, with values as the type's keys have them:
// quoted unless the field is an Int, Float or Boolean.
func (c *Cache) ParseKey(typ string, args []string) ([]byte, error) {
	b := []byte{'{'}
	var t *supergraph.Type
	if g := c.graph.Load(); g != nil {
		if t = g.supergraph.Type(typ); t == nil {
			return nil, fmt.Errorf("the graph has no type %s", typ)
		}
	}
	for i, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is not of the form field=value", arg)
		}
		if t != nil && t.Field(name) == nil {
			return nil, fmt.Errorf("the type %s has no field %s", typ, name)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(jsontext.AppendQuoted(b, name), ':')
		if literalKey(t, name, value) {
			b = append(b, value...)
		} else {
			b = jsontext.AppendQuoted(b, value)
		}
	}
	if len(args) == 0 {
		return nil, errors.New("the key is missing: give it as field=value")
	}
	return append(b, '}'), nil
}

// literalKey tells whether a key field's value is written without quotes.
func literalKey(t *supergraph.Type, name, value string) bool {
	if t == nil || t.Field(name) == nil || t.Field(name).Named == nil {
		return false
	}
	switch t.Field(name).Named.Name {
	case "Int", "Float":
		_, err := strconv.ParseFloat(value, 64)
		return err == nil
	case "Boolean":
		return value == "true" || value == "false"
	}
	return false
}

// Inspect returns what Redis holds for an entity, in every subgraph that knows the type, or for a root field: then typ
// is "Query" and key the field with its arguments, such as topProducts(first:5). Values that are stored for one caller
// only, or by the values of vary headers, are not shown; Entry.Others tells that there are some.
func (c *Cache) Inspect(ctx context.Context, typ string, key []byte) ([]Entry, error) {
	if c.redis == nil {
		return nil, errors.New("there is no Redis to look into: the cache lives in the router's process only")
	}
	g := c.graph.Load()
	if g == nil {
		return nil, errors.New("inspecting needs a supergraph, for the types' keys")
	}
	var entries []Entry
	for _, sub := range g.supergraph.Subgraphs {
		if g.supergraph.Query != nil && typ == g.supergraph.Query.Name {
			e, err := c.inspectHash(ctx, sub.Name, typ, key)
			if err != nil {
				return nil, err
			}
			entries = append(entries, e...)
			continue
		}
		for _, t := range g.storedAs(typ, sub) {
			for _, shape := range keyShapes(t, sub.ID) {
				canonical := shape.keyFromObject(key)
				if canonical == nil {
					continue
				}
				e, err := c.inspectHash(ctx, sub.Name, t.Name, canonical)
				if err != nil {
					return nil, err
				}
				entries = append(entries, e...)
			}
		}
	}
	return entries, nil
}

func (c *Cache) inspectHash(ctx context.Context, subgraph, typ string, key []byte) ([]Entry, error) {
	at := storage.EntityKey(c.keys.EntityPrefix(subgraph, typ), key)
	all, err := c.redis.HGetAll(ctx, at).Result()
	if redis.HasErrorPrefix(err, "WRONGTYPE") {
		return nil, fmt.Errorf("%s holds something that is not of this cache: %w", at, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", at, err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	left, err := c.redis.PTTL(ctx, at).Result()
	if err != nil {
		return nil, fmt.Errorf("read the lifetime of %s: %w", at, err)
	}
	e := Entry{
		Subgraph: subgraph, Type: typ, Key: string(key), RedisKey: at, TTL: left, Since: clock.ParseNumber(all[storage.SinceField]),
	}
	self := clock.EntityMember(subgraph, typ, key)
	for name, raw := range all {
		switch name {
		case storage.SinceField:
		case storage.OthersField:
			e.Others = true
		default:
			e.Fields = append(e.Fields, c.inspectField(&e, self, name, raw))
		}
	}
	slices.SortFunc(e.Fields, func(a, b EntryField) int { return cmp.Compare(a.Name, b.Name) })
	return []Entry{e}, nil
}

func (c *Cache) inspectField(e *Entry, self, name, raw string) EntryField {
	v, err := storage.DecodeValue(e.RedisKey, name, []byte(raw))
	if err != nil {
		return EntryField{Name: name, State: "damaged: " + err.Error()}
	}
	now := c.cfg.Now()
	f := EntryField{
		Name: name, JSON: string(v.JSON), Stored: time.UnixMilli(v.Stored), Expires: time.UnixMilli(v.Expires),
		Age: now.Sub(time.UnixMilli(v.Born)), Clock: v.Clock, Selection: v.Covers,
		EndsBy: v.By.String(),
	}
	for _, d := range v.Deps {
		if tag, ok := strings.CutPrefix(d, clock.TagMember(e.Subgraph, "")); ok {
			f.Tags = append(f.Tags, tag)
		} else {
			f.Depends++
		}
	}
	clock := clock.Reading(v.Clock)
	switch {
	case v.Clock < e.Since:
		f.State = "invalidated: the entity"
	case clock < c.scope(e.Subgraph, e.Type).Min.Load():
		f.State = "invalidated: its type, its subgraph or everything"
	case !c.versions.EntityCounts(self, clock):
		f.State = "invalidated: the entity"
	case !c.versions.DepsCount(v.Deps, clock):
		f.State = "invalidated: a tag, or an entity in it"
	default:
		f.State = [...]string{storage.Ended: "ended", storage.ErrorOnly: "stale: only for errors", storage.Stale: "stale: served while it is fetched anew", storage.Fresh: "fresh"}[v.Freshness(millis(now))]
	}
	return f
}
