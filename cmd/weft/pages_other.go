//go:build !linux

package main

// releaseStartPages does something on Linux only.
func releaseStartPages() {}
