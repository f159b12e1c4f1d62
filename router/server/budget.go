package server

import "sync/atomic"

// How much of a request's body and of its answer is not counted: connections cost as much by themselves.
const (
	freeBody   = 16 << 10
	freeAnswer = 64 << 10
)

// budget bounds what something takes of all requests in progress together. A body may be as large as
// Options.MaxBodyBytes, and clients that send them slowly, or never to the end, can hold very many at a time. With answers
// it is clients that read slowly.
type budget struct{ left atomic.Int64 }

// take takes so many bytes, if there are as many.
func (b *budget) take(n int64) bool {
	if b.left.Add(-n) >= 0 {
		return true
	}
	b.left.Add(n)
	return false
}

// overdraw takes so many bytes, whether there are as many or not: they are in use already.
func (b *budget) overdraw(n int64) { b.left.Add(-n) }

func (b *budget) giveBack(n int64) { b.left.Add(n) }

// charge takes what a buffer of this size costs beyond what the exchange has paid.
func (x *exchange) charge(b *budget, size int) bool {
	due := int64(max(size-freeBody, 0)) - x.paid
	if due <= 0 {
		return true
	}
	if !b.take(due) {
		return false
	}
	x.paid += due
	return true
}

// grow makes room for more of a body of at most limit bytes; false when there is no budget for that.
func (x *exchange) grow(b *budget, limit int64) bool {
	// One byte more than the limit tells that the body is too large.
	size := int(min(2*int64(cap(x.input)), max(limit, freeBody)+1))
	if !x.charge(b, size) {
		return false
	}
	x.input = append(make([]byte, 0, size), x.input...)
	return true
}
