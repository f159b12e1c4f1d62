package prepared

import "github.com/weft-graphql/weft/router/memory"

// The bounds of a cache for which none is given: a part of what memory the process may have.
const (
	mostBytes, leastBytes = 32 << 20, 4 << 20
	fittingPart           = 16
)

// DefaultBytes is the bound of a cache for which none is given: 32 MB, or a sixteenth of the memory that the process
// may have if that is less, and at least 4 MB. What it may have is the least of GOMEMLIMIT and the limit of its
// cgroup.
func DefaultBytes() int64 { return fitting(memory.Available()) }

func fitting(limit int64) int64 { return min(mostBytes, max(leastBytes, limit/fittingPart)) }
