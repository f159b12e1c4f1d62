package conformancetest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Opcodes of frames.
//
// Specification: RFC 6455, section 5.2 "Base Framing Protocol".
const (
	continuation, textFrame, binaryFrame    byte = 0, 1, 2
	closeFrame, pingFrame, pongFrame        byte = 8, 9, 10
	final, rsv1, rsv2, rsv3, masked         byte = 0x80, 0x40, 0x20, 0x10, 0x80
	shortLength, length16, length64, exceed      = 125, 126, 127, 1 << 16
)

// frame is a frame of a client: the first byte has its opcode and bits.
func frame(first byte, payload string) string {
	out := []byte{first}
	switch n := len(payload); {
	case n <= shortLength:
		out = append(out, masked|byte(n))
	case n < exceed:
		out = binary.BigEndian.AppendUint16(append(out, masked|length16), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, masked|length64), uint64(n))
	}
	mask := [4]byte{0x12, 0x34, 0x56, 0x78}
	out = append(out, mask[:]...)
	for i := range len(payload) {
		out = append(out, payload[i]^mask[i%4])
	}
	return string(out)
}

// text is a text message in one frame, and fragments one in as many as there are pieces.
func text(payload string) string { return frame(final|textFrame, payload) }

func fragments(pieces ...string) string {
	var out strings.Builder
	for i, piece := range pieces {
		first := continuation
		if i == 0 {
			first = textFrame
		}
		if i == len(pieces)-1 {
			first |= final
		}
		out.WriteString(frame(first, piece))
	}
	return out.String()
}

// each cuts a text into pieces of so many bytes.
func each(size int, text string) (pieces []string) {
	for len(text) > size {
		pieces, text = append(pieces, text[:size]), text[size:]
	}
	return append(pieces, text)
}

// closing is a close frame with a code and a reason.
func closing(code int, reason string) string {
	return frame(final|closeFrame, string([]byte{byte(code >> 8), byte(code)})+reason)
}

// handshake opens a WebSocket, with further header lines, and returns the answer.
func handshake(t testing.TB, addr, lines string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	request := "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n" + lines + "\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	from := bufio.NewReader(conn)
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, from, resp
}

// converse opens a WebSocket, sends pieces, and returns what the server says until it ends the connection: frames as
// "text …", "pong …", "close CODE REASON".
func converse(t testing.TB, addr string, pieces ...string) (said []string) {
	t.Helper()
	conn, from, resp := handshake(t, addr, "")
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp.Status)
	}
	go func() {
		for _, piece := range pieces {
			if _, err := io.WriteString(conn, piece); err != nil {
				return // the server has ended the connection: it is what it has said that counts
			}
		}
	}()
	for {
		what, err := readFrame(from)
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				said = append(said, err.Error())
			}
			_ = conn.Close()
			return said
		}
		said = append(said, what)
		if strings.HasPrefix(what, "close") {
			_, _ = io.WriteString(conn, closing(1000, "")) // who has sent one itself is not read any more
		}
	}
}

// readFrame reads a frame of a server.
func readFrame(from *bufio.Reader) (string, error) {
	var head [2]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return "", err
	}
	size := int(head[1])
	switch size {
	case length16:
		var length [2]byte
		if _, err := io.ReadFull(from, length[:]); err != nil {
			return "", err
		}
		size = int(binary.BigEndian.Uint16(length[:]))
	case length64:
		var length [8]byte
		if _, err := io.ReadFull(from, length[:]); err != nil {
			return "", err
		}
		size = int(binary.BigEndian.Uint64(length[:]))
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(from, payload); err != nil {
		return "", err
	}
	switch head[0] {
	case final | textFrame:
		return "text " + string(payload), nil
	case final | pongFrame:
		return "pong " + string(payload), nil
	case final | closeFrame:
		if size < 2 {
			return "close", nil
		}
		return fmt.Sprintf("close %d %s", binary.BigEndian.Uint16(payload), payload[2:]), nil
	}
	return fmt.Sprintf("frame %x %q", head[0], payload), nil
}
