package http1

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/internal/body"
	"github.com/weft-graphql/weft/router/upstream/internal/socket"
)

// conn is a connection with what was read from it and not used yet.
//
// Specification: HTTP/1.1, RFC 9112.
type conn struct {
	net    net.Conn
	peeker *socket.Peeker
	// used is set when the connection has carried a request before, answered when a byte of an answer has come for
	// the present one, last when it cannot carry another.
	used, answered, last bool
	// unasked tells that something came on it that was no answer to a request.
	unasked bool
	// ctx is the present request's if that may be given up when nobody wants the answer any more, nil otherwise; until
	// is its deadline.
	ctx   context.Context
	until time.Time
	// readBy and writeBy are the deadlines that were set, askedAt is when the present request began, and idleSince when
	// the connection was last used.
	readBy, writeBy, askedAt, idleSince time.Time

	buffer     [4096]byte
	start, end int
}

// lookEvery is how often a request that waits for its answer looks whether it is still wanted.
const lookEvery = 250 * time.Millisecond

// begin prepares the connection for a request that must be over at the deadline. Setting a deadline costs as much as
// everything else about a small call, and so those of the socket may be up to a sixteenth later, and are left as they
// are if they are good enough.
func (c *conn) begin(ctx context.Context, now, deadline time.Time) error {
	c.ctx, c.until = ctx, deadline
	c.answered, c.askedAt = false, now
	latest := deadline.Add(deadline.Sub(now) / 16)
	if c.writeBy.Before(deadline) || c.writeBy.After(latest) {
		c.writeBy = latest
		if err := c.net.SetWriteDeadline(latest); err != nil {
			return err
		}
	}
	// Reading gives up earlier, to look.
	if c.readBy.Before(earlier(deadline, now.Add(lookEvery/2))) || c.readBy.After(latest) {
		c.readBy = earlier(latest, now.Add(lookEvery))
		return c.net.SetReadDeadline(c.readBy)
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Read reads from the connection until the request's deadline, or until nobody wants the answer any more.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.net.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		now := time.Now()
		if !now.Before(c.until) {
			return 0, err
		}
		if c.ctx != nil && c.ctx.Err() != nil {
			return 0, c.ctx.Err()
		}
		c.readBy = earlier(c.until, now.Add(lookEvery))
		if err := c.net.SetReadDeadline(c.readBy); err != nil {
			return 0, err
		}
	}
}

// reusable tells whether a kept connection can carry another request: it is open, and nothing has come on it, which
// would be taken for the answer. Where that cannot be seen, a request that must not be sent twice (sure) does without.
func (c *conn) reusable(sure bool) bool {
	if c.peeker == nil {
		return !sure
	}
	quiet := c.peeker.IsQuiet()
	c.unasked = c.unasked || c.peeker.Unasked
	return quiet
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
	n, err := c.Read(c.buffer[c.end:])
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

var (
	lineEnd = []byte("\r\n")
	headEnd = []byte("\r\n\r\n")
)

// maxInterim bounds the interim answers before the final one.
const maxInterim = 8

// readAnswer reads an answer whose body has at most limit bytes.
func (c *conn) readAnswer(e *exchange, limit int) error {
	for interim := 0; ; interim++ {
		if interim > maxInterim {
			return upstream.Broken("it never comes to the final answer")
		}
		if err := c.readHead(e); err != nil {
			return err
		}
		if e.status >= 200 {
			break
		}
		// An interim answer, 100 Continue or 103 Early Hints: the final one follows.
		if e.status == 101 {
			return upstream.Broken("it switches protocols")
		}
		if err := checkLines(e.header); err != nil {
			return err
		}
	}
	old := c.last
	length, chunked, err := c.framing(e)
	if err == nil && chunked && old {
		err = upstream.Broken("chunks in an answer of HTTP/1.0")
	}
	if err != nil {
		return err
	}
	e.body.Reset()
	switch {
	case e.status == 204 || e.status == 304:
		err = nil
	case chunked:
		err = c.readChunks(e, limit)
	case length >= 0:
		if length > limit {
			return upstream.ErrTooLarge
		}
		err = c.readBody(e, length)
	default:
		c.last = true
		err = c.readAll(e, limit)
	}
	if c.start != c.end {
		// Bytes nobody asked for: what would come next could be taken for the answer to another request.
		c.last, c.unasked = true, true
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
			if len(e.header)+len(window) > upstream.MaxHeader {
				return upstream.Broken("its head is too large")
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
		return upstream.Broken("its lines do not end as they must")
	}
	end := bytes.Index(e.header, lineEnd)
	line := e.header[:end]
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[7] < '0' || line[7] > '9' || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return upstream.Broken("it is not HTTP/1.1")
	}
	status, err := strconv.ParseUint(string(line[9:12]), 10, 16)
	if err != nil || status < 100 {
		return upstream.Broken("it has no HTTP status")
	}
	e.status = int(status)
	c.last = line[7] == '0'
	e.header = e.header[:copy(e.header, e.header[end+2:])]
	return nil
}

// cutHeader returns the name and value of the first header line, and the rest. The name is empty if the line has no
// colon.
func cutHeader(lines []byte) (key, value, rest []byte) {
	end := bytes.Index(lines, lineEnd)
	if end < 0 {
		return nil, nil, nil
	}
	line, rest := lines[:end], lines[end+2:]
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return nil, nil, rest
	}
	return line[:colon], bytes.Trim(line[colon+1:], " \t"), rest
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
	closing, keeping := false, false
	for rest := e.header; len(rest) > 0; {
		var key, value []byte
		key, value, rest = cutHeader(rest)
		if !isName(key) || !isValue(value) {
			return 0, false, errNoHeader
		}
		switch {
		case equalFold(key, "content-length"):
			n, err := strconv.ParseUint(string(value), 10, strconv.IntSize-1)
			if err != nil || length >= 0 && length != int(n) {
				return 0, false, upstream.Broken("its length is not clear")
			}
			length = int(n)
		case equalFold(key, "transfer-encoding"):
			if chunked || !equalFold(value, "chunked") {
				return 0, false, upstream.Broken("its transfer encoding is not known")
			}
			chunked = true
		case equalFold(key, "content-encoding"):
			if e.encoding != "" {
				return 0, false, upstream.Broken("it is compressed more than once")
			}
			if !equalFold(value, "identity") {
				e.encoding = strings.ToLower(string(value))
			}
		case equalFold(key, "connection"):
			for len(value) > 0 {
				var option []byte
				option, value, _ = bytes.Cut(value, []byte(","))
				option = bytes.Trim(option, " \t")
				closing = closing || equalFold(option, "close")
				keeping = keeping || equalFold(option, "keep-alive")
			}
		}
	}
	if chunked && length >= 0 {
		return 0, false, upstream.Broken("its length is not clear")
	}
	c.last = closing || c.last && !keeping
	return length, chunked, nil
}

// errNoHeader means that the head has a folded line, a blank before a colon, no colon, a NUL: others could see another
// header there (RFC 9112, section 5).
var errNoHeader = upstream.Broken("a line of its head is no header")

// checkLines looks at the header lines of an interim answer, which say nothing to us.
func checkLines(lines []byte) error {
	for len(lines) > 0 {
		var key, value []byte
		if key, value, lines = cutHeader(lines); !isName(key) || !isValue(value) {
			return errNoHeader
		}
	}
	return nil
}

// isName tells whether a header's name is one.
//
// Specification: RFC 9110, section 5.6.2 "Tokens".
func isName(key []byte) bool {
	for _, b := range key {
		if !nameByte[b] {
			return false
		}
	}
	return len(key) > 0
}

// isValue tells whether a header's value is one.
//
// Specification: RFC 9110, section 5.5 "Field Values".
func isValue(value []byte) bool {
	for _, b := range value {
		if b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// nameByte has the bytes that names are made of.
var nameByte = func() (table [256]bool) {
	for _, b := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		table[b] = true
	}
	return table
}()

// readBody reads n more bytes of the body, directly into place.
func (c *conn) readBody(e *exchange, n int) error {
	e.body.Expect(n + 1)
	for n > 0 {
		room := e.body.Room()
		if room == nil {
			return upstream.ErrNoRoom
		}
		if c.start < c.end {
			took := copy(room[:min(n, len(room))], c.buffer[c.start:c.end])
			e.body.Took(took)
			c.start += took
			n -= took
			continue
		}
		// One byte more than needed: if there is anything behind, it is not left in the socket, where it would be taken
		// for the next answer.
		want := n + 1
		if len(room) < want {
			want = min(len(room), n-1)
		}
		var got int
		var err error
		if want > 0 {
			got, err = c.Read(room[:want])
		} else {
			err = c.fill()
		}
		if got > n {
			c.start, c.end = 0, copy(c.buffer[:], room[n:got])
			got = n
		}
		e.body.Took(got)
		n -= got
		if n > 0 && err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// line reads a line of the chunked coding.
func (c *conn) line() ([]byte, error) {
	for {
		window := c.buffer[c.start:c.end]
		if i := bytes.Index(window, lineEnd); i >= 0 {
			c.start += i + 2
			if bytes.IndexByte(window[:i], '\n') >= 0 || bytes.IndexByte(window[:i], '\r') >= 0 {
				return nil, upstream.Broken("its lines do not end as they must")
			}
			return window[:i], nil
		}
		if len(window) == len(c.buffer) {
			return nil, upstream.Broken("a line of it is too long")
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
	for around := 0; ; {
		line, err := c.line()
		if err != nil {
			return err
		}
		if around += len(line); around > upstream.MaxHeader+2*e.body.Len() {
			return upstream.Broken("there is more around its chunks than in them")
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimRight(size, " \t")), 16, strconv.IntSize-1)
		if err != nil {
			return upstream.Broken("a chunk has no size")
		}
		if n == 0 {
			break
		}
		if n > uint64(limit-e.body.Len()) {
			return upstream.ErrTooLarge
		}
		if err := c.readBody(e, int(n)); err != nil {
			return err
		}
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) > 0 {
			return upstream.Broken("a chunk is longer than its size")
		}
	}
	for trailer := 0; trailer < upstream.MaxHeader; {
		line, err := c.line()
		if err != nil || len(line) == 0 {
			return err
		}
		if key, value, found := bytes.Cut(line, []byte(":")); !found || !isName(key) || !isValue(value) {
			return upstream.Broken("its trailer is no header")
		}
		trailer += len(line)
	}
	return upstream.Broken("its trailer is too large")
}

// readAll reads a body that ends with the connection.
func (c *conn) readAll(e *exchange, limit int) error {
	_, err := e.body.Write(c.buffer[c.start:c.end])
	c.start, c.end = 0, 0
	tooLarge := false
	if err == nil {
		tooLarge, err = e.body.ReadAll(c, limit)
	}
	switch {
	case tooLarge:
		return upstream.ErrTooLarge
	case errors.Is(err, body.ErrFull):
		return upstream.ErrNoRoom
	}
	return err
}
