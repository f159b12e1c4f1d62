// Package memory bounds what the process takes. What is in progress takes its memory from a Budget before it uses it,
// all budgets together from the Process, and when that has no more, or Go's heap has grown as far as it may, new work
// is refused before the kernel ends the process.
package memory

import "sync/atomic"

// Budget bounds what something takes of all that is in progress together.
type Budget struct {
	left atomic.Int64
	// warnBelow is how much is left when there is a warning; zero: there is none.
	warnBelow int64
	// process, when not nil, pays weight bytes for each of the budget's.
	process *Process
	weight  int64
}

// NewBudget returns a budget of so many bytes, weight times as many of which are taken from process; nil: from nobody.
func NewBudget(bytes int64, process *Process, weight int64) *Budget {
	b := &Budget{process: process, weight: weight}
	b.left.Store(bytes)
	return b
}

// WarnBeyond has the budget warn when more than so many bytes are taken. It must not be in use yet.
func (b *Budget) WarnBeyond(bytes int64) { b.warnBelow = b.left.Load() - bytes }

// Warns tells that more is taken than WarnBeyond said.
func (b *Budget) Warns() bool { return b.warnBelow > 0 && b.left.Load() < b.warnBelow }

// Take takes so many bytes, if there are as many.
func (b *Budget) Take(bytes int64) bool {
	if b.left.Add(-bytes) < 0 || b.process != nil && !b.process.take(bytes*b.weight) {
		b.left.Add(bytes)
		return false
	}
	return true
}

// Overdraw takes so many bytes, whether there are as many or not: they are in use already.
func (b *Budget) Overdraw(bytes int64) {
	b.left.Add(-bytes)
	if b.process != nil {
		b.process.left.Add(-bytes * b.weight)
	}
}

// GiveBack gives back what was taken.
func (b *Budget) GiveBack(bytes int64) {
	b.left.Add(bytes)
	if b.process != nil {
		b.process.left.Add(bytes * b.weight)
	}
}

// Left is how much there is to take.
func (b *Budget) Left() int64 { return b.left.Load() }

// OfProcess tells that what is taken is taken from a Process, too.
func (b *Budget) OfProcess() bool { return b.process != nil }
