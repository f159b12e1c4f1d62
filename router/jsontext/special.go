package jsontext

import (
	"encoding/binary"
	"math/bits"
)

const (
	lsb = 0x0101010101010101
	msb = 0x8080808080808080
)

// Most of what a router reads is the inside of strings: their ends are found many bytes at a time.

// Special returns the index of the first byte at or after i that has a meaning inside a string: a quote, a backslash or
// a control character. It returns len(b) when there is none.
func Special(b []byte, i int) int {
	// Most strings are short: two words are looked at before the wide registers are worth a call.
	for range 2 {
		if i+8 > len(b) {
			break
		}
		if hit := specials(binary.LittleEndian.Uint64(b[i:])); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
		i += 8
	}
	if wide {
		if blocks := (len(b) - i) / blockSize; blocks > 0 {
			i += wideSpecial(&b[i], blocks*blockSize)
		}
	}
	return words(b, i)
}

// words is Special with eight bytes at a time.
func words(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if hit := specials(binary.LittleEndian.Uint64(b[i:])); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

// specials sets the high bit of the bytes of a word that Special looks for. Bytes above the lowest hit may be wrong.
func specials(w uint64) uint64 {
	// Flipping the bit 2 makes a quote (0x22) a blank (0x20) and keeps control characters below it, so that one
	// comparison finds both: below 0x21.
	low := (w ^ 2*lsb) - 0x21*lsb
	slash := w ^ '\\'*lsb
	return (low&^w | (slash-lsb)&^slash) & msb
}
