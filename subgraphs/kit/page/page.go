// Package page reads and writes the cursors of Relay-style connections
// (https://relay.dev/graphql/connections.htm).
package page

import (
	"encoding/base64"
	"encoding/json"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// maxCursor bounds the length of a cursor that Parse looks at, in bytes.
const maxCursor = 1024

// Info says where a page lies in the whole list. It is the PageInfo type of the schemas.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// InfoOf describes a page whose entries have these cursors.
func InfoOf(cursors []string, hasPrevious, hasNext bool) Info {
	info := Info{HasPreviousPage: hasPrevious, HasNextPage: hasNext}
	if n := len(cursors); n > 0 {
		info.StartCursor, info.EndCursor = &cursors[0], &cursors[n-1]
	}
	return info
}

// Cursor packs the sort key of an entry into an opaque mark.
func Cursor(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil { // a list of strings always has a JSON form
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// Parse unpacks a cursor made by Cursor with n parts. A nil or empty cursor, the beginning of the list, has none.
func Parse(cursor *string, n int) ([]string, error) {
	if cursor == nil || *cursor == "" {
		return nil, nil
	}
	wrong := fault.At(fault.BadUserInput, "after", "after is not a cursor of this list; take endCursor of a page as it is")
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

// CheckFirst returns a fault unless 1 <= first <= limit.
func CheckFirst(first, limit int) error {
	var c fault.Checker
	c.Between(first, 1, limit, "first")
	return c.Err()
}
