package http1

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// framing is how a client knows where an answer's body ends.
type framing uint8

const (
	// counted means that the length is announced.
	counted framing = iota
	// chunked means that each piece tells its length.
	chunked
	// untilClose means that the connection ends with it.
	untilClose
	// bodiless means that there is none.
	bodiless
)

// response is the http.ResponseWriter. It decides what an answer's head says exactly as net/http does, so that it makes
// no difference to a client which of the two serves it.
type response struct {
	conn    *conn
	request *http.Request
	body    *body
	header  http.Header
	// buffers are taken with the head and given back at the end.
	buffers *buffers
	// status is 0 until the handler has decided on it.
	status int
	// length is the body's as the handler has announced it, -1 when it has not; written is what it has written.
	length, written int64
	framing         framing
	head            headFacts
	// sent tells that the head has left, or is leaving; done that the handler has returned.
	sent, done bool
	// closing tells that the connection ends with this answer; refused that this is because of the request's body.
	closing, refused bool
	// err is the first error of the connection.
	err error
}

// Header implements http.ResponseWriter.
func (w *response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header, 4)
	}
	return w.header
}

// WriteHeader implements http.ResponseWriter. The header is printed here, so that what the handler changes in it later
// makes no difference.
func (w *response) WriteHeader(status int) {
	switch {
	case w.status != 0:
		w.conn.server.logf("http: superfluous response.WriteHeader call for %s %s", w.request.Method, w.request.URL.Path)
		return
	case status < 100 || status > 999:
		panic(fmt.Sprintf("invalid WriteHeader code %v", status))
	case status < 200:
		return
	}
	w.status = status
	w.buffers = takeBuffers()
	w.announce()
	w.printHead()
}

// announce reads the header's Content-Length and decides on the framing.
func (w *response) announce() {
	announced := first(w.header, "Content-Length")
	if announced != "" {
		n, err := strconv.ParseInt(announced, 10, 64)
		if err == nil && n >= 0 {
			w.length = n
		} else {
			w.conn.server.logf("http: invalid Content-Length of %q", announced)
		}
	}
	coding := first(w.header, "Transfer-Encoding")
	known := w.length >= 0 && (coding == "" || coding == "identity")
	_, mentioned := w.header["Content-Length"]
	facts := &w.head
	facts.mayCount = !mentioned && coding == "" && allowsBody(w.status)
	switch {
	case w.request.Method == headMethod || !allowsBody(w.status):
		w.framing = bodiless
	case known:
		w.framing = counted
	case coding == "identity":
		w.framing, w.closing = untilClose, true
	default:
		w.framing = chunked
		facts.printCoding = coding != "chunked"
	}
	facts.printLength = (known || w.length < 0) && w.framing != chunked && allowsBody(w.status)
}

// allowsBody tells whether an answer of this status can have a body.
func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	if w.done {
		return 0, errEnded
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case !allowsBody(w.status):
		return 0, http.ErrBodyNotAllowed
	}
	w.written += int64(len(p))
	if w.length >= 0 && w.written > w.length {
		return 0, http.ErrContentLength
	}
	return w.keep(p)
}

// Flush implements http.Flusher.
func (w *response) Flush() { _ = w.FlushError() }

// FlushError is what http.ResponseController calls to flush.
func (w *response) FlushError() error {
	if w.done {
		return errEnded
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.send(nil)
}

// SetReadDeadline is for http.ResponseController.
func (w *response) SetReadDeadline(at time.Time) error {
	w.body.given.Store(true)
	w.conn.readBy.at = at
	return w.conn.net.SetReadDeadline(at)
}

// SetWriteDeadline is for http.ResponseController.
func (w *response) SetWriteDeadline(at time.Time) error {
	w.conn.writeBy.at = at
	return w.conn.net.SetWriteDeadline(at)
}

// finish sends what is left when the handler has returned. It returns false when the connection cannot go on.
func (w *response) finish() bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.done = true
	_ = w.send(nil) // the error is kept
	w.release()
	incomplete := w.framing == counted && w.length >= 0 && w.length != w.written
	return !w.closing && !incomplete && w.err == nil
}

// abort ends an answer whose handler has panicked. What is kept back of it is not sent, so that it never looks
// complete.
func (w *response) abort() {
	w.done = true
	w.release()
}

func (w *response) release() {
	if w.buffers != nil {
		w.buffers.giveBack()
		w.buffers = nil
	}
}
