package prepared

import (
	"math/bits"
)

// queue has entries in the order in which they came, the oldest last.
type queue[P any] struct {
	newest, oldest *Entry[P]
	bytes          int64
	length         int
}

func (q *queue[P]) push(e *Entry[P]) {
	e.queue, e.prev, e.next = q, q.newest, nil
	if q.newest != nil {
		q.newest.next = e
	} else {
		q.oldest = e
	}
	q.newest = e
	q.bytes += e.bytes
	q.length++
}

func (q *queue[P]) remove(e *Entry[P]) {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		q.oldest = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		q.newest = e.prev
	}
	e.queue, e.prev, e.next = nil, nil, nil
	q.bytes -= e.bytes
	q.length--
}

// sights remembers the hashes that were seen last: in each bucket the last few, the latest first. It has no pointers.
type sights [128][4]uint64

// see notes a hash, and tells whether it was seen before.
func (s *sights) see(sum uint64) bool {
	bucket := &s[bits.Reverse64(sum)%uint64(len(s))]
	at, seen := len(bucket)-1, false
	for i := range bucket {
		if bucket[i] == sum {
			at, seen = i, true
		}
	}
	copy(bucket[1:at+1], bucket[:at])
	bucket[0] = sum
	return seen
}
