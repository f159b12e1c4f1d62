package cache

import (
	"bytes"
	"context"
	"strings"
	"time"
	"unique"
	"unsafe"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/connection"
	"github.com/weft-graphql/weft/router/cache/storage"
	"github.com/weft-graphql/weft/router/exec"
)

// fetchState is what the entities of one fetch share from Lookup to Finish.
type fetchState struct {
	clock uint64
	began int64
	// leads are the flights this fetch has to end.
	leads []*flight
	// varied and audience are as in lookup.
	varied, audience string
}

// entityState is what the cache keeps about an entity that was not answered in process (CacheEntity.State).
type entityState struct {
	fetch *fetchState
	cp    *callProgram
	tp    *typeProgram
	// key is nil for a root call.
	key   *keyProgram
	rd    *rendering
	items []item
	// refresh are the flights of the background fetch that was asked for.
	refresh []*flight
}

// item is one record: an entity, or one field of a root call.
type item struct {
	// canonical is the key, local the key of its shared record in process, redis the key of its hash, self its member.
	canonical   []byte
	local       string
	redis, self string
	wants       []want
	negative    *storage.Value
	// since is the reading below which nothing counts, as Redis says: this process may not have heard of it yet.
	since uint64
	// join is the flight of somebody else that will bring all that is missing.
	join *flight
}

// want is one wanted field.
type want struct {
	// slot is the index in Wanted and Values.
	slot          int
	fp            *fieldProgram
	rf            *rendered
	name, variant string
	// found is the best value there is, taken tells that the common name holds a good value of another selection.
	found *storage.Value
	taken bool
}

// remote answers entities that are not in process: from Redis, from other requests' fetches under way, or not.
func (l *lookup) remote(ctx context.Context, rest []unanswered) {
	c := l.r.cache
	fs := &fetchState{clock: l.clock, began: l.now, varied: l.varied, audience: l.audience}
	states := make([]entityState, 0, len(rest))
	for i := range rest {
		u := &rest[i]
		e := &l.f.Entities[u.entity]
		if u.tp.policy.Disabled {
			u.tp.scope.stats.misses.Add(1)
			continue
		}
		states = append(states, entityState{
			fetch: fs, cp: l.r.calls[e.Call], tp: u.tp, key: u.key, rd: l.rendering(e.Call),
		})
		st := &states[len(states)-1]
		l.items(st, e, l.s.keys[u.start:u.end])
		e.State = st
	}
	if l.v.noRead {
		for i := range states {
			states[i].tp.scope.stats.misses.Add(1)
		}
		return
	}
	asked := false
	if c.redis != nil {
		if c.breaker.Closed() {
			asked = l.ask(ctx, states)
		} else {
			c.totals.skipped.Add(1)
		}
	}
	for i := range rest {
		e := &l.f.Entities[rest[i].entity]
		if st, ok := e.State.(*entityState); ok {
			l.decide(e, st, asked)
		}
	}
}

// items lists the records of an entity, which has a local key, and what is wanted of them.
func (l *lookup) items(st *entityState, e *exec.CacheEntity, local []byte) {
	if !st.cp.root {
		st.items = []item{{canonical: bytes.Clone(local[len(st.tp.local):])}}
	}
	for i, w := range e.Wanted {
		fp, rf := &st.cp.fields[w], &st.rd.fields[w]
		if fp.typename {
			e.Values[i] = st.tp.quoted
			continue
		}
		wanted := want{slot: i, fp: fp, rf: rf, name: rf.name, variant: rf.variant}
		if fp.requires != nil {
			inputs := string(appendInputs(nil, fp.requires, st.key.requires[w], &e.Key))
			wanted.name += inputs
			if fp.composite {
				wanted.variant += inputs
			}
		}
		if st.cp.root {
			st.items = append(st.items, item{canonical: []byte(rf.full), wants: []want{wanted}})
		} else {
			st.items[0].wants = append(st.items[0].wants, wanted)
		}
	}
	for i := range st.items {
		it := &st.items[i]
		it.local = string(appendAudience(append([]byte(st.tp.local), it.canonical...), l.varied))
		it.redis = storage.EntityKey(st.tp.prefix, it.canonical)
		it.self = clock.EntityMember(l.r.subgraph, st.tp.name, it.canonical)
		if l.r.cache.l1 == nil || l.v.noRead {
			continue
		}
		// What is in process already is not asked for again.
		shared := l.r.cache.local([]byte(it.local), l.now)
		var private *storage.Record
		if l.audience != "" {
			private = l.r.cache.local(appendAudience([]byte(it.local), l.audience), l.now)
		}
		for j := range it.wants {
			l.consider(st, it, &it.wants[j], private)
			l.consider(st, it, &it.wants[j], shared)
		}
	}
}

// consider takes the value of a record for a want if it is better than what was found so far.
func (l *lookup) consider(st *entityState, it *item, w *want, rec *storage.Record) {
	if rec == nil {
		return
	}
	common := rec.Find(storage.NameHash(w.name), w.name)
	candidates := [...]*storage.Value{common, nil}
	if w.fp.composite {
		candidates[1] = rec.Find(storage.NameHash(w.variant), w.variant)
	}
	for _, f := range candidates {
		if f == nil {
			continue
		}
		age := f.Freshness(l.now)
		if age == storage.Ended {
			continue
		}
		if !l.fits(f, st.tp, w.fp, w.rf) {
			if f == common && age == storage.Fresh && f.Schema == w.fp.schema && f.Clock >= st.tp.scope.Min.Load() {
				w.taken = !l.r.cache.coverage.covers(w.rf.covers, f.Covers)
			}
			continue
		}
		if w.found == nil || age > w.found.Freshness(l.now) {
			w.found = f
		}
	}
	if n := rec.Find(negativeHash, negativeName); n != nil && n.Freshness(l.now) == storage.Fresh &&
		n.Clock >= st.tp.scope.Min.Load() && l.allowed(n) && !contradicted(rec, n) {
		it.negative = n
	}
}

// missing tells whether an item lacks a fresh value.
func (it *item) missing(now int64) bool {
	for i := range it.wants {
		if f := it.wants[i].found; f == nil || f.Freshness(now) != storage.Fresh {
			return true
		}
	}
	return false
}

// answer is a command under way and what it is for.
type answer struct {
	st   *entityState
	it   *item
	lane uint8
	key  string
	// names are the hash fields, in the order of the reply.
	names []string
	cmd   *redis.SliceCmd
}

// The lanes of an entity: the hash for everybody, that for the values of the vary headers, that for the caller.
const (
	laneShared = iota
	laneVaried
	lanePrivate
)

// ask reads everything that is missing from Redis in one pipeline. It reports whether Redis answered.
func (l *lookup) ask(ctx context.Context, states []entityState) bool {
	c := l.r.cache
	pipe := c.redis.Pipeline()
	var answers []answer
	for i := range states {
		st := &states[i]
		for j := range st.items {
			if it := &st.items[j]; it.missing(l.now) {
				answers = l.queue(ctx, pipe, answers, st, it)
			}
		}
	}
	if len(answers) == 0 {
		return false
	}
	c.totals.roundTrips.Add(1)
	limited, cancel := context.WithTimeout(ctx, c.timeoutFor(len(answers)))
	_, err := pipe.Exec(limited)
	cancel()
	switch {
	case !connection.IsOutage(err):
		c.breaker.Succeeded()
	case ctx.Err() == nil:
		c.totals.failures.Add(1)
		c.breaker.Failed(err)
	}
	news := false
	for i := range answers {
		if a := &answers[i]; a.lane == laneShared {
			l.read(answers, i)
			news = news || a.it.since > l.clock
		}
	}
	if news {
		c.told.Add(1)
	}
	return true
}

// commandsInTime is how many commands Config.Timeout is for. More have more time.
const commandsInTime = 500

// timeoutFor is how long a pipeline of so many commands may take.
func (c *Cache) timeoutFor(commands int) time.Duration {
	scaled := c.cfg.Timeout + c.cfg.Timeout*time.Duration(commands)/commandsInTime
	return max(c.cfg.Timeout, min(scaled, c.cfg.WriteTimeout))
}

// queue adds the commands for one item, the shared lane first.
func (l *lookup) queue(
	ctx context.Context,
	pipe redis.Pipeliner,
	answers []answer,
	st *entityState,
	it *item,
) []answer {
	names := make([]string, 1, 2+2*len(it.wants))
	names[0] = storage.SinceField
	if !st.cp.root {
		names = append(names, negativeName)
	}
	for i := range it.wants {
		w := &it.wants[i]
		if w.found != nil && w.found.Freshness(l.now) == storage.Fresh {
			continue
		}
		names = append(names, w.name)
		if w.fp.composite {
			names = append(names, w.variant)
		}
	}
	add := func(lane uint8, key string, names []string) {
		answers = append(
			answers,
			answer{st: st, it: it, lane: lane, key: key, names: names, cmd: pipe.HMGet(ctx, key, names...)},
		)
	}
	if l.varied == "" {
		add(laneShared, it.redis, names)
	} else {
		add(laneShared, it.redis, names[:1])
		add(laneVaried, l.r.cache.keys.AudienceKey(it.redis, l.varied), names[1:])
	}
	if l.audience != "" {
		add(lanePrivate, l.r.cache.keys.AudienceKey(it.redis, l.varied+l.audience), names[1:])
	}
	return answers
}

// read takes the replies for one item: answers[first] is its shared lane, the other lanes follow.
func (l *lookup) read(answers []answer, first int) {
	shared := &answers[first]
	reply, err := shared.cmd.Result()
	if err != nil || len(reply) != len(shared.names) {
		if err != nil && !connection.IsOutage(err) {
			l.r.cache.totals.foreign.Add(1) // something else than a hash has our key
		}
		return
	}
	text, _ := reply[0].(string)
	seq := clock.ParseNumber(text)
	if seq == 0 {
		return // nothing is stored, or not by us
	}
	since := clock.Reading(seq)
	shared.it.since = since
	for i := first; i < len(answers) && (i == first || answers[i].lane != laneShared); i++ {
		a := &answers[i]
		values, err := a.cmd.Result()
		if err != nil || len(values) != len(a.names) {
			continue
		}
		names := a.names
		if a.lane == laneShared {
			values, names = values[1:], names[1:]
		}
		l.take(a, names, values, since)
	}
}

// take decodes what one lane returned, keeps it in process and uses it.
func (l *lookup) take(a *answer, names []string, values []any, since uint64) {
	c := l.r.cache
	rec := &storage.Record{Since: since, Self: a.it.self, Until: c.localUntil(l.now)}
	changes := c.versions.Changes.Load()
	for i, raw := range values {
		s, ok := raw.(string)
		if !ok {
			continue
		}
		f, err := storage.DecodeValue(a.key, names[i], unsafe.Slice(unsafe.StringData(s), len(s)))
		if err != nil {
			c.totals.foreign.Add(1)
			continue
		}
		f.Name = strings.Clone(f.Name)
		f.Covers = unique.Make(f.Covers).Value()
		f.Clock = clock.Reading(f.Clock)
		if f.Clock < since || f.Private != (a.lane == lanePrivate) ||
			!c.versions.DepsCount(f.Deps, f.Clock) || !c.versions.EntityCounts(a.it.self, f.Clock) {
			continue
		}
		rec.Fields = append(rec.Fields, f)
	}
	if len(rec.Fields) == 0 {
		return
	}
	rec.Verified.Store(changes)
	if c.l1 != nil {
		key := a.it.local
		if a.lane == lanePrivate {
			key = string(appendAudience([]byte(key), l.audience))
		}
		c.hold(key, rec, l.now)
	}
	for i := range a.it.wants {
		l.consider(a.st, a.it, &a.it.wants[i], rec)
	}
	if len(a.it.wants) == 0 {
		l.consider(a.st, a.it, &want{fp: &fieldProgram{}, rf: &rendered{}}, rec)
	}
}

// decide sets the status of an entity from what was found.
func (l *lookup) decide(e *exec.CacheEntity, st *entityState, asked bool) {
	n := &st.tp.scope.stats
	found, total, oldest := 0, 0, storage.Fresh
	for i := range st.items {
		for j := range st.items[i].wants {
			total++
			if f := st.items[i].wants[j].found; f != nil && f.Freshness(l.now) >= storage.Stale {
				found++
				oldest = min(oldest, f.Freshness(l.now))
			}
		}
	}
	status := "miss"
	switch {
	case found == total && total > 0 && oldest == storage.Fresh:
		l.fill(e, st)
		n.hits.Add(1)
		status = "hit"
	case !st.cp.root && st.items[0].negative != nil:
		e.Status = exec.CacheNull
		l.tally.addValue(st.items[0].negative, l.now)
		n.nulls.Add(1)
		status = "null"
	case found == total && total > 0:
		l.fill(e, st)
		e.Refresh = l.r.cache.flights.refresh(l, st)
		n.stale.Add(1)
		status = "stale"
	case l.r.cache.flights.board(l, e, st):
		status = "shared"
	case found > 0:
		l.fillKnown(e, st)
		n.partial.Add(1)
		status = "partial"
	default:
		n.misses.Add(1)
	}
	if found > 0 || e.Status == exec.CacheNull {
		st.tp.scope.found()
	}
	if st.cp.root {
		recordAdmission(e, st.cp, e.Status != exec.CacheMiss)
	}
	if asked && (e.Status == exec.CacheHit || e.Status == exec.CacheNull) {
		n.remote.Add(1)
	}
	if l.v.debug {
		l.describe(st, status, asked)
	}
}

// fill answers an entity from what was found.
func (l *lookup) fill(e *exec.CacheEntity, st *entityState) {
	e.Status = exec.CacheHit
	for i := range st.items {
		for j := range st.items[i].wants {
			w := &st.items[i].wants[j]
			e.Values[w.slot] = w.found.JSON
			l.tally.addValue(w.found, l.now)
		}
	}
}

// fillKnown fills in what was found of an entity that has to be fetched.
func (l *lookup) fillKnown(e *exec.CacheEntity, st *entityState) {
	e.Known = make([]bool, len(e.Wanted))
	for i := range st.items {
		for j := range st.items[i].wants {
			if w := &st.items[i].wants[j]; w.found != nil && w.found.Freshness(l.now) == storage.Fresh {
				e.Known[w.slot], e.Values[w.slot] = true, w.found.JSON
			}
		}
	}
}

func (l *lookup) describe(st *entityState, status string, asked bool) {
	for i := range st.items {
		info := FetchInfo{
			Fetch:    l.r.req.ID,
			Subgraph: l.r.subgraph,
			Type:     st.tp.name,
			Key:      string(st.items[i].canonical),
			Status:   status,
		}
		if asked {
			info.Source = "redis"
		}
		var found []*storage.Value
		for j := range st.items[i].wants {
			found = append(found, st.items[i].wants[j].found)
		}
		l.v.noteValues(info, found, l.now)
	}
}
