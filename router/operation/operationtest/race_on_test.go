//go:build race

package operationtest

// defaultCases is how many documents are judged under the race detector, which takes most of the time then.
const defaultCases = 5_000
