//go:build !race

package exec_test

// raceFactor loosens bounds on allocations; without the race detector they hold as they are.
const raceFactor = 1
