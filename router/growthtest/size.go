//go:build !race

package growthtest

// Large is the size of the larger input in bytes; the smaller one has a quarter of it.
const Large = 1 << 20
