//go:build race

package exec_test

// raceFactor loosens bounds on allocations: under the race detector a sync.Pool drops what it holds at random.
const raceFactor = 20
