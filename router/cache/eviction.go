package cache

import (
	"cmp"
	"slices"
)

// surplus chooses the fields to remove from a hash that has grown beyond keep: those that are not ours or have ended,
// then the ones stored longest ago.
func surplus(key string, fields map[string]string, now int64, keep int) []string {
	type aged struct {
		name   string
		stored int64
	}
	var remove []string
	var alive []aged
	for name, raw := range fields {
		if name == sinceField || name == othersField {
			continue
		}
		v, err := decodeValue(key, name, []byte(raw))
		if err != nil || v.ends() <= now {
			remove = append(remove, name)
			continue
		}
		alive = append(alive, aged{name, v.stored})
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
