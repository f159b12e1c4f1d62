package exec

import (
	"context"
	"errors"
	"io"
	"sync"
)

// progress is what becomes of the printed text. As long as it is short it is kept whole. From Request.StreamAbove on,
// the rest of the answer is only counted, and then the answer is walked again and sent piece by piece: an error can
// make everything null that was printed before it, up to the whole answer, so that nothing may leave before all of it
// is known. Both walks print the same, and positions in the answer are what they have in common.
//
// Printing looks up every now and then: whether anybody still wants the answer, whether it has become longer than it
// may be, and whether there is memory for more of it.
type progress struct {
	// out is the last part of what was printed, and base the length of what was printed before it. (The length of what was
	// there before the answer makes base negative at first.)
	out  []byte
	base int64
	// due is the length of out from which attend must be called.
	due  int
	mode mode
	// granted is how much memory has promised.
	granted int
	// stopped tells why printing ends early.
	stopped Refusal
	// limit is the most that may be printed; 0 means no bound.
	limit int64
	// memory and stream are the request's; nil when there is no choice.
	memory Memory
	stream Streamer
	// above is the position from which the answer is streamed, if there is a stream.
	above int64
	// nulls are the positions, in ascending order, where null stands instead of what the subgraph said, for the second
	// walk; passed counts those that it has come by.
	nulls  []int64
	passed int
	// piece is where out begins again when it was counted or sent. It may be from a pool.
	piece  []byte
	pooled *[]byte
	// to takes what is sent.
	to io.Writer
}

// mode is what becomes of printed text.
type mode uint8

const (
	keeping mode = iota
	counting
	sending
)

// Refusal is why there is an error instead of an answer.
type Refusal uint8

const (
	notRefused Refusal = iota
	// TooLarge means that the answer has more than Config.ResponseBytes.
	TooLarge
	// NoRoom means that there is no memory for the answer: Memory has said so.
	NoRoom
	// Abandoned means that nobody wants the answer any more.
	Abandoned
	// tooScattered means that parts of the answer are deferred for too many objects.
	tooScattered
	// tooTattered means that so much of the answer is null because of errors that it must be kept whole.
	tooTattered
)

const (
	// glance is how much is printed, at most, between two looks at the world.
	glance = 256 << 10
	// maxNulls bounds progress.nulls.
	maxNulls = 1 << 16
	// margin is what fields may take beyond the point from which a piece counts as full.
	margin = 8 << 10
	// defaultPiece is how much of a streamed answer is held at a time unless the request says otherwise.
	defaultPiece = 64 << 10
)

// Memory is what an answer is made in.
type Memory interface {
	// Buffer returns an empty buffer. It is called when the answer is about to be printed.
	Buffer() []byte
	// Grow returns the bytes in a buffer with room for at least size; all of that room may be used. It returns false when
	// there is no memory for that.
	Grow(bytes []byte, size int) ([]byte, bool)
}

// Streamer takes a large answer piece by piece, so that it never exists as a whole.
type Streamer interface {
	// Claim is asked when the answer turns out to be large. False means that it is wanted in one piece all the same.
	Claim() bool
	// Begin is told that the answer is known: nothing of what follows will be taken back. resp has everything but the
	// body, size is the body's length in bytes. The body goes to the returned writer, until that returns an error; nil
	// means that nobody wants it. What Memory gave is not in use any more.
	Begin(resp *Response, size int64) io.Writer
}

var pieces = sync.Pool{New: func() any {
	b := make([]byte, 0, defaultPiece)
	return &b
}}

// at is the position in the answer.
func (p *progress) at() int64 { return p.base + int64(len(p.out)) }

// attend looks up from printing. It returns false when printing must stop.
func (p *printer) attend() bool {
	if p.stopped == notRefused {
		switch {
		case p.mode == sending:
			p.flush()
		case errors.Is(p.x.ctx.Err(), context.Canceled):
			p.stop(Abandoned)
		case p.limit > 0 && p.at() > p.limit:
			p.stop(TooLarge)
		case p.mode == counting:
			p.letGo()
		default:
			p.makeRoom()
		}
	}
	return p.stopped == notRefused
}

// stop ends printing. From now on attend is called wherever it can be.
func (p *progress) stop(why Refusal) { p.stopped, p.due = why, -1 }

// begin begins an answer behind what is in out.
func (p *progress) begin() {
	p.base = -int64(len(p.out))
	p.granted = cap(p.out)
	p.lookAgain()
}

// expect makes room for an answer that will be about as long as that. It is only a guess.
func (p *progress) expect(size int) {
	if size = min(size, 4*glance); p.memory == nil || size <= p.granted {
		return
	}
	if out, ok := p.memory.Grow(p.out, size); ok {
		p.out, p.granted = out, cap(out)
	}
}

// lookAgain sets when attend is called next by an answer that is kept whole.
func (p *progress) lookAgain() {
	due := int64(len(p.out) + glance)
	if p.memory != nil {
		due = min(due, int64(p.granted))
	}
	if p.stream != nil {
		due = min(due, p.above-p.base)
	}
	p.due = p.within(due)
}

// within returns a length of out, or a smaller one that is already too much of an answer.
func (p *progress) within(length int64) int {
	if p.limit > 0 {
		length = min(length, p.limit+1-p.base)
	}
	return int(length)
}

// makeRoom makes room for more of an answer that is kept whole, or begins to count it.
func (p *progress) makeRoom() {
	if p.at() >= p.above && p.count() {
		return
	}
	if p.memory != nil && len(p.out) >= p.granted {
		size := max(2*p.granted, len(p.out)+glance/4)
		out, ok := p.memory.Grow(p.out, size)
		switch {
		case ok:
			p.out, p.granted = out, cap(out)
		case p.count():
			return
		default:
			p.stop(NoRoom)
			return
		}
	}
	p.lookAgain()
}

// count begins to count the answer instead of keeping it; false when it is wanted in one piece.
func (p *progress) count() bool {
	if p.stream == nil {
		return false
	}
	if !p.stream.Claim() {
		p.stream = nil
		return false
	}
	if p.piece == nil {
		p.pooled = pieces.Get().(*[]byte)
		p.piece = *p.pooled
	}
	p.mode = counting
	p.letGo()
	return true
}

// letGo forgets the text that was counted or sent.
func (p *progress) letGo() {
	p.base += int64(len(p.out))
	p.out = p.piece[:0]
	p.due = p.within(int64(max(1, cap(p.piece)-margin)))
}

// send begins the second walk, whose text goes to w.
func (p *progress) send(w io.Writer) {
	p.mode, p.to, p.limit = sending, w, 0
	p.letGo()
	p.base = 0
}

// flush sends what was printed, in parts that are not larger than a piece.
func (p *progress) flush() {
	for text := p.out; len(text) > 0 && p.stopped == notRefused; {
		n := min(len(text), cap(p.piece))
		if _, err := p.to.Write(text[:n]); err != nil {
			p.stop(Abandoned)
		}
		text = text[n:]
	}
	if p.stopped == notRefused {
		p.letGo()
	}
}

// takeBack cuts the output back to a position. It returns false if there was nothing to cut.
func (p *progress) takeBack(to int64) bool {
	switch {
	case p.at() == to:
		return false
	case to >= p.base:
		p.out = p.out[:to-p.base]
	default:
		p.base, p.out = to, p.out[:0]
	}
	return true
}

// noteNull notes that null stands at a position instead of what was printed from there on.
func (p *progress) noteNull(at int64) {
	if p.stream == nil {
		return
	}
	n := len(p.nulls)
	for n > 0 && p.nulls[n-1] >= at {
		n--
	}
	p.nulls = append(p.nulls[:n], at)
	if n < maxNulls {
		return
	}
	if p.stream = nil; p.mode == counting {
		p.stop(tooTattered)
	}
}

// nulled tells, when the answer is walked again, whether null stands at the present position. It is asked where values
// begin, in order.
func (p *progress) nulled() bool {
	if p.passed == len(p.nulls) || p.nulls[p.passed] != p.at() {
		return false
	}
	p.passed++
	return true
}
