package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// ticksPerSecond is the unit of CPU times in /proc: Linux shows them in hundredths of a second on every platform.
const ticksPerSecond = 100

// ProcessCPU returns the CPU time, user and system, that a process has used so far, from /proc/<pid>/stat (proc(5)).
func ProcessCPU(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w (it is read from /proc, which needs Linux)", pid, err)
	}
	// The second field is the program's name in parentheses and may contain anything; count from its end.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const utime, stime = 14 - 3, 15 - 3 // proc(5) counts from 1, and the first of fields is number 3
	if len(fields) <= stime {
		return 0, fmt.Errorf("CPU time of process %d: /proc/%d/stat has %d fields after the name", pid, pid, len(fields))
	}
	ticks := int64(0)
	for _, field := range fields[utime : stime+1] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// ProcessPeakMemory returns the largest resident size a process has had, in bytes, from /proc/<pid>/status.
func ProcessPeakMemory(pid int) (int64, error) { return statusBytes(pid, "VmHWM:") }

// ProcessMemory returns a process's resident size now, in bytes, from /proc/<pid>/status.
func ProcessMemory(pid int) (int64, error) { return statusBytes(pid, "VmRSS:") }

// statusBytes reads one of the lines "name: N kB".
func statusBytes(pid int, name string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory of process %d: %w (it is read from /proc, which needs Linux)", pid, err)
	}
	for line := range bytes.Lines(status) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == name {
			kilobytes, err := strconv.ParseInt(string(fields[1]), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("memory of process %d: /proc/%d/status has no %s", pid, pid, name)
}
