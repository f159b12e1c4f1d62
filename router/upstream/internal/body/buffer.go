// Package body reads the bodies of answers, which nobody can be trusted to announce the length of.
package body

import (
	"errors"
	"io"

	"github.com/weft-graphql/weft/router/memory"
)

const (
	// maxKept is the largest buffer that is used again.
	maxKept = 1 << 20
	// piece is how much more room there is each time when a body does not fit into such a buffer.
	piece = 4 << 20
	// least is the size of a buffer for a body that nothing was said about.
	least = 4 << 10
	// freeOfProcess is what a body may take without a budget where the memory of the process is bounded.
	freeOfProcess = 64 << 10
)

// Buffer takes a body of unknown length. A short one stands in one piece that is used again. A long one is taken in
// pieces that are put together at its end, so that one that never ends has taken no more memory than it may have sent
// when it is given up: a buffer that grows by copying would have taken several times as much.
type Buffer struct {
	whole  []byte
	pieces [][]byte
	// size is the length so far.
	size int
	// budget, when not nil, pays for what the body takes beyond a buffer that is used again; paid is what it has.
	budget *memory.Budget
	paid   int64
}

// ErrFull means that all bodies in progress take as much memory as they may.
var ErrFull = errors.New("all bodies in progress take as much memory as they may")

// Use lets a budget pay for the memory of a buffer that holds nothing.
func (b *Buffer) Use(budget *memory.Budget) {
	b.budget = budget
	if over := cap(b.whole) - b.free(); over > 0 && !b.pay(over) {
		b.whole = nil
	}
}

// free is how much of a buffer is not paid for. Where the memory of the process is bounded, buffers that are used again
// count while they are in use.
func (b *Buffer) free() int {
	if b.budget != nil && b.budget.OfProcess() {
		return freeOfProcess
	}
	return maxKept
}

// grow makes the whole buffer larger; false when there is no budget for it.
func (b *Buffer) grow(size int) bool {
	if over := size - max(b.free(), cap(b.whole)); over > 0 && !b.pay(over) {
		return false
	}
	b.whole = append(make([]byte, 0, size), b.whole...)
	return true
}

// pay pays for more memory; false when there is no budget for it.
func (b *Buffer) pay(bytes int) bool {
	if b.budget == nil {
		return true
	}
	if !b.budget.Take(int64(bytes)) {
		return false
	}
	b.paid += int64(bytes)
	return true
}

// Reset forgets the body, and gives up a buffer that has become large.
func (b *Buffer) Reset() {
	if b.paid > 0 {
		b.budget.GiveBack(b.paid)
		b.paid = 0
	}
	if cap(b.whole) > maxKept {
		b.whole = nil
	}
	clear(b.pieces)
	b.whole, b.pieces, b.size = b.whole[:0], b.pieces[:0], 0
}

// Len is the length of the body so far.
func (b *Buffer) Len() int { return b.size }

// Room returns where the next bytes go, at least one; nil means ErrFull. Took tells how many came.
func (b *Buffer) Room() []byte {
	if n := len(b.pieces); n > 0 {
		if last := b.pieces[n-1]; len(last) < cap(last) {
			return last[len(last):cap(last)]
		}
	} else if free := cap(b.whole) - len(b.whole); free > 0 {
		return b.whole[len(b.whole):cap(b.whole)]
	} else if size := max(2*cap(b.whole), least); size <= maxKept {
		if !b.grow(size) {
			return nil
		}
		return b.whole[len(b.whole):size]
	}
	if !b.pay(piece) {
		return nil
	}
	b.pieces = append(b.pieces, make([]byte, 0, piece))
	return b.pieces[len(b.pieces)-1][:piece]
}

// Took says that so many bytes were written to the beginning of Room.
func (b *Buffer) Took(n int) {
	b.size += n
	if last := len(b.pieces) - 1; last >= 0 {
		b.pieces[last] = b.pieces[last][:len(b.pieces[last])+n]
	} else {
		b.whole = b.whole[:len(b.whole)+n]
	}
}

// Write appends to the body. It fails with ErrFull only.
func (b *Buffer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		room := b.Room()
		if room == nil {
			return n - len(p), ErrFull
		}
		took := copy(room, p)
		b.Took(took)
		p = p[took:]
	}
	return n, nil
}

// Bytes puts the body together. It is valid until Reset.
func (b *Buffer) Bytes() []byte {
	if len(b.pieces) == 0 {
		return b.whole
	}
	whole := append(make([]byte, 0, b.size), b.whole...)
	for i, p := range b.pieces {
		whole = append(whole, p...)
		b.pieces[i] = nil
	}
	b.whole, b.pieces = whole, b.pieces[:0]
	return whole
}

// Expect says that n bytes more have been announced, for which there is room at once then. The promise of a long body
// takes no memory beyond a piece.
func (b *Buffer) Expect(n int) {
	need := min(len(b.whole)+n, piece+1)
	if len(b.pieces) > 0 || need <= cap(b.whole) {
		return
	}
	size := max(need, min(2*cap(b.whole), piece))
	b.grow(size) // otherwise Room says so
}

// ReadAll reads to the end, or until there are more than limit bytes, which tooLarge tells.
func (b *Buffer) ReadAll(from io.Reader, limit int) (tooLarge bool, err error) {
	for b.size <= limit {
		room := b.Room()
		if room == nil {
			return false, ErrFull
		}
		n, err := from.Read(room)
		b.Took(n)
		if err == io.EOF {
			return b.size > limit, nil
		}
		if err != nil {
			return b.size > limit, err
		}
	}
	return true, nil
}
