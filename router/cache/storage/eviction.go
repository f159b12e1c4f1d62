package storage

import (
	"cmp"
	"slices"
)

// SinceField is the hash field with the clock reading (as Redis counts) below which nothing stored for an entity
// counts.
const SinceField = "since"

// OthersField is the hash field that tells that there are values of the entity in other hashes: for single callers,
// or by the values of vary headers.
const OthersField = "others"

// Surplus chooses the fields to remove from a hash that has grown beyond keep: those that are not ours or have ended,
// then the ones stored longest ago.
func Surplus(key string, fields map[string]string, now int64, keep int) []string {
	type aged struct {
		name   string
		stored int64
	}
	var remove []string
	var alive []aged
	for name, raw := range fields {
		if name == SinceField || name == OthersField {
			continue
		}
		v, err := DecodeValue(key, name, []byte(raw))
		if err != nil || v.Ends() <= now {
			remove = append(remove, name)
			continue
		}
		alive = append(alive, aged{name, v.Stored})
	}
	if over := len(alive) - keep; over > 0 {
		slices.SortFunc(alive, func(a, b aged) int {
			return cmp.Or(cmp.Compare(a.stored, b.stored), cmp.Compare(a.name, b.name))
		})
		for _, a := range alive[:over] {
			remove = append(remove, a.name)
		}
	}
	return remove
}
