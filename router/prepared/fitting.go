package prepared

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// The bounds of a cache for which none is given: a part of what memory the process may have.
const (
	mostBytes, leastBytes = 32 << 20, 4 << 20
	fittingPart           = 16
)

// DefaultBytes is the bound of a cache for which none is given: 32 MB, or a sixteenth of the memory that the process
// may have if that is less, and at least 4 MB. What it may have is the least of GOMEMLIMIT and the limit of its
// cgroup.
func DefaultBytes() int64 { return fitting(memoryLimit(os.ReadFile)) }

func fitting(limit int64) int64 { return min(mostBytes, max(leastBytes, limit/fittingPart)) }

// limitFiles say how much memory a cgroup may have, in its second and first version.
var limitFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// memoryLimit is how many bytes of memory the process may have, as far as anybody says.
func memoryLimit(read func(name string) ([]byte, error)) int64 {
	limit := debug.SetMemoryLimit(-1)
	for _, name := range limitFiles {
		text, err := read(name)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			limit = min(limit, n)
		}
	}
	return limit
}
