package rates

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
)

// bucket is a rate as the generic cell rate algorithm (GCRA) has it: each unit moves a "theoretical arrival time" on by
// an interval, and what would move it further than a tolerance ahead of now is refused. One number for each key is all
// that is kept.
//
// Specification: ITU-T I.371, the virtual scheduling algorithm.
type bucket struct {
	name string
	// interval and tolerance are in microseconds.
	interval, tolerance float64
	burst               float64
	limit               int
	per                 time.Duration
}

func newBucket(name string, r Rate) *bucket {
	r.Per, r.Burst = cmp.Or(r.Per, time.Second), cmp.Or(r.Burst, r.Limit)
	interval := float64(r.Per.Microseconds()) / float64(r.Limit)
	return &bucket{
		name: name, interval: interval, burst: float64(r.Burst), tolerance: interval * float64(r.Burst), limit: r.Limit, per: r.Per,
	}
}

// take is what a request wants of a bucket, and what became of it.
type take struct {
	bucket *bucket
	// key tells whose bucket it is.
	key      string
	quantity float64
	// left is how much there may be at once now, reset the time until all of the burst is there again, and retry, for what
	// was refused, the time until there may be so much.
	left         float64
	reset, retry time.Duration
	refused      bool
}

// decide says what becomes of the take at a time, when the arrival time was as it was; both in microseconds since
// epoch. It returns the arrival time if the take passes.
func (t *take) decide(now, arrival float64) (next float64) {
	b := t.bucket
	arrival = max(arrival, now)
	next = arrival + b.interval*t.quantity
	if beyond := next - now - b.tolerance; beyond > roundingError {
		t.refused, t.retry = true, micros(beyond)
	}
	t.settle(arrival - now)
	return next
}

// settle computes what is left when the arrival time is so far ahead.
func (t *take) settle(ahead float64) {
	b := t.bucket
	ahead = max(ahead, 0)
	t.left, t.reset = max(math.Floor((b.tolerance-ahead)/b.interval), 0), micros(ahead)
}

// roundingError is how many microseconds a sum of times can be off.
const roundingError = 1

func micros(n float64) time.Duration { return time.Duration(math.Ceil(n)) * time.Microsecond }

// policy is the bucket in RateLimit-Policy.
func (b *bucket) policy(cost bool) string {
	text := strconv.Quote(b.name) + ";q=" + strconv.Itoa(b.limit)
	if cost {
		text += `;qu="cost"`
	}
	return text + ";w=" + seconds(b.per)
}

// remaining is the header RateLimit.
func remaining(takes []take) string {
	var text strings.Builder
	for i := range takes {
		t := &takes[i]
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(strconv.Quote(t.bucket.name))
		text.WriteString(";r=" + strconv.FormatFloat(t.left, 'f', 0, 64) + ";t=" + seconds(t.reset))
	}
	return text.String()
}

// seconds writes a time in whole seconds, never too short.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
