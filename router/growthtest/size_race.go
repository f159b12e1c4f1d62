//go:build race

package growthtest

// Large is the size of the larger input in bytes; the smaller one has a quarter of it. Under the race detector
// everything takes about five times as long.
const Large = 1 << 19
