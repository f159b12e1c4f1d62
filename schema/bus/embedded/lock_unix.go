//go:build unix && !solaris && !aix

package embedded

import (
	"os"
	"syscall"
)

// lockFile locks a file for this process, or fails at once when another one holds it.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
