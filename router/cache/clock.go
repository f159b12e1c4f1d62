package cache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Two keys of one slot hold the invalidation clock for all replicas:
//
//	weft:{<ns>}:epochs  a hash: clock, floor, depfloor, and a field per wide member
//	weft:{<ns>}:deps    a sorted set of the narrow members by the clock of their invalidation, with a sentinel
//
// The scripts below are the only ones that touch them. A table that is gone (flushed, evicted, a new server) is begun
// again with floors at the present, so that nothing stored before counts: losing the table never revives anything.

// script is a Lua script in two forms. The flagged one may write when Redis is at its memory limit: invalidations must
// get through then as well. Servers older than Redis 7, and some that only speak its protocol, know no flags.
type script struct{ flagged, plain *redis.Script }

func newScript(text string) script {
	return script{redis.NewScript("#!lua flags=allow-oom\n" + text), redis.NewScript(text)}
}

// newStrictScript is newScript for what Redis is to refuse when it is at its memory limit.
func newStrictScript(text string) script {
	return script{redis.NewScript("#!lua\n" + text), redis.NewScript(text)}
}

// form is the script as the server understands it.
func (c *Cache) form(s script) *redis.Script {
	if c.plainScripts.Load() {
		return s.plain
	}
	return s.flagged
}

// eval runs a script, and finds out which form the server understands.
func (c *Cache) eval(ctx context.Context, s script, keys []string, args ...any) *redis.Cmd {
	cmd := c.form(s).Eval(ctx, c.redis, keys, args...)
	var refused redis.Error
	if err := cmd.Err(); errors.As(err, &refused) && strings.Contains(err.Error(), "ompil") && !c.plainScripts.Swap(true) {
		return s.plain.Eval(ctx, c.redis, keys, args...)
	}
	return cmd
}

// prologue opens the table: it reads the clock (last), and begins the table again if it is gone.
const prologue = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local last = tonumber(redis.call('HGET', KEYS[1], 'clock') or '0')
local function text(n) return string.format('%.0f', n) end
local function floorHere(field, n)
  redis.call('HSET', KEYS[1], field, text(n))
end
if last == 0 then
  last = math.max(now, tonumber(ARGV[1]) + 1)
  redis.call('HSET', KEYS[1], 'clock', text(last))
  floorHere('floor', last)
  redis.call('DEL', KEYS[2])
end
if not redis.call('ZSCORE', KEYS[2], '!') then
  floorHere('depfloor', last)
  redis.call('ZADD', KEYS[2], 'inf', '!')
end
`

// ticking moves the clock on and records members at the new reading: ARGV from argument first on.
const ticking = `
local seq = math.max(now, last + 1, tonumber(ARGV[1]) + 1)
redis.call('HSET', KEYS[1], 'clock', text(seq))
for i = first, #ARGV do
  local kind = string.sub(ARGV[i], 1, 1)
  if kind == 'e' or kind == 'g' then
    redis.call('ZADD', KEYS[2], seq, ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], text(seq))
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(seq - tonumber(ARGV[3])))
local surplus = redis.call('ZCARD', KEYS[2]) - 1 - tonumber(ARGV[2])
if surplus > 0 then
  local out = redis.call('ZPOPMIN', KEYS[2], surplus)
  local top = tonumber(out[#out])
  local old = tonumber(redis.call('HGET', KEYS[1], 'depfloor') or '0')
  floorHere('depfloor', math.max(top, old))
end
local floors = redis.call('HMGET', KEYS[1], 'floor', 'depfloor')
local lines = {text(seq), floors[1] or '0', floors[2] or '0'}
for i = first, #ARGV do lines[#lines + 1] = ARGV[i] end
redis.call('PUBLISH', ARGV[4], table.concat(lines, '\n'))
`

// tickScript moves the clock on.
//
//	KEYS  epochs, deps
//	ARGV  the caller's clock, the most narrow members to keep, how long to keep them (µs), the channel, members...
//	returns the new clock, floor and depfloor as text
var tickScript = newScript(prologue + `
local first = 5
` + ticking + `
return {text(seq), floors[1] or '0', floors[2] or '0'}
`)

// tickOnceScript moves the clock on unless somebody did so for the same news, which the third key stands for: it
// holds the reading of then, and "done" behind it when that was all followed.
//
//	KEYS  epochs, deps, the news
//	ARGV  as for tickScript, but how long to remember the news (ms) before the members
//	returns the clock, floor, depfloor and what the news' key held before, or an empty text
var tickOnceScript = newScript(prologue + `
local held = redis.call('GET', KEYS[3])
if held then
  local floors = redis.call('HMGET', KEYS[1], 'floor', 'depfloor')
  return {string.match(held, '^%d+') or '0', floors[1] or '0', floors[2] or '0', held}
end
local first = 6
` + ticking + `
redis.call('SET', KEYS[3], text(seq), 'PX', ARGV[5])
return {text(seq), floors[1] or '0', floors[2] or '0', ''}
`)

// syncScript returns what was invalidated since a reading.
//
//	KEYS  epochs, deps
//	ARGV  the caller's clock, the reading since when, the most narrow members to return
//	returns all of epochs (field, text, ...), then the narrow members by clock (member, text, ...)
var syncScript = newScript(prologue + `
return {
  redis.call('HGETALL', KEYS[1]),
  redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '(inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3]),
}
`)

// storeScript stores values in a hash and sees to it that the hash ends, in one step: were the connection cut in
// between, the hash would stay for ever. The reading that the values count from is not changed if there is one.
//
//	KEYS  the hash
//	ARGV  the reading (empty: this hash has none), how long to keep it (ms), then names and values
//	returns the number of fields
var storeScript = newStrictScript(`
if ARGV[1] ~= '' then redis.call('HSETNX', KEYS[1], 'since', ARGV[1]) end
for i = 3, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('HLEN', KEYS[1])
`)

// entityScript makes an entity's hash forget everything stored before a reading. It keeps the reading, so that a value
// fetched before and written after does not count, and never lowers it.
//
//	KEYS  the entity's hash
//	ARGV  the reading, how long to keep it (ms)
//	returns 1 if something was stored
var entityScript = newScript(`
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0')
local had = redis.call('HLEN', KEYS[1]) > 1 and 1 or 0
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'since', string.format('%.0f', math.max(since, tonumber(ARGV[1]))))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return had
`)

// syncPage is how many narrow members one sync asks for at a time.
const syncPage = 5000

// tick invalidates members in the shared table, and in this process.
func (c *Cache) tick(ctx context.Context, members []string) (clock uint64, err error) {
	clock, _, err = c.evalTick(ctx, tickScript, []string{c.keys.epochs(), c.keys.deps()}, members)
	return clock, err
}

// evalTick runs one of the tick scripts; held is what tickOnceScript returns besides.
func (c *Cache) evalTick(
	ctx context.Context,
	s script,
	keys, members []string,
	more ...any,
) (clock uint64, held string, err error) {
	keep := uint64(2 * (c.cfg.MaxTTL + longestStale).Microseconds())
	args := make([]any, 0, 4+len(more)+len(members))
	args = append(args, text(sequence(c.versions.clock.Load())), c.cfg.MaxTracked, text(keep), c.keys.channel())
	args = append(args, more...)
	for _, m := range members {
		args = append(args, m)
	}
	reply, err := c.eval(ctx, s, keys, args...).StringSlice()
	if err != nil {
		return 0, "", err
	}
	if len(reply) < 3 {
		return 0, "", fmt.Errorf("the tick script returned %d values", len(reply))
	}
	if len(reply) > 3 {
		held = reply[3]
	}
	seq, floor, depFloor := number(reply[0]), number(reply[1]), number(reply[2])
	c.versions.raise(reading(floor), reading(depFloor))
	c.versions.apply(reading(seq), members)
	return reading(seq), held, nil
}

// sync learns what was invalidated since the last sync, in pages.
func (c *Cache) sync(ctx context.Context) error {
	for {
		more, err := c.syncOnce(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (c *Cache) syncOnce(ctx context.Context) (more bool, err error) {
	c.syncing.Lock()
	defer c.syncing.Unlock()
	keys := []string{c.keys.epochs(), c.keys.deps()}
	reply, err := c.eval(ctx, syncScript, keys,
		text(sequence(c.versions.clock.Load())), text(c.synced), syncPage).Slice()
	if err != nil {
		return false, err
	}
	if len(reply) != 2 {
		return false, fmt.Errorf("the sync script returned %d values", len(reply))
	}
	epochs, narrow := pairs(reply[0]), pairs(reply[1])
	var clock, floor, depFloor uint64
	for _, p := range epochs {
		switch p.name {
		case "clock":
			clock = p.seq
		case "floor":
			floor = p.seq
		case "depfloor":
			depFloor = p.seq
		}
	}
	if clock == 0 {
		return false, errors.New("the sync script returned no clock")
	}
	if clock < c.synced {
		// The table went back in time: a replica took over that had not heard the latest. What it missed is unknown.
		c.cfg.Logger.Warn(
			"cache: Redis lost invalidations; nothing stored before now is used",
			"clock",
			clock,
			"known",
			c.synced,
		)
		c.synced = 0
		return false, c.invalidateEverything(ctx)
	}
	c.versions.raise(reading(floor), reading(depFloor))
	for _, p := range epochs {
		if strings.Contains(p.name, ":") || p.name == "*" {
			c.learn(p)
		}
	}
	for _, p := range narrow {
		c.learn(p)
	}
	if len(narrow) == syncPage {
		c.synced = narrow[len(narrow)-1].seq - 1
		return true, nil
	}
	c.synced = clock
	c.versions.advance(reading(clock))
	return false, nil
}

// learn applies what a sync found, unless a message brought it before.
func (c *Cache) learn(p memberAt) {
	clock := reading(p.seq)
	v := c.versions
	v.mu.RLock()
	known := v.wide[p.name] >= clock || v.narrow[p.name] >= clock
	v.mu.RUnlock()
	if !known {
		c.totals.received.Add(1)
		v.apply(clock, []string{p.name})
	}
}

// invalidateEverything makes nothing count that was stored before.
func (c *Cache) invalidateEverything(ctx context.Context) error {
	_, err := c.tick(ctx, []string{"*"})
	return err
}

// receive applies a message of another replica (or our own).
func (c *Cache) receive(payload string) {
	lines := strings.Split(payload, "\n")
	if len(lines) < 3 {
		return
	}
	seq := number(lines[0])
	if seq == 0 {
		return
	}
	c.versions.raise(reading(number(lines[1])), reading(number(lines[2])))
	fresh := lines[3:]
	for i := 0; i < len(fresh); i++ {
		if len(fresh[i]) == 0 {
			return
		}
	}
	c.totals.received.Add(uint64(len(fresh)))
	c.versions.apply(reading(seq), fresh)
}

// memberAt is a member and the number of its last invalidation.
type memberAt struct {
	name string
	seq  uint64
}

func pairs(reply any) []memberAt {
	list, _ := reply.([]any)
	out := make([]memberAt, 0, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		n, _ := list[i+1].(string)
		if seq := number(n); name != "" && seq > 0 {
			out = append(out, memberAt{name, seq})
		}
	}
	return out
}

func text(n uint64) string { return strconv.FormatUint(n, 10) }

// number reads what the scripts write; scores may come with an exponent. 0 when it is no number.
func number(s string) uint64 {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1<<53 {
		return 0
	}
	return uint64(f)
}
