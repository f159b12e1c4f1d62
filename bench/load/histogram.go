package load

import (
	"math/bits"
	"time"
)

// subBuckets is the number of equal steps in every power of two: values are kept to within 1/subBuckets.
const (
	subBucketBits = 7
	subBuckets    = 1 << subBucketBits
)

// histogram counts durations in buckets whose width grows with the value, so that it takes the same memory for a
// second as for a day of samples and knows every percentile to within one percent.
type histogram struct {
	counts [(64 - subBucketBits) * subBuckets]uint32
	total  uint64
	max    time.Duration
}

func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < subBuckets {
		return int(v)
	}
	shift := bits.Len64(v) - 1 - subBucketBits
	return shift*subBuckets + int(v>>shift)
}

// middleOf is the duration that stands for a bucket.
func middleOf(bucket int) time.Duration {
	if bucket < 2*subBuckets {
		return time.Duration(bucket)
	}
	shift := bucket/subBuckets - 1
	return time.Duration((uint64(bucket-shift*subBuckets) << shift) + (uint64(1)<<shift)/2)
}

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)]++
	h.total++
	h.max = max(h.max, d)
}

func (h *histogram) merge(other *histogram) {
	for i, c := range other.counts {
		h.counts[i] += c
	}
	h.total += other.total
	h.max = max(h.max, other.max)
}

// quantile returns the duration that a share q (0 to 1) of the samples does not exceed; 0 without samples.
func (h *histogram) quantile(q float64) time.Duration {
	if h.total == 0 {
		return 0
	}
	rank := uint64(q * float64(h.total))
	seen := uint64(0)
	for bucket, c := range h.counts {
		seen += uint64(c)
		if seen > rank {
			return min(middleOf(bucket), h.max)
		}
	}
	return h.max
}
