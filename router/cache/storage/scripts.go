package storage

import (
	"github.com/weft-graphql/weft/router/cache/connection"
)

// StoreScript stores values in a hash and sees to it that the hash ends, in one step: were the connection cut in
// between, the hash would stay for ever. The reading that the values count from is not changed if there is one.
//
//	KEYS  the hash
//	ARGV  the reading (empty: this hash has none), how long to keep it (ms), then names and values
//	returns the number of fields
var StoreScript = connection.NewStrictScript(`
if ARGV[1] ~= '' then redis.call('HSETNX', KEYS[1], 'since', ARGV[1]) end
for i = 3, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return redis.call('HLEN', KEYS[1])
`)

// EntityScript makes an entity's hash forget everything stored before a reading. It keeps the reading, so that a value
// fetched before and written after does not count, and never lowers it.
//
//	KEYS  the entity's hash
//	ARGV  the reading, how long to keep it (ms)
//	returns 1 if something was stored
var EntityScript = connection.NewScript(`
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0')
local had = redis.call('HLEN', KEYS[1]) > 1 and 1 or 0
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'since', string.format('%.0f', math.max(since, tonumber(ARGV[1]))))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return had
`)
