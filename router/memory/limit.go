package memory

import (
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// Available is how many bytes the process may have, as far as anybody says: the least of GOMEMLIMIT, the limits of its
// cgroup and of those around it, and the size of an AWS Lambda function; math.MaxInt64 when nobody does.
func Available() int64 {
	return min(environmentLimit(), cgroupLimit(os.ReadFile), functionLimit(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")))
}

// functionLimit is what a platform that runs functions says, in megabytes.
func functionLimit(megabytes string) int64 {
	n, err := strconv.ParseInt(megabytes, 10, 32)
	if err != nil || n <= 0 {
		return math.MaxInt64
	}
	return n << 20
}

// environmentLimit is GOMEMLIMIT, which Go has read before anybody changed it.
var environmentLimit = sync.OnceValue(func() int64 { return debug.SetMemoryLimit(-1) })

// A cgroup says in these files how much memory it may have, below the places where the second version and the memory
// controller of the first are mounted.
const (
	secondVersion, secondFile = "/sys/fs/cgroup", "memory.max"
	firstVersion, firstFile   = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
)

// cgroupLimit is the least limit of the process's cgroup and those around it. In a container its own is where they are
// mounted, whatever its path outside is.
func cgroupLimit(read func(name string) ([]byte, error)) int64 {
	limit := int64(math.MaxInt64)
	look := func(mount, group, file string) {
		for at := path.Clean("/" + group); ; at = path.Dir(at) {
			text, err := read(path.Join(mount, at, file))
			if n, wrong := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && wrong == nil && n > 0 {
				limit = min(limit, n)
			}
			if at == "/" {
				return
			}
		}
	}
	second, first := "/", "/"
	groups, _ := read("/proc/self/cgroup") // where there are none, nobody says anything
	for line := range strings.Lines(string(groups)) {
		// 4:memory:/a/b, or 0::/a/b
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[1] == "":
			second = parts[2]
		case strings.Contains(","+parts[1]+",", ",memory,"):
			first = parts[2]
		}
	}
	look(secondVersion, second, secondFile)
	look(firstVersion, first, firstFile)
	return limit
}

// GoLimit is what Go may take in a process that may take so many bytes, not more than GOMEMLIMIT: 32 MB, or an eighth
// if that is less, are left to the binary, and a tenth to the kernel and to what Go takes beyond its limit for a
// moment.
func GoLimit(bytes int64) int64 {
	return min(bytes-bytes/10-min(binaryBytes, bytes/8), environmentLimit())
}

// binaryBytes is about what there is of the binary itself in memory.
const binaryBytes = 32 << 20

// Bounds are what a process may take that was told so many bytes; zero when nobody says what that is. With warn it
// may take what there is, and from the second on there only is a warning; zero when that is not less.
func Bounds(bytes int64, warn bool) (most, warning int64) {
	if !warn || bytes == 0 {
		return bytes, 0
	}
	if most = min(Available(), unlimited); bytes >= most {
		return bytes, 0
	}
	return most, bytes
}

// Limit makes Go's collector keep to what the process may take (Bounds); zero: to GOMEMLIMIT.
func Limit(bytes int64, warn bool) {
	if bytes, _ = Bounds(bytes, warn); bytes <= 0 {
		debug.SetMemoryLimit(environmentLimit())
		return
	}
	debug.SetMemoryLimit(GoLimit(bytes))
}

// OrAvailable is the bytes, or, when they are zero, what is available; zero when nobody says what that is.
func OrAvailable(bytes int64) int64 {
	if bytes > 0 {
		return bytes
	}
	if n := Available(); n < unlimited {
		return max(n, least)
	}
	return 0
}

// unlimited is what cgroups of the first version say when there is no limit, and Go: about as much as there are
// numbers.
const unlimited = 1 << 50

// least is the least bound that there is any use in: without work the router takes a third of it.
const least = 64 << 20
