package standalone

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// releaseStartPages tells the kernel that the pages of the binary itself are not needed at the moment. The start of a
// program this large touches most of them once (every package initialises itself), which is 30 MB that a router never
// looks at again. What is needed comes back from the file, so only unchanged pages of the file are given back.
func releaseStartPages() {
	binary, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		// 00400000-01d91000 r-xp 00000000 fe:00 1234   /usr/bin/weft
		fields := strings.Fields(lines.Text())
		if len(fields) != 6 || fields[5] != binary || strings.Contains(fields[1], "w") {
			continue
		}
		from, to, ok := strings.Cut(fields[0], "-")
		if !ok {
			continue
		}
		start, startErr := strconv.ParseUint(from, 16, 64)
		end, endErr := strconv.ParseUint(to, 16, 64)
		if startErr == nil && endErr == nil && start < end {
			// Failing means that the pages stay, which does no harm.
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(start), uintptr(end-start), unix.MADV_DONTNEED)
		}
	}
}
