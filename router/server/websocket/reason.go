package websocket

import (
	"bufio"
	"encoding/binary"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/poll"
)

// reasons is the connection of a client, whose reason for closing is looked into before the library repeats it: one
// that is not UTF-8 becomes the code that says so.
//
// Specification: RFC 6455, sections 5.5.1 "Close" and 8.1 "Handling Errors in UTF-8-Encoded Data".
type reasons struct {
	net.Conn
	// early is what came together with the handshake.
	early []byte
	// head is what has come of the head of a frame, and left how much is to come of its payload.
	head []byte
	left uint64
	// fragmented tells that there is more to come of a message.
	fragmented bool
	// held is a close frame and what is behind it; holding tells that it is not complete, and closed that there was one.
	held            []byte
	holding, closed bool
	// client can be waited for; nil when that cannot be. blocking tells that reads wait nevertheless.
	client   *poll.Conn
	blocking atomic.Bool
}

const (
	closeFrame = 8
	opcodeBits = 0x0f
	lastBit    = 0x80
	lengthBits = 0x7f
	// longestControl is the longest payload of a control frame; the head of one has six bytes, two of them before the
	// mask.
	longestControl, controlHead, maskAt = 125, 6, 2
)

// taking takes the connection of a request. ready is called when one that was waited for has something to read.
type taking struct {
	spelling
	ready func()
	// conn is what was taken.
	conn *reasons
}

// Hijack implements http.Hijacker.
func (t *taking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := buffered.Reader.Peek(buffered.Reader.Buffered())
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	t.conn = &reasons{Conn: conn, early: slices.Clone(early)}
	if tcp, unread := server.Bare(conn); tcp != nil {
		t.conn.Conn, t.conn.early = tcp, append(t.conn.early, unread...)
		t.conn.client = poll.Open(tcp, t.ready)
	}
	return t.conn, small(t.conn), nil
}

// block makes reads wait, as for the client's answer to a close frame.
func (c *reasons) block() { c.blocking.Store(true) }

// wake has who waits look, for the connection has ended.
func (c *reasons) wake() {
	if c.client != nil {
		c.client.Wake()
	}
}

// Close implements net.Conn.
func (c *reasons) Close() error {
	err := c.Conn.Close()
	if c.client != nil {
		c.client.Close()
	}
	return err
}

// Read implements net.Conn. Between two messages it does not wait on a connection that can be waited for: the error is
// poll.ErrNothing when nothing has come, and what was read before is whole.
func (c *reasons) Read(p []byte) (int, error) {
	for {
		if c.holding {
			if err := c.hold(); err != nil {
				return 0, err
			}
			continue
		}
		if len(c.held) > 0 {
			n := copy(p, c.held)
			c.held = c.held[n:]
			return n, nil
		}
		n, err := c.read(p)
		if c.closed {
			return n, err
		}
		if n = c.scan(p[:n]); n > 0 || err != nil {
			return n, err
		}
	}
}

func (c *reasons) read(p []byte) (int, error) {
	if len(c.early) == 0 && c.between() {
		return c.client.Read(p)
	}
	if len(c.early) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.early)
	if c.early = c.early[n:]; len(c.early) == 0 {
		c.early = nil
	}
	return n, nil
}

// between tells that reads do not wait: what has come ends with a message, or there is nothing yet.
func (c *reasons) between() bool {
	return c.client != nil && !c.closed && !c.fragmented && c.left == 0 && len(c.head) == 0 && !c.blocking.Load()
}

// scan goes through the frames up to a close frame, which it holds with all that is behind it. It returns how much is
// before that.
func (c *reasons) scan(b []byte) int {
	for i := 0; i < len(b); {
		if c.left > 0 {
			skipped := min(c.left, uint64(len(b)-i))
			c.left -= skipped
			i += int(skipped)
			continue
		}
		if len(c.head) == 0 && b[i]&opcodeBits == closeFrame {
			c.held, c.holding, c.closed = append(c.held, b[i:]...), true, true
			c.judge()
			return i
		}
		c.head = append(c.head, b[i])
		i++
		if left, complete := payloadOf(c.head); complete {
			if c.head[0]&opcodeBits < closeFrame {
				c.fragmented = c.head[0]&lastBit == 0
			}
			c.head, c.left = c.head[:0], left
		}
	}
	return len(b)
}

// payloadOf is the length of a frame's payload, when its head is complete.
func payloadOf(head []byte) (length uint64, complete bool) {
	if len(head) < maskAt {
		return 0, false
	}
	size := maskAt
	switch length = uint64(head[1] & lengthBits); length {
	case 126:
		size += 2
	case 127:
		size += 8
	}
	if head[1]&^lengthBits != 0 {
		size += 4
	}
	if len(head) < size {
		return 0, false
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(head[maskAt:]))
	case 127:
		length = binary.BigEndian.Uint64(head[maskAt:])
	}
	return length, true
}

// hold reads more of a close frame.
func (c *reasons) hold() error {
	var piece [controlHead + longestControl]byte
	n, err := c.read(piece[:])
	c.held = append(c.held, piece[:n]...)
	c.judge()
	if n == 0 {
		return err
	}
	return nil
}

// judge looks into the close frame when it is complete.
func (c *reasons) judge() {
	if len(c.held) < maskAt {
		return
	}
	length := int(c.held[1] & lengthBits)
	if c.held[1]&^lengthBits == 0 || length > longestControl {
		c.holding = false // it is for the library to refuse
		return
	}
	if len(c.held) < controlHead+length {
		return
	}
	c.holding = false
	mask, payload := c.held[maskAt:controlHead], c.held[controlHead:controlHead+length]
	plain := make([]byte, length)
	for i := range plain {
		plain[i] = payload[i] ^ mask[i%len(mask)]
	}
	const code = 2
	if length <= code || utf8.Valid(plain[code:]) {
		return
	}
	wrong := binary.BigEndian.AppendUint16(nil, uint16(websocket.StatusInvalidFramePayloadData))
	c.held = append(c.held[:controlHead], wrong[0]^mask[0], wrong[1]^mask[1])
	c.held[1] = c.held[1]&^lengthBits | code
}
