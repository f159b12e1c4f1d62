// Package page reads and writes the cursors of Relay-style connections
// (https://relay.dev/graphql/connections.htm).
package page

import (
	"encoding/base64"
	"encoding/json"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// maxCursor bounds the length of a cursor that is looked at, in bytes.
const maxCursor = 1024

// Info says where a page lies in the whole list. It is the PageInfo type of the schemas.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Cursor packs the sort key of an entry into an opaque mark.
func Cursor(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil { // a list of strings always has a JSON form
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// Args are the arguments of a connection: a page is the first entries after a cursor, or the last before one.
type Args struct {
	First, Last   *int
	After, Before *string
}

// Ask is a page as it was asked for: at most Count entries between the positions After and Before, taken from the end
// when Backward is set. P is a place in the list; nil means its beginning or its end.
type Ask[P any] struct {
	After, Before *P
	Count         int
	Backward      bool
}

// Read checks the arguments of a connection. A page has usual entries when nothing is said, and at most limit. parse
// reads the parts of a cursor, of which there are n.
func Read[P any](
	args Args,
	usual, limit, n int,
	parse func(parts []string, argument string) (*P, error),
) (Ask[P], error) {
	ask := Ask[P]{Count: usual}
	var check fault.Checker
	switch {
	case args.First != nil && args.Last != nil:
		return ask, fault.At(fault.BadUserInput, "last", "give first or last, not both")
	case args.First != nil:
		ask.Count = *args.First
		check.Between(ask.Count, 0, limit, "first")
	case args.Last != nil:
		ask.Count, ask.Backward = *args.Last, true
		check.Between(ask.Count, 0, limit, "last")
	}
	if err := check.Err(); err != nil {
		return ask, err
	}
	for argument, side := range map[string]struct {
		cursor   *string
		position **P
	}{"after": {args.After, &ask.After}, "before": {args.Before, &ask.Before}} {
		parts, err := parseCursor(side.cursor, n, argument)
		if err == nil && parts != nil {
			*side.position, err = parse(parts, argument)
		}
		if err != nil {
			return ask, err
		}
	}
	return ask, nil
}

// Size is how many entries a page asks for, before anything is checked: what its cost is estimated by.
func Size(first, last *int, usual int) int {
	switch {
	case first != nil && last != nil:
		return max(*first, *last)
	case first != nil:
		return *first
	case last != nil:
		return *last
	default:
		return usual
	}
}

// Limit is how many entries to look for: one more than the page has tells whether the list goes on.
func (a Ask[P]) Limit() int { return a.Count + 1 }

// Cut leaves the page of what was found, which is in the order of the list, and says whether there is more on the side
// that the page was counted to.
func Cut[P, E any](a Ask[P], found []E) (page []E, more bool) {
	switch more = len(found) > a.Count; {
	case !more:
		return found, false
	case a.Backward:
		return found[len(found)-a.Count:], true
	default:
		return found[:a.Count], true
	}
}

// Info describes the page whose entries have these cursors. On the side that it was not counted to there is more if a
// cursor was given for it, since that was of an entry beyond.
func (a Ask[P]) Info(cursors []string, more bool) Info {
	info := Info{HasPreviousPage: a.After != nil, HasNextPage: more}
	if a.Backward {
		info.HasPreviousPage, info.HasNextPage = more, a.Before != nil
	}
	if n := len(cursors); n > 0 {
		info.StartCursor, info.EndCursor = &cursors[0], &cursors[n-1]
	}
	return info
}

// Entries makes what a connection shows of what was found: nodes, edges with their cursors, and where the page lies.
func Entries[P, N, E any](
	a Ask[P], found []N, cursor func(N) string, edge func(cursor string, node N) E,
) (nodes []N, edges []E, info Info) {
	nodes, more := Cut(a, found)
	cursors := make([]string, len(nodes))
	edges = make([]E, len(nodes))
	for i, node := range nodes {
		cursors[i] = cursor(node)
		edges[i] = edge(cursors[i], node)
	}
	return nodes, edges, a.Info(cursors, more)
}

// parseCursor unpacks a cursor made by Cursor with n parts. A nil or empty cursor has none.
func parseCursor(cursor *string, n int, argument string) ([]string, error) {
	if cursor == nil || *cursor == "" {
		return nil, nil
	}
	wrong := fault.At(
		fault.BadUserInput,
		argument,
		"%s is not a cursor of this list; take one of a page as it is",
		argument,
	)
	if len(*cursor) > maxCursor {
		return nil, wrong
	}
	text, err := base64.RawURLEncoding.DecodeString(*cursor)
	if err != nil {
		return nil, wrong
	}
	var parts []string
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != n {
		return nil, wrong
	}
	return parts, nil
}

// CheckFirst returns a fault unless 0 <= first <= limit.
func CheckFirst(first, limit int) error {
	var c fault.Checker
	c.Between(first, 0, limit, "first")
	return c.Err()
}
