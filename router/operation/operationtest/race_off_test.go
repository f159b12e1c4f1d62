//go:build !race

package operationtest

// defaultCases is how many documents are judged.
const defaultCases = 50_000
