package cache

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
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
	// Warnings are about invalidations that were followed but may be mistaken.
	Warnings []Problem
}

// Problem is what is wrong with one invalidation of a list.
type Problem struct {
	// Index is its index in the list.
	Index   int    `json:"index"`
	Message string `json:"message"`
}

// RefusedError says which invalidations of a list are wrong. The others were followed.
type RefusedError struct {
	Problems []Problem
	// of is how many invalidations the list had.
	of int
}

func (e *RefusedError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		if e.of > 1 {
			fmt.Fprintf(&b, "invalidation %d: ", p.Index)
		}
		b.WriteString(p.Message)
	}
	return b.String()
}

var _ error = (*RefusedError)(nil)

// Invalidate makes values not count any more, in Redis and in every replica. When it returns without Deferred, no
// later lookup through Redis sees them; other replicas' caches in process follow as soon as the message reaches them.
// The error, a *RefusedError, says which invalidations are wrong; all others are followed.
func (c *Cache) Invalidate(ctx context.Context, list ...Invalidation) (InvalidationResult, error) {
	return c.invalidateSome(ctx, list, nil, "")
}

// InvalidateOnce is Invalidate for news that many replicas hear of: the first of them tells Redis, the others only
// follow in process. The name of the news must be the same for all replicas, and another one for other news.
func (c *Cache) InvalidateOnce(ctx context.Context, news string, list ...Invalidation) (InvalidationResult, error) {
	return c.invalidateSome(ctx, list, nil, news)
}

// invalidateSome follows the invalidations of a list that are not among the refused ones, which have to be in order.
func (c *Cache) invalidateSome(
	ctx context.Context, list []Invalidation, refused []Problem, news string,
) (InvalidationResult, error) {
	var t targets
	var warnings, wrong []Problem
	for i := range list {
		if len(refused) > 0 && refused[0].Index == i {
			wrong, refused = append(wrong, refused[0]), refused[1:]
			continue
		}
		warning, err := c.expand(&t, &list[i])
		if err != nil {
			wrong = append(wrong, Problem{i, err.Error()})
		} else if warning != "" {
			warnings = append(warnings, Problem{i, warning})
		}
	}
	res := c.invalidate(ctx, &t, news)
	res.Warnings = warnings
	if len(wrong) > 0 {
		return res, &RefusedError{Problems: wrong, of: len(list)}
	}
	return res, nil
}

// maxSingle is how many entities of one type in one subgraph are invalidated one by one; of more, all of the type are.
const maxSingle = 1000

// targets are invalidations in terms of members and hashes, each once.
type targets struct {
	members, hashes []string
	// whole counts subgraphs, types and tags.
	whole int
	seen  map[string]struct{}
	types map[typeName]*singles
}

// singles are the entities of a type that are invalidated one by one; too many means that all of the type are.
type singles struct {
	members, hashes []string
	tooMany         bool
}

// adds notes a member or hash, and tells whether it is new.
func (t *targets) adds(name string) bool {
	if t.seen == nil {
		t.seen = map[string]struct{}{}
	}
	_, known := t.seen[name]
	t.seen[name] = struct{}{}
	return !known
}

func (t *targets) member(m string) {
	if t.adds(m) {
		t.members = append(t.members, m)
	}
}

func (t *targets) entity(c *Cache, subgraph, typ string, key []byte) {
	at := typeName{subgraph, typ}
	s := t.types[at]
	if s == nil {
		s = &singles{}
		if t.types == nil {
			t.types = map[typeName]*singles{}
		}
		t.types[at] = s
	}
	if s.tooMany {
		return
	}
	t.member(clock.ChangedMember(subgraph, typ))
	member, hash := clock.EntityMember(subgraph, typ, key), storage.EntityKey(c.keys.EntityPrefix(subgraph, typ), key)
	if !t.adds(member) {
		return
	}
	s.members, s.hashes = append(s.members, member), append(s.hashes, hash)
	t.members, t.hashes = append(t.members, member), append(t.hashes, hash)
	if len(s.members) > maxSingle {
		t.replace(at, s)
	}
}

// replace makes the whole type a target in place of single entities.
func (t *targets) replace(at typeName, s *singles) {
	single := make(map[string]struct{}, 2*len(s.members))
	for i, m := range s.members {
		single[m], single[s.hashes[i]] = struct{}{}, struct{}{}
	}
	isSingle := func(name string) bool { _, is := single[name]; return is }
	t.members, t.hashes = slices.DeleteFunc(t.members, isSingle), slices.DeleteFunc(t.hashes, isSingle)
	*s = singles{tooMany: true}
	t.allOf(at.subgraph, at.typ)
	t.whole++
}

// invalidate makes targets not count any more. news names what tells of them, if others may be told as well.
func (c *Cache) invalidate(ctx context.Context, t *targets, news string) InvalidationResult {
	res := InvalidationResult{Count: t.whole}
	if len(t.members) == 0 {
		return res
	}
	c.totals.invalidations.Add(uint64(len(t.members)))
	if c.redis == nil {
		c.versions.TickLocally(t.members)
		res.Count += len(t.hashes)
		return res
	}
	if c.breaker.Closed() {
		n, err := c.announce(ctx, news, t)
		res.Count += n
		if err == nil {
			return res
		}
		c.breaker.Open(fmt.Errorf("invalidating: %w", err))
	}
	c.versions.TickLocally(t.members)
	c.pending.add(t.members, t.hashes)
	c.breaker.Kick()
	res.Deferred = true
	return res
}

// announce tells Redis of targets, and tries once more if that fails: others read what is not true any more until they
// know. It takes its own time, whatever the request that led to it has left, also when the client has gone.
func (c *Cache) announce(ctx context.Context, news string, t *targets) (stored int, err error) {
	for range 2 {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.WriteTimeout)
		stored, err = c.publishNews(limited, news, t.members, t.hashes)
		cancel()
		if err == nil {
			break
		}
		// Nobody else does what an attempt that failed has announced.
		news = ""
	}
	return stored, err
}
