package server

// The memory of an answer: what it is printed in, and what of the budget for answers that takes. It makes a Response
// the executor's Memory.

// Buffer returns an empty buffer for Body. It must not be called before the answer is about to be printed, and what it
// returned must not be used in any other way.
func (r *Response) Buffer() []byte {
	if r.buffer == nil {
		r.buffer = takeBuffer()
	}
	return r.buffer.bytes[:0]
}

// Grow returns the bytes, which are in the buffer, in one with room for at least size of them; all of that room may
// be used. It returns false when all answers in progress take as much memory as they may.
func (r *Response) Grow(bytes []byte, size int) ([]byte, bool) {
	size = bufferSize(max(size, cap(bytes)))
	if due := int64(size-freeAnswer) - r.paid; due > 0 && r.budget != nil {
		if !r.budget.Take(due) {
			return bytes, false
		}
		r.paid += due
		if r.budget.Warns() {
			r.Operation.Exceed(CodeOverloaded)
		}
	}
	if size > cap(bytes) {
		next := takeLarge(size)
		next.bytes = append(next.bytes[:0], bytes...)
		r.buffer.giveBack(bytes)
		r.buffer, bytes = next, next.bytes
	}
	return bytes, true
}

// discard gives back what the answer was made in, or was to be.
func (r *Response) discard() {
	r.buffer.giveBack(r.Body)
	r.Body, r.buffer = nil, nil
	r.refund()
}

func (r *Response) refund() {
	if r.paid > 0 {
		r.budget.GiveBack(r.paid)
		r.paid = 0
	}
}

// Share makes Body the answer of so many responses, this one included. Nobody may change it from now on.
func (r *Response) Share(holders int) {
	r.Shared = &Shared{body: r.Body, buffer: r.buffer, budget: r.budget, paid: r.paid}
	r.Shared.holders.Store(int32(holders))
	r.Body, r.buffer, r.paid = nil, nil, 0
}

// releasePart gives back this part of the answer.
func (r *Response) releasePart() {
	if r.Shared != nil {
		r.Shared.Release()
		r.Shared = nil
	}
	r.discard()
}

// Bytes returns the answer. It must not be changed.
func (r *Response) Bytes() []byte {
	if r.Shared != nil {
		return r.Shared.body
	}
	return r.Body
}
