package server

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxJSONDepth bounds the nesting of a request body. Variables nest as deep as input types do, which is a handful.
const maxJSONDepth = 256

// badBody is why a request body cannot be read; its text is shown to the client.
type badBody string

func (e badBody) Error() string { return string(e) }

const (
	errNotUTF8      = badBody("The request body is not valid UTF-8.")
	errNotObject    = badBody("The request body must be a JSON object with a \"query\" member.")
	errTooDeep      = badBody("The request body is nested too deeply.")
	errQueryType    = badBody("The \"query\" member of the request must be a string.")
	errDocumentType = badBody("The \"documentId\" member of the request must be a string or null.")
	errNameType     = badBody("The \"operationName\" member of the request must be a string or null.")
	errVarsType     = badBody("The \"variables\" member of the request must be an object or null.")
	errExtType      = badBody("The \"extensions\" member of the request must be an object or null.")
	errSyntax       = badBody("The request body is not valid JSON.")
	errSyntaxEnd    = badBody("The request body is not valid JSON: it ends too early.")
	errSyntaxAfter  = badBody("The request body is not valid JSON: something follows the end of the value.")
)

// parseBody reads the members of a GraphQL request from a JSON object. Nothing is copied: the request's fields point
// into body, whose strings are unescaped in place. Unknown members are ignored, as the specification asks; of a
// repeated member the last one counts, as in most JSON parsers.
//
// Specification: GraphQL over HTTP, section 5.2 "JSON encoding".
func parseBody(body []byte, req *Request) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}
	p := jsonReader{data: body}
	p.space()
	if err := p.request(req); err != nil {
		return err
	}
	p.space()
	if p.at < len(p.data) {
		return errSyntaxAfter
	}
	return nil
}

// jsonReader walks over JSON text. Its methods leave at behind what they read.
type jsonReader struct {
	data []byte
	at   int
}

// request reads a JSON object as a GraphQL request.
func (p *jsonReader) request(req *Request) error {
	if p.peek() != '{' {
		if err := p.skip(0); err != nil {
			return err
		}
		return errNotObject
	}
	p.at++
	if p.space(); p.peek() == '}' {
		p.at++
		return nil
	}
	for {
		key, err := p.text()
		if err != nil {
			return err
		}
		if p.space(); p.peek() != ':' {
			return p.unexpected()
		}
		p.at++
		p.space()
		if err := p.member(key, req); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case '}':
			p.at++
			return nil
		default:
			return p.unexpected()
		}
	}
}

func (p *jsonReader) member(key []byte, req *Request) error {
	switch string(key) {
	case "query":
		return p.optionalText(&req.Query, errQueryType)
	case "documentId":
		return p.optionalText(&req.DocumentID, errDocumentType)
	case "operationName":
		return p.optionalText(&req.OperationName, errNameType)
	case "variables":
		return p.optionalObject(&req.Variables, errVarsType)
	case "extensions":
		return p.optionalObject(&req.Extensions, errExtType)
	default:
		return p.skip(1)
	}
}

// optionalText reads a string, or null as nothing, into target.
func (p *jsonReader) optionalText(target *[]byte, wrongType error) error {
	if p.peek() == '"' {
		text, err := p.text()
		*target = text
		return err
	}
	return p.null(target, wrongType)
}

// optionalObject reads an object as it stands, or null as nothing, into target.
func (p *jsonReader) optionalObject(target *[]byte, wrongType error) error {
	if p.peek() == '{' {
		start := p.at
		err := p.skip(1)
		*target = p.data[start:p.at:p.at]
		return err
	}
	return p.null(target, wrongType)
}

func (p *jsonReader) null(target *[]byte, wrongType error) error {
	start := p.at
	if err := p.skip(1); err != nil {
		return err
	}
	if string(p.data[start:p.at]) != "null" {
		return wrongType
	}
	*target = nil
	return nil
}

// text reads a string and returns what it stands for.
func (p *jsonReader) text() ([]byte, error) {
	start := p.at + 1
	escaped, err := p.skipString()
	if err != nil {
		return nil, err
	}
	raw := p.data[start : p.at-1 : p.at-1]
	if escaped {
		raw = unescape(raw)
	}
	return raw, nil
}

// skipString passes over a string and tells whether it has escapes.
func (p *jsonReader) skipString() (escaped bool, err error) {
	if p.peek() != '"' {
		return false, p.unexpected()
	}
	data := p.data
	for i := p.at + 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			p.at = i + 1
			return escaped, nil
		case c == '\\':
			escaped = true
			i++
			if i < len(data) && data[i] == 'u' {
				if i+4 >= len(data) || hex4(data[i+1:]) < 0 {
					return false, errSyntax
				}
				i += 4
			} else if i < len(data) && escapes[data[i]] == 0 {
				return false, errSyntax
			}
		case c < 0x20:
			return false, errSyntax
		}
	}
	p.at = len(data)
	return false, errSyntaxEnd
}

// skip passes over any value, which must be well-formed. depth is how many arrays and objects it stands in.
func (p *jsonReader) skip(depth int) error {
	if depth > maxJSONDepth {
		return errTooDeep
	}
	switch c := p.peek(); {
	case c == '"':
		_, err := p.skipString()
		return err
	case c == '{':
		return p.skipMembers(depth)
	case c == '[':
		return p.skipItems(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.skipNumber()
	default:
		for _, word := range []string{"null", "true", "false"} {
			if bytes.HasPrefix(p.data[p.at:], []byte(word)) {
				p.at += len(word)
				return nil
			}
		}
		return p.unexpected()
	}
}

func (p *jsonReader) skipMembers(depth int) error {
	p.at++
	if p.space(); p.peek() == '}' {
		p.at++
		return nil
	}
	for {
		if _, err := p.skipString(); err != nil {
			return err
		}
		if p.space(); p.peek() != ':' {
			return p.unexpected()
		}
		p.at++
		p.space()
		if err := p.skip(depth + 1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case '}':
			p.at++
			return nil
		default:
			return p.unexpected()
		}
	}
}

func (p *jsonReader) skipItems(depth int) error {
	p.at++
	if p.space(); p.peek() == ']' {
		p.at++
		return nil
	}
	for {
		if err := p.skip(depth + 1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case ']':
			p.at++
			return nil
		default:
			return p.unexpected()
		}
	}
}

// skipNumber passes over a number. Grammar: RFC 8259, section 6.
func (p *jsonReader) skipNumber() error {
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !p.digits() {
		return p.unexpected()
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return p.unexpected()
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return p.unexpected()
		}
	}
	return nil
}

func (p *jsonReader) digits() bool {
	start := p.at
	for p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *jsonReader) space() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\n', '\r', '\t':
			p.at++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end. A zero byte is valid nowhere in JSON, so the two need no telling apart.
func (p *jsonReader) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

func (p *jsonReader) unexpected() error {
	if p.at >= len(p.data) {
		return errSyntaxEnd
	}
	return errSyntax
}

// escapes maps the letter of a short escape to what it stands for.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape resolves the escapes of a checked string in place: no escape is shorter than what it stands for.
func unescape(s []byte) []byte {
	to := bytes.IndexByte(s, '\\')
	for from := to; from < len(s); {
		c := s[from]
		if c != '\\' {
			s[to] = c
			from++
			to++
			continue
		}
		if s[from+1] != 'u' {
			s[to] = escapes[s[from+1]]
			from += 2
			to++
			continue
		}
		r := hex4(s[from+2:])
		from += 6
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if from+5 < len(s) && s[from] == '\\' && s[from+1] == 'u' {
				low = hex4(s[from+2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				from += 6
			}
		}
		to += utf8.EncodeRune(s[to:], r)
	}
	return s[:to]
}

// hex4 is the number written in the first four bytes of s, which it must have; -1 when they are not hexadecimal.
func hex4(s []byte) rune {
	var r rune
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
