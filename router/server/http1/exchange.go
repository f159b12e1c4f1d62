package http1

import (
	"net/http"
	"net/textproto"
	"net/url"
)

// exchange is a request and its answer. Each has one of its own, in one piece of memory.
type exchange struct {
	context  requestContext
	url      url.URL
	body     body
	response response
	// values is where the slices of the header begin.
	values [8]string
}

// begin takes the request whose head is complete from the connection's input.
func (x *exchange) begin(c *conn) *http.Request {
	h := &c.head
	text := string(c.input[c.from : c.from+h.at]) // everything below is a part of it
	c.from += h.at
	c.afterPost = h.isPost

	x.context.parent = c.values
	r := c.template.WithContext(&x.context)
	r.Method = text[h.method.from:h.method.to]
	r.RequestURI = text[h.target.from:h.target.to]
	x.url = c.located()
	r.URL = &x.url
	r.Host = text[h.host.from:h.host.to]
	r.Header = x.header(text, h)
	r.Body = http.NoBody
	x.body.conn, x.response.conn, x.response.request, x.response.body = c, c, r, &x.body
	x.response.length = -1
	if h.length > 0 {
		r.ContentLength = h.length
		r.Body = &x.body
		x.body.expect(h.length)
	}
	return r
}

// header makes the header map.
func (x *exchange) header(text string, h *head) http.Header {
	header := make(http.Header, h.count)
	values := x.values[:0]
	for _, f := range h.fields[:h.count] {
		name := textproto.CanonicalMIMEHeaderKey(text[f.name.from:f.name.to])
		value := text[f.value.from:f.value.to]
		if others := header[name]; others != nil {
			header[name] = append(others, value)
			continue
		}
		values = append(values, value)
		header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	return header
}

// finish completes the answer of a handler that has returned. It returns false when the connection cannot go on.
func (x *exchange) finish(r *http.Request) bool {
	again := x.response.finish()
	_ = x.body.Close() // whether it was read to its end is asked below
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
	c := x.body.conn
	if x.response.refused || x.body.unread() {
		c.linger()
		return false
	}
	return again
}
