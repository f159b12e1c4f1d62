package dataloader

// InOrder returns the value of every key, in the order of the keys; the zero value (nil, for entities: there is no
// such one) when nothing was found.
func InOrder[K comparable, V any](keys []K, found map[K]V) []V {
	values := make([]V, len(keys))
	for i, key := range keys {
		values[i] = found[key]
	}
	return values
}

// ByKey makes a map of entries by their keys.
func ByKey[K comparable, V any](entries []V, key func(V) K) map[K]V {
	found := make(map[K]V, len(entries))
	for _, entry := range entries {
		found[key(entry)] = entry
	}
	return found
}

// Lists makes a list of the entries of each key, in the order they come; an empty one where there are none.
func Lists[K comparable, V any](keys []K, entries []V, key func(V) K) map[K][]V {
	lists := make(map[K][]V, len(keys))
	for _, k := range keys {
		lists[k] = []V{}
	}
	for _, entry := range entries {
		k := key(entry)
		lists[k] = append(lists[k], entry)
	}
	return lists
}
