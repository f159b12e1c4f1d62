package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// conn is a connection with what was read from it and not used yet.
//
// Specification: HTTP/1.1, RFC 9112.
type conn struct {
	net net.Conn
	// used is set when the connection has carried a request before, answered when a byte of an answer has come for
	// the present one, last when it cannot carry another.
	used, answered, last bool
	// deadline is what was set, askedAt when, and idleSince when the connection was last used.
	deadline, askedAt, idleSince time.Time

	buffer     [4096]byte
	start, end int
}

// setDeadline makes sure that the connection gives up at the deadline, or a little later: setting it costs as much as
// everything else about a small call, and so one that is up to a sixteenth later is left as it is.
func (c *conn) setDeadline(now, deadline time.Time) error {
	c.answered, c.askedAt = false, now
	slack := deadline.Sub(now) / 16
	if !c.deadline.Before(deadline) && !c.deadline.After(deadline.Add(slack)) {
		return nil
	}
	c.deadline = deadline.Add(slack)
	return c.net.SetDeadline(c.deadline)
}

// fill reads more into the buffer.
func (c *conn) fill() error {
	if c.start > 0 && c.start == c.end {
		c.start, c.end = 0, 0
	}
	if c.end == len(c.buffer) {
		copy(c.buffer[:], c.buffer[c.start:c.end])
		c.start, c.end = 0, c.end-c.start
	}
	n, err := c.net.Read(c.buffer[c.end:])
	c.end += n
	if n > 0 {
		c.answered = true
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

// maxHeader bounds the head of an answer in bytes.
const maxHeader = 64 << 10

var (
	lineEnd = []byte("\r\n")
	headEnd = []byte("\r\n\r\n")
)

// readAnswer reads an answer whose body has at most limit bytes.
func (c *conn) readAnswer(e *exchange, limit int) error {
	for {
		if err := c.readHead(e); err != nil {
			return err
		}
		if e.status >= 200 {
			break
		}
		// An interim answer, 100 Continue or 103 Early Hints: the final one follows.
		if e.status == 101 {
			return fmt.Errorf("%w: it switches protocols", ErrBroken)
		}
	}
	old := c.last
	length, chunked, err := c.framing(e)
	if err == nil && chunked && old {
		err = fmt.Errorf("%w: chunks in an answer of HTTP/1.0", ErrBroken)
	}
	if err != nil {
		return err
	}
	e.body = e.body[:0]
	switch {
	case e.status == 204 || e.status == 304:
		err = nil
	case chunked:
		err = c.readChunks(e, limit)
	case length >= 0:
		if length > limit {
			return ErrTooLarge
		}
		err = c.readBody(e, length)
	default:
		c.last = true
		err = c.readAll(e, limit)
	}
	if c.start != c.end {
		// Bytes nobody asked for: what would come next could be taken for the answer to another request.
		c.last = true
	}
	return err
}

// readHead reads status line and headers.
func (c *conn) readHead(e *exchange) error {
	e.header = e.header[:0]
	for {
		window := c.buffer[c.start:c.end]
		if i := bytes.Index(window, headEnd); i >= 0 {
			e.header = append(e.header, window[:i+2]...)
			c.start += i + 4
			break
		}
		if len(window) == len(c.buffer) {
			// A long head: keep all of it but the last three bytes, which may belong to its end.
			if len(e.header)+len(window) > maxHeader {
				return fmt.Errorf("%w: its head is too large", ErrBroken)
			}
			keep := len(window) - 3
			e.header = append(e.header, window[:keep]...)
			c.start += keep
		}
		if err := c.fill(); err != nil {
			if c.answered && errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
	if bytes.Count(e.header, lineEnd[1:]) != bytes.Count(e.header, lineEnd) || bytes.Count(e.header, lineEnd[:1]) != bytes.Count(e.header, lineEnd) {
		// Others could see other lines here (RFC 9112, section 2.2).
		return fmt.Errorf("%w: its lines do not end as they must", ErrBroken)
	}
	end := bytes.Index(e.header, lineEnd)
	line := e.header[:end]
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return fmt.Errorf("%w: it is not HTTP/1.1", ErrBroken)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil || status < 100 {
		return fmt.Errorf("%w: it has no HTTP status", ErrBroken)
	}
	e.status = status
	c.last = line[7] == '0'
	e.header = e.header[:copy(e.header, e.header[end+2:])]
	return nil
}

// cutHeader returns the name and value of the first header line, and the rest.
func cutHeader(lines []byte) (key, value, rest []byte) {
	end := bytes.Index(lines, lineEnd)
	if end < 0 {
		return nil, nil, nil
	}
	line := lines[:end]
	key, value, _ = bytes.Cut(line, []byte(":"))
	return key, bytes.Trim(value, " \t"), lines[end+2:]
}

// equalFold compares a header's name with a lower-case one.
func equalFold(key []byte, name string) bool {
	if len(key) != len(name) {
		return false
	}
	for i, c := range key {
		n := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if 'A' <= n && n <= 'Z' {
			n += 'a' - 'A'
		}
		if c != n {
			return false
		}
	}
	return true
}

// framing tells how long the body is, -1 if the headers do not say, and whether it comes in chunks (RFC 9112,
// section 6.3).
func (c *conn) framing(e *exchange) (length int, chunked bool, err error) {
	length = -1
	e.encoding = ""
	for rest := e.header; len(rest) > 0; {
		var key, value []byte
		key, value, rest = cutHeader(rest)
		switch {
		case equalFold(key, "content-length"):
			n, err := strconv.ParseUint(string(value), 10, 62)
			if err != nil || length >= 0 && length != int(n) {
				return 0, false, fmt.Errorf("%w: its length is not clear", ErrBroken)
			}
			length = int(n)
		case equalFold(key, "transfer-encoding"):
			if !equalFold(value, "chunked") {
				return 0, false, fmt.Errorf("%w: its transfer encoding is not known", ErrBroken)
			}
			chunked = true
		case equalFold(key, "content-encoding"):
			if !equalFold(value, "identity") {
				e.encoding = strings.ToLower(string(value))
			}
		case equalFold(key, "connection"):
			if equalFold(value, "close") {
				c.last = true
			} else if equalFold(value, "keep-alive") {
				c.last = false
			}
		}
	}
	if chunked && length >= 0 {
		return 0, false, fmt.Errorf("%w: its length is not clear", ErrBroken)
	}
	return length, chunked, nil
}

// readBody reads n more bytes of the body, directly into place.
func (c *conn) readBody(e *exchange, n int) error {
	at := len(e.body)
	if need := at + n; need > cap(e.body) {
		grown := make([]byte, at, max(need, 2*cap(e.body)))
		copy(grown, e.body)
		e.body = grown
	}
	e.body = e.body[:at+n]
	have := copy(e.body[at:], c.buffer[c.start:c.end])
	c.start += have
	if have == n {
		return nil
	}
	_, err := io.ReadFull(c.net, e.body[at+have:])
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// line reads a line of the chunked coding.
func (c *conn) line() ([]byte, error) {
	for {
		window := c.buffer[c.start:c.end]
		if i := bytes.Index(window, lineEnd); i >= 0 {
			c.start += i + 2
			if bytes.IndexByte(window[:i], '\n') >= 0 {
				return nil, fmt.Errorf("%w: its lines do not end as they must", ErrBroken)
			}
			return window[:i], nil
		}
		if len(window) == len(c.buffer) {
			return nil, fmt.Errorf("%w: a line of it is too long", ErrBroken)
		}
		if err := c.fill(); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// readChunks reads a body in chunks (RFC 9112, section 7.1). Extensions and trailers are passed over.
func (c *conn) readChunks(e *exchange, limit int) error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, 62)
		if err != nil {
			return fmt.Errorf("%w: a chunk has no size", ErrBroken)
		}
		if n == 0 {
			break
		}
		if len(e.body)+int(n) > limit {
			return ErrTooLarge
		}
		if err := c.readBody(e, int(n)); err != nil {
			return err
		}
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) > 0 {
			return fmt.Errorf("%w: a chunk is longer than its size", ErrBroken)
		}
	}
	for trailer := 0; trailer < maxHeader; {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return err
		}
		if bytes.IndexByte(line, ':') < 1 {
			return fmt.Errorf("%w: its trailer is no header", ErrBroken)
		}
		trailer += len(line)
	}
	return fmt.Errorf("%w: its trailer is too large", ErrBroken)
}

// readAll reads a body that ends with the connection.
func (c *conn) readAll(e *exchange, limit int) error {
	for {
		e.body = append(e.body, c.buffer[c.start:c.end]...)
		c.start, c.end = 0, 0
		if len(e.body) > limit {
			return ErrTooLarge
		}
		if err := c.fill(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
