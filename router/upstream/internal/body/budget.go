package body

import "sync/atomic"

// Budget bounds what the bodies of all answers in progress take together, 1 MB of each not counted.
type Budget struct{ left atomic.Int64 }

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	b := &Budget{}
	b.left.Store(bytes)
	return b
}

func (b *Budget) take(bytes int64) bool {
	if b.left.Add(-bytes) >= 0 {
		return true
	}
	b.left.Add(bytes)
	return false
}

func (b *Budget) giveBack(bytes int64) { b.left.Add(bytes) }
