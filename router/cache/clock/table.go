package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/cache/connection"
)

// Two keys of one slot hold the invalidation clock for all replicas:
//
//	weft:{<ns>}:epochs  a hash: clock, floor, depfloor, and a field per wide member
//	weft:{<ns>}:deps    a sorted set of the narrow members by the clock of their invalidation, with a sentinel
//
// The scripts below are the only ones that touch them. A table that is gone (flushed, evicted, a new server) is begun
// again with floors at the present, so that nothing stored before counts: losing the table never revives anything.

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
var tickScript = connection.NewScript(prologue + `
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
var tickOnceScript = connection.NewScript(prologue + `
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
var syncScript = connection.NewScript(prologue + `
return {
  redis.call('HGETALL', KEYS[1]),
  redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[2], '(inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3]),
}
`)

// syncPage is how many narrow members one sync asks for at a time.
const syncPage = 5000

// Table is the clock as all replicas share it: Redis has it, and versions what this process knows of it.
type Table struct {
	versions *Versions
	scripts  *connection.Scripts
	options  TableOptions
	// Received counts the members learned from others.
	Received atomic.Uint64
	// syncing guards synced: everything Redis recorded up to that number is known here.
	syncing sync.Mutex
	synced  uint64
}

// TableOptions say where the table is and what it keeps.
type TableOptions struct {
	// Epochs and Deps are its keys, Channel is where replicas tell each other of news.
	Epochs, Deps, Channel string
	// MaxTracked is how many narrow members it keeps, and Keep how long.
	MaxTracked int
	Keep       time.Duration
	Logger     *slog.Logger
}

// NewTable makes the table of which versions is this process's copy.
func NewTable(v *Versions, s *connection.Scripts, o TableOptions) *Table {
	return &Table{versions: v, scripts: s, options: o}
}

// Tick invalidates members in the shared table, and in this process.
func (t *Table) Tick(ctx context.Context, members []string) (clock uint64, err error) {
	clock, _, err = t.evalTick(ctx, tickScript, []string{t.options.Epochs, t.options.Deps}, members)
	return clock, err
}

// TickOnce is Tick for news that other replicas may be telling Redis, too. mark is the key that stands for the news and
// is remembered for some time; held is what it said before, and nothing was done if that is not empty.
func (t *Table) TickOnce(
	ctx context.Context, mark string, remembered time.Duration, members []string,
) (clock uint64, held string, err error) {
	keys := []string{t.options.Epochs, t.options.Deps, mark}
	return t.evalTick(ctx, tickOnceScript, keys, members, remembered.Milliseconds())
}

// evalTick runs one of the tick scripts; held is what tickOnceScript returns besides.
func (t *Table) evalTick(
	ctx context.Context,
	s connection.Script,
	keys, members []string,
	more ...any,
) (clock uint64, held string, err error) {
	args := make([]any, 0, 4+len(more)+len(members))
	args = append(args, FormatNumber(Sequence(t.versions.Clock.Load())), t.options.MaxTracked,
		FormatNumber(uint64(t.options.Keep.Microseconds())), t.options.Channel)
	args = append(args, more...)
	for _, m := range members {
		args = append(args, m)
	}
	reply, err := t.scripts.Eval(ctx, s, keys, args...).StringSlice()
	if err != nil {
		return 0, "", err
	}
	if len(reply) < 3 {
		return 0, "", fmt.Errorf("the tick script returned %d values", len(reply))
	}
	if len(reply) > 3 {
		held = reply[3]
	}
	seq, floor, depFloor := ParseNumber(reply[0]), ParseNumber(reply[1]), ParseNumber(reply[2])
	t.versions.raise(Reading(floor), Reading(depFloor))
	t.versions.apply(Reading(seq), members)
	return Reading(seq), held, nil
}

// Sync learns what was invalidated since the last sync, in pages.
func (t *Table) Sync(ctx context.Context) error {
	for {
		more, err := t.syncOnce(ctx)
		if err != nil || !more {
			return err
		}
	}
}

func (t *Table) syncOnce(ctx context.Context) (more bool, err error) {
	t.syncing.Lock()
	defer t.syncing.Unlock()
	keys := []string{t.options.Epochs, t.options.Deps}
	reply, err := t.scripts.Eval(ctx, syncScript, keys,
		FormatNumber(Sequence(t.versions.Clock.Load())), FormatNumber(t.synced), syncPage).Slice()
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
	if clock < t.synced {
		// The table went back in time: a replica took over that had not heard the latest. What it missed is unknown.
		t.options.Logger.Warn(
			"cache: Redis lost invalidations; nothing stored before now is used",
			"clock",
			clock,
			"known",
			t.synced,
		)
		t.synced = 0
		return false, t.invalidateEverything(ctx)
	}
	t.versions.raise(Reading(floor), Reading(depFloor))
	for _, p := range epochs {
		if strings.Contains(p.name, ":") || p.name == "*" {
			t.learn(p)
		}
	}
	for _, p := range narrow {
		t.learn(p)
	}
	if len(narrow) == syncPage {
		t.synced = narrow[len(narrow)-1].seq - 1
		return true, nil
	}
	t.synced = clock
	t.versions.advance(Reading(clock))
	return false, nil
}

// learn applies what a sync found, unless a message brought it before.
func (t *Table) learn(p memberAt) {
	clock := Reading(p.seq)
	if t.versions.Last(p.name) < clock {
		t.Received.Add(1)
		t.versions.apply(clock, []string{p.name})
	}
}

// invalidateEverything makes nothing count that was stored before.
func (t *Table) invalidateEverything(ctx context.Context) error {
	_, err := t.Tick(ctx, []string{"*"})
	return err
}

// Receive applies a message of another replica (or our own).
func (t *Table) Receive(payload string) {
	lines := strings.Split(payload, "\n")
	if len(lines) < 3 {
		return
	}
	seq := ParseNumber(lines[0])
	if seq == 0 {
		return
	}
	t.versions.raise(Reading(ParseNumber(lines[1])), Reading(ParseNumber(lines[2])))
	fresh := lines[3:]
	for i := 0; i < len(fresh); i++ {
		if len(fresh[i]) == 0 {
			return
		}
	}
	t.Received.Add(uint64(len(fresh)))
	t.versions.apply(Reading(seq), fresh)
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
		if seq := ParseNumber(n); name != "" && seq > 0 {
			out = append(out, memberAt{name, seq})
		}
	}
	return out
}
