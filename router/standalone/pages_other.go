//go:build !linux

package standalone

// releaseStartPages does something on Linux only.
func releaseStartPages() {}
