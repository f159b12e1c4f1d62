//go:build !unix

package main

import "time"

// start is when the program began.
var start = time.Now()

// cpuTime stands in with the time that has passed where the processor time cannot be asked.
func cpuTime() time.Duration { return time.Since(start) }
