package schema

// indexFrom is the number of names from which a map beats a linear scan.
const indexFrom = 9

// index finds the position of a name in a list that grows at its end. It is zero at first, and built when the list gets
// long enough to need it.
type index struct {
	at map[string]int
	// indexed is the number of names in the map, counting repeated ones.
	indexed int
}

// find returns the first position of name among n names, or -1.
func (x *index) find(name string, n int, nameAt func(i int) string) int {
	if n < indexFrom {
		for i := range n {
			if nameAt(i) == name {
				return i
			}
		}
		return -1
	}
	if x.at == nil || x.indexed > n {
		x.at, x.indexed = make(map[string]int, n), 0
	}
	for ; x.indexed < n; x.indexed++ {
		if _, known := x.at[nameAt(x.indexed)]; !known {
			x.at[nameAt(x.indexed)] = x.indexed
		}
	}
	if i, ok := x.at[name]; ok && nameAt(i) == name {
		return i
	}
	return -1
}
