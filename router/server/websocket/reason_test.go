package websocket

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
)

// pieces is a connection that is read in pieces of so many bytes.
type pieces struct {
	net.Conn
	from io.Reader
	size int
}

func (p *pieces) Read(b []byte) (int, error) { return p.from.Read(b[:min(len(b), p.size)]) }

// TestOnlyReasonsAreJudged reads frames of all lengths, whose payloads look like frames that close, in pieces of all
// sizes: what is no reason comes through as it is, and a reason that is not UTF-8 becomes 1007.
func TestOnlyReasonsAreJudged(t *testing.T) {
	const mask = "\x00\x00\x00\x00"
	const bad = "\x88\x83" + mask + "\x03\xe8\xff"
	const good = "\x88\x86" + mask + "\x03\xe8fine"
	long := strings.Repeat(bad, 20)
	huge := strings.Repeat(bad, 8000)
	before := "\x01\x89" + mask + bad + // a piece of a text
		"\x89\x80" + mask + // a ping
		"\x80\xfe\x00\xb4" + mask + long + // the rest of the text
		"\x82\xff\x00\x00\x00\x00\x00\x01\x19\x40" + mask + huge + // bytes
		"\x81\x09" + bad // without a mask
	for said, want := range map[string]string{
		before:                                   before,
		before + good:                            before + good,
		before + good + bad:                      before + good + bad,
		before + bad:                             before + "\x88\x82" + mask + "\x03\xef",
		before + "\x88\x80" + mask:               before + "\x88\x80" + mask,
		before + "\x88\x81" + mask + "\xff":      before + "\x88\x81" + mask + "\xff",
		before + "\x88\xfe\x00\xff" + mask + "x": before + "\x88\xfe\x00\xff" + mask + "x",
		before + "\x88\x03\x03\xe8\xff":          before + "\x88\x03\x03\xe8\xff",
		before + bad[:len(bad)-1]:                before, // it never comes
	} {
		for _, size := range []int{1, 2, 3, 7, 100, 4096, 1 << 20} {
			for _, early := range []int{0, 1, 5, len(said)} {
				c := &reasons{Conn: &pieces{from: strings.NewReader(said[early:]), size: size}, early: []byte(said[:early])}
				got, err := io.ReadAll(c)
				if err != nil || !bytes.Equal(got, []byte(want)) {
					t.Errorf("%d bytes in pieces of %d, %d of them early: %v, %d bytes that end with %q, want %q", len(said), size, early, err,
						len(got), got[max(len(got)-20, 0):], want[max(len(want)-20, 0):])
				}
			}
		}
	}
}
