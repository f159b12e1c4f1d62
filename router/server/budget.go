package server

import "github.com/weft-graphql/weft/router/memory"

// How much of a request's body and of its answer is not counted: connections cost as much by themselves.
const (
	freeBody   = 16 << 10
	freeAnswer = 64 << 10
)

// bodyWeight is how many bytes of the process's memory one of a body stands for: variables are read into as much again.
const bodyWeight = 2

// Bodies and answers have budgets: a body may be as large as Options.MaxBodyBytes, and clients that send them slowly,
// or never to the end, can hold very many at a time. With answers it is clients that read slowly.

// charge takes what a buffer of this size costs beyond what the exchange has paid.
func (x *exchange) charge(b *memory.Budget, size int) bool {
	due := int64(max(size-freeBody, 0)) - x.paid
	if due <= 0 {
		return true
	}
	if !b.Take(due) {
		return false
	}
	x.paid += due
	if b.Warns() {
		x.turn.exceed(CodeOverloaded)
	}
	return true
}

// grow makes room for more of a body of at most limit bytes; false when there is no budget for that.
func (x *exchange) grow(b *memory.Budget, limit int64) bool {
	// One byte more than the limit tells that the body is too large.
	size := int(min(2*int64(cap(x.input)), max(limit, freeBody)+1))
	if !x.charge(b, size) {
		return false
	}
	x.input = append(make([]byte, 0, size), x.input...)
	return true
}
