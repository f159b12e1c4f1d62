package http1

import "bytes"

// A head is parsed strictly: whatever net/http might understand in another way than one would think, or refuse, or
// treat in a special way, makes it odd. That net/http understands all other heads exactly as we do is what the tests
// show.

const (
	// maxHead bounds what is read of a head, and maxFields how many headers it may have. Beyond that it is odd.
	maxHead   = 8 << 10
	maxFields = 48
	// maxLengthDigits bounds a Content-Length to what fits into an int64.
	maxLengthDigits = 18
)

// verdict is what the parser says of the bytes so far.
type verdict uint8

const (
	// more means that the head is not complete.
	more verdict = iota
	// plain means that it is complete, and for us to answer.
	plain
	// odd means that it is for net/http to judge.
	odd
	// gone means that the connection has ended.
	gone
)

// span is a part of the head.
type span struct{ from, to uint16 }

func (s span) of(b []byte) []byte { return b[s.from:s.to] }

type field struct{ name, value span }

// head is a request's head, while it is parsed and after. The zero value has seen nothing yet.
type head struct {
	// at is where the next line begins; behind a complete head that is the body.
	at             int
	method, target span
	host           span
	// fields are all headers but Host.
	fields [maxFields]field
	count  int
	// length is the body's; -1 when none is stated.
	length int64
	// isPost tells that the method is POST, hasBody that it is one that comes with a body.
	hasHost, isPost, hasBody bool
}

// reset makes the head ready for another one.
func (h *head) reset() {
	h.at, h.count, h.length = 0, 0, -1
	h.hasHost, h.isPost, h.hasBody = false, false, false
}

// parse goes on with the lines that have become complete. b begins where the head begins.
func (h *head) parse(b []byte) verdict {
	for {
		end := bytes.IndexByte(b[h.at:], '\n')
		if end < 0 {
			return more
		}
		end += h.at
		if end == h.at || b[end-1] != '\r' {
			return odd
		}
		line := span{uint16(h.at), uint16(end - 1)}
		first := h.at == 0
		h.at = end + 1
		switch {
		case first:
			if !h.requestLine(b, line) {
				return odd
			}
		case line.from == line.to:
			return h.complete()
		case !h.field(b, line):
			return odd
		}
	}
}

// methods are those whose requests are served here. POST and QUERY come with a body, the others without.
const (
	getMethod, headMethod, optionsMethod, postMethod, queryMethod = "GET", "HEAD", "OPTIONS", "POST", "QUERY"
)

// requestLine reads `POST /path HTTP/1.1`.
//
// Specification: RFC 9112, section 3 "Request Line"; of the forms in 3.2 only the origin form.
func (h *head) requestLine(b []byte, line span) bool {
	text := line.of(b)
	space := bytes.IndexByte(text, ' ')
	if space < 0 {
		return false
	}
	switch string(text[:space]) {
	case postMethod:
		h.isPost, h.hasBody = true, true
	case queryMethod:
		h.hasBody = true
	case getMethod, headMethod, optionsMethod:
	default:
		return false
	}
	h.method = span{line.from, line.from + uint16(space)}
	rest := text[space+1:]
	const version = " HTTP/1.1"
	if !bytes.HasSuffix(rest, []byte(version)) || rest[0] != '/' {
		return false
	}
	target := rest[:len(rest)-len(version)]
	for _, c := range target {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	h.target = span{h.method.to + 1, h.method.to + 1 + uint16(len(target))}
	return true
}

// field reads `Name: value`.
//
// Specification: RFC 9112, section 5 "Field Syntax"; not obsolete line folding, and of values only those in ASCII.
func (h *head) field(b []byte, line span) bool {
	text := line.of(b)
	colon := bytes.IndexByte(text, ':')
	if colon <= 0 || h.count == maxFields {
		return false
	}
	for _, c := range text[:colon] {
		if !tokenByte[c] {
			return false
		}
	}
	from, to := colon+1, len(text)
	for from < to && isBlank(text[from]) {
		from++
	}
	for to > from && isBlank(text[to-1]) {
		to--
	}
	for _, c := range text[from:to] {
		if (c < ' ' || c >= 0x7f) && c != '\t' {
			return false
		}
	}
	f := field{
		name:  span{line.from, line.from + uint16(colon)},
		value: span{line.from + uint16(from), line.from + uint16(to)},
	}
	switch {
	case named(text[:colon], "host"):
		if h.hasHost || !isHost(f.value.of(b)) {
			return false
		}
		h.hasHost, h.host = true, f.value
		return true
	case !h.understand(text[:colon], f.value.of(b)):
		return false
	}
	h.fields[h.count] = f
	h.count++
	return true
}

// understand looks at a header that says something about the connection or the message; false when that is something
// for net/http.
func (h *head) understand(name, value []byte) bool {
	switch {
	case named(name, "content-length"):
		if h.length >= 0 {
			return false
		}
		h.length = parseLength(value)
		return h.length >= 0
	case named(name, "connection"):
		return named(value, "keep-alive")
	case named(name, "transfer-encoding"), named(name, "expect"), named(name, "upgrade"), named(name, "trailer"):
		return false
	case named(name, "accept"):
		// An answer that lasts as long as the client wants is net/http's.
		return !bytes.Contains(value, []byte("t/event-stream")) && !bytes.Contains(value, []byte("multipart/"))
	case named(name, "pragma"):
		return false // net/http makes a Cache-Control header of it
	}
	return true
}

// complete judges a head that has ended.
func (h *head) complete() verdict {
	if !h.hasHost || h.hasBody != (h.length >= 0) {
		return odd
	}
	return plain
}

// parseLength reads a plain decimal number; -1 when it is written in any other way.
func parseLength(text []byte) int64 {
	if len(text) == 0 || len(text) > maxLengthDigits || text[0] == '0' && len(text) > 1 {
		return -1
	}
	var n int64
	for _, c := range text {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// named tells whether a name is another one, which is in lower case.
func named(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isHost tells whether text is a host, and perhaps a port, as they are usually written.
func isHost(text []byte) bool {
	for _, c := range text {
		if !isAlphanumeric(c) && c != '.' && c != '-' && c != '_' && c != ':' && c != '[' && c != ']' {
			return false
		}
	}
	return len(text) > 0
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// tokenByte has the bytes that names are made of.
//
// Specification: RFC 9110, section 5.6.2 "Tokens".
var tokenByte = func() (table [256]bool) {
	for c := range table {
		table[c] = isAlphanumeric(byte(c))
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		table[c] = true
	}
	return table
}()

// isToken tells whether a text can be a header's name.
func isToken(text string) bool {
	for i := range len(text) {
		if !tokenByte[text[i]] {
			return false
		}
	}
	return text != ""
}
