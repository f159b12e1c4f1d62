package kit

import "strings"

// OrderColumn is one of the columns that a list is ordered by, with its value at a place in the list. Column is SQL,
// so it must not come from a caller's input.
type OrderColumn struct {
	Column     string
	Descending bool
	Value      any
}

// OrderBy is the order of a list, or the opposite one, as SQL.
func OrderBy(columns []OrderColumn, opposite bool) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = c.Column
		if c.Descending != opposite {
			parts[i] += " DESC"
		}
	}
	return strings.Join(parts, ", ")
}

// Beyond is the condition that something comes after a place in a list, or before it, and its arguments. The last
// column must be different for everything in the list.
func Beyond(columns []OrderColumn, before bool) (where string, args []any) {
	less := func(c OrderColumn) string {
		if c.Descending != before {
			return "<"
		}
		return ">"
	}
	// The first condition says nothing new, but an index can begin with it.
	where, args = columns[0].Column+" "+less(columns[0])+"= ? AND (", []any{columns[0].Value}
	for i, c := range columns {
		if i > 0 {
			where += " OR "
		}
		where += "("
		for _, same := range columns[:i] {
			where += same.Column + " = ? AND "
			args = append(args, same.Value)
		}
		where += c.Column + " " + less(c) + " ?)"
		args = append(args, c.Value)
	}
	return where + ")", args
}
