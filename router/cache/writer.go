package cache

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// writer stores what was fetched after the client has its answer: one goroutine builds values, keeps them in process
// and ends flights; another writes them to Redis in batches.
type writer struct {
	c    *Cache
	jobs chan storeJob
	out  chan redisWrite
	// waiting is the number of bytes in both queues.
	waiting atomic.Int64
	// unsettled counts jobs and writes that are not done.
	unsettled atomic.Int64

	mu     sync.RWMutex
	closed bool
}

// redisWrite is the values of one hash.
type redisWrite struct {
	// entity is the key of the entity's hash, key that of the hash the values belong in (the same for those for
	// everybody).
	entity, key, self string
	scope             *scope
	// seq is the clock reading of the values as Redis counts.
	seq    uint64
	clock  uint64
	began  int64
	values []storage.Value
	size   int64
	// optional tells that values need not be written that are there.
	optional bool
}

const (
	jobQueue   = 1024
	writeQueue = 8192
)

func newWriter(c *Cache) *writer {
	return &writer{c: c, jobs: make(chan storeJob, jobQueue), out: make(chan redisWrite, writeQueue)}
}

// submit hands over a job; it never waits. What does not fit is dropped, and its flights end empty-handed.
func (w *writer) submit(j storeJob) {
	if len(j.entities) == 0 {
		j.tellScopes()
		w.abandon(j)
		return
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed || w.waiting.Load()+j.size > w.c.cfg.Writes.MaxBytes {
		w.drop(j)
		return
	}
	w.unsettled.Add(1)
	w.waiting.Add(j.size)
	select {
	case w.jobs <- j:
	default:
		w.waiting.Add(-j.size)
		w.unsettled.Add(-1)
		w.drop(j)
	}
}

func (w *writer) drop(j storeJob) {
	w.c.totals.writeDrops.Add(uint64(len(j.entities)))
	w.abandon(j)
}

func (w *writer) abandon(j storeJob) {
	for _, f := range j.flights {
		w.c.flights.end(f, nil)
	}
}

// build works on jobs until the queue is closed.
func (w *writer) build() {
	defer w.c.background.Done()
	defer close(w.out)
	for j := range w.jobs {
		w.process(&j)
		w.waiting.Add(-j.size)
		w.unsettled.Add(-1)
	}
}

// process stores one job in process, ends its flights and queues what goes to Redis.
func (w *writer) process(j *storeJob) {
	c := w.c
	brought := map[string]*storage.Record{}
	for i := range j.entities {
		s := &j.entities[i]
		for k := range s.st.items {
			it := &s.st.items[k]
			known := s.names(j, it)
			if s.contains() {
				w.storeContained(j, w.contained(j, s, it, s.tagDeps(j, it, known)))
			}
			built, unstorable := s.build(j, it, known)
			n := &s.st.tp.scope.stats
			if unstorable {
				n.unstorable.Add(1)
			}
			j.note(s.st.tp.scope, len(built.shared)+len(built.private) > 0, len(built.shared) > 0)
			if len(built.shared)+len(built.private) == 0 {
				continue
			}
			n.stored.Add(1)
			if rec := w.keep(j, s, it, built); rec != nil {
				brought[it.local] = rec
			}
			for _, key := range s.alternates(it, known) {
				w.keep(j, s, s.st.named(key), built.dependingOn(it.self))
			}
		}
	}
	j.tellScopes()
	for _, f := range j.flights {
		c.flights.end(f, brought[f.key])
	}
}

// dependingOn returns the values with one more dependency.
func (o audiences) dependingOn(member string) audiences {
	add := func(values []storage.Value) []storage.Value {
		out := make([]storage.Value, len(values))
		for i, v := range values {
			v.Deps = append(append([]string(nil), v.Deps...), member)
			out[i] = v
		}
		return out
	}
	return audiences{shared: add(o.shared), private: add(o.private)}
}

// named is the item of the entity under one of its keys.
func (st *entityState) named(key []byte) *item {
	local := append(append([]byte(nil), st.tp.local...), key...)
	return &item{
		canonical: key, local: string(appendAudience(local, st.fetch.varied)),
		redis: storage.EntityKey(st.tp.prefix, key), self: clock.EntityMember(st.tp.scope.Subgraph, st.tp.name, key),
	}
}

// keep stores the values of an item in process and queues them for Redis. It returns the record for everybody.
func (w *writer) keep(j *storeJob, s *storeEntity, it *item, built audiences) *storage.Record {
	var shared *storage.Record
	fs := s.st.fetch
	for lane, values := range [...][]storage.Value{built.shared, built.private} {
		if len(values) == 0 {
			continue
		}
		key, audience := it.local, fs.varied
		if lane == 1 {
			key = string(appendAudience([]byte(key), fs.audience))
			audience = fs.varied + fs.audience
		}
		rec := &storage.Record{Fields: values, Self: it.self, Until: w.c.localUntil(j.now)}
		if lane == 0 {
			shared = rec
		}
		w.c.hold(key, rec, j.now)
		if w.c.redis == nil {
			continue
		}
		target := it.redis
		if audience != "" {
			target = w.c.keys.AudienceKey(it.redis, audience)
		}
		w.queue(redisWrite{
			entity: it.redis, key: target, self: it.self, scope: s.st.tp.scope,
			seq: clock.Sequence(fs.clock), clock: fs.clock, began: fs.began, values: values, optional: s.optional,
		})
	}
	return shared
}

func (w *writer) queue(r redisWrite) {
	for i := range r.values {
		r.size += int64(r.values[i].Size())
	}
	room := w.c.cfg.Writes.MaxBytes
	if r.optional {
		room /= 2
	}
	if w.waiting.Load()+r.size > room || r.optional && len(w.out) > writeQueue/2 || !w.c.breaker.Closed() {
		w.c.totals.writeDrops.Add(1)
		return
	}
	w.unsettled.Add(1)
	w.waiting.Add(r.size)
	select {
	case w.out <- r:
	default:
		w.settle(r)
		w.c.totals.writeDrops.Add(1)
	}
}

func (w *writer) settle(r redisWrite) {
	w.waiting.Add(-r.size)
	w.unsettled.Add(-1)
}

// write sends batches to Redis until the queue is closed.
func (w *writer) write() {
	defer w.c.background.Done()
	batch := make([]redisWrite, 0, w.c.cfg.Writes.Batch)
	for r := range w.out {
		batch = append(batch[:0], r)
	more:
		for len(batch) < cap(batch) {
			select {
			case r, ok := <-w.out:
				if !ok {
					break more
				}
				batch = append(batch, r)
			default:
				break more
			}
		}
		w.send(batch)
		for _, r := range batch {
			w.settle(r)
		}
	}
}

// send writes a batch in one pipeline: every hash by itself, so that a cluster's slots do not matter.
func (w *writer) send(batch []redisWrite) {
	c := w.c
	if c.redis == nil || !c.breaker.Closed() {
		c.totals.writeDrops.Add(uint64(len(batch)))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.WriteTimeout)
	defer cancel()
	pipe := c.redis.Pipeline()
	type sent struct {
		r      *redisWrite
		length *redis.Cmd
	}
	var all []sent
	now := millis(c.cfg.Now())
	w.sift(ctx, batch, now)
	for i := range batch {
		r := &batch[i]
		if len(r.values) == 0 {
			continue
		}
		if r.clock < r.scope.Min.Load() || !c.versions.SurelyCounts(r.self, r.clock) ||
			now-r.began > tombstone.Milliseconds()/2 {
			c.totals.writeDrops.Add(1)
			continue
		}
		args := make([]any, 2, 2+2*len(r.values))
		var until int64
		for j := range r.values {
			v := r.values[j]
			v.Clock = r.seq
			args = append(args, v.Name, storage.EncodeValue(nil, r.key, &v))
			until = max(until, v.Ends())
		}
		args[0], args[1] = clock.FormatNumber(r.seq), max(until-now, 1)
		if r.key != r.entity {
			c.scripts.Form(storage.StoreScript).Eval(ctx, pipe, []string{r.entity}, args[0], args[1], storage.OthersField, "1")
			args[0] = ""
		}
		all = append(all, sent{r: r, length: c.scripts.Form(storage.StoreScript).Eval(ctx, pipe, []string{r.key}, args...)})
	}
	if len(all) == 0 {
		return
	}
	if _, err := pipe.Exec(ctx); connection.IsOutage(err) {
		c.breaker.Failed(err)
	}
	for _, s := range all {
		length, err := s.length.Int()
		if err != nil {
			c.totals.writeErrors.Add(1)
			w.refused(ctx, s.r, err)
			continue
		}
		c.totals.written.Add(1)
		if length > c.cfg.MaxFields {
			w.trim(ctx, s.r.key, now)
		}
	}
}

// sift leaves out what need not be written because it is there. A composite value makes way for one of another
// selection and goes under a name of its own.
func (w *writer) sift(ctx context.Context, batch []redisWrite, now int64) {
	c := w.c
	pipe := c.redis.Pipeline()
	found := make([]*redis.SliceCmd, len(batch))
	for i := range batch {
		if r := &batch[i]; r.optional {
			names := []string{storage.SinceField}
			for j := range r.values {
				names = append(names, r.values[j].Name)
			}
			found[i] = pipe.HMGet(ctx, r.key, names...)
		}
	}
	if pipe.Len() == 0 {
		return
	}
	if _, err := pipe.Exec(ctx); connection.IsOutage(err) {
		return // the write tells the breaker
	}
	for i, cmd := range found {
		if cmd == nil {
			continue
		}
		if reply, err := cmd.Result(); err == nil && len(reply) == 1+len(batch[i].values) {
			batch[i].sift(c, reply, now)
		}
	}
}

// sift is writer.sift for one hash: reply has since and what is stored under the values' names.
func (r *redisWrite) sift(c *Cache, reply []any, now int64) {
	text, _ := reply[0].(string)
	since := clock.ParseNumber(text)
	kept := r.values[:0:0]
	for i, v := range r.values {
		raw, ok := reply[1+i].(string)
		held, err := storage.DecodeValue(r.key, v.Name, []byte(raw))
		if !ok || err != nil || held.Clock < since || clock.Reading(held.Clock) < r.scope.Min.Load() ||
			held.Freshness(now) != storage.Fresh ||
			!c.versions.DepsCount(held.Deps, clock.Reading(held.Clock)) ||
			held.Schema != v.Schema {
			kept = append(kept, v)
			continue
		}
		if base, common := strings.CutSuffix(v.Name, "~"); common && !c.coverage.covers(v.Covers, held.Covers) {
			v.Name = base + variantOf(v.Covers)
			v.Hash = storage.NameHash(v.Name)
		} else if !v.Improves(&held, now) {
			continue
		}
		kept = append(kept, v)
	}
	r.values = kept
}

// refused deals with a write Redis did not take. A key that holds something else than a hash is not ours: it goes.
func (w *writer) refused(ctx context.Context, r *redisWrite, err error) {
	var refused redis.Error
	if errors.As(err, &refused) && redis.HasErrorPrefix(err, "WRONGTYPE") {
		w.c.redis.Unlink(ctx, r.entity)
		if r.key != r.entity {
			w.c.redis.Unlink(ctx, r.key)
		}
	}
}

// trim removes ended fields of a hash that has grown too large, and the oldest ones if that is not enough.
func (w *writer) trim(ctx context.Context, key string, now int64) {
	all, err := w.c.redis.HGetAll(ctx, key).Result()
	if err != nil {
		return
	}
	remove := storage.Surplus(key, all, now, w.c.cfg.MaxFields/2)
	if len(remove) > 0 {
		w.c.redis.HDel(ctx, key, remove...)
	}
}

// settleAll waits until everything submitted before is stored or dropped, or the time is over.
func (w *writer) settleAll(ctx context.Context) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for w.unsettled.Load() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// close lets the queues run out; submit drops from now on.
func (w *writer) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.closed = true
		close(w.jobs)
	}
}
