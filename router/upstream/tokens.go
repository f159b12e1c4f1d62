package upstream

import "sync/atomic"

// tokens is a budget for repetitions: every call earns a part of a repetition, up to a reserve of ten, which is also
// what it starts with.
type tokens struct {
	// thousandths of repetitions.
	left atomic.Int64
	gain int64
}

const tokenReserve = 10_000

func newTokens(share float64) *tokens {
	t := &tokens{gain: int64(share * 1000)}
	t.left.Store(tokenReserve)
	return t
}

func (t *tokens) earn() {
	if left := t.left.Load(); left < tokenReserve {
		t.left.CompareAndSwap(left, min(left+t.gain, tokenReserve))
	}
}

func (t *tokens) spend() bool {
	for {
		left := t.left.Load()
		if left < 1000 {
			return false
		}
		if t.left.CompareAndSwap(left, left-1000) {
			return true
		}
	}
}
