package server

import (
	"errors"
	"io"
	"net/http"
	"strconv"
)

// head sets the headers of the exchange's answer.
func (x *exchange) head() {
	header := x.writer.Header()
	header["Content-Type"] = contentTypes[x.accepted]
	if x.response.CacheControl != "" {
		header["Cache-Control"] = []string{x.response.CacheControl}
	}
	if x.response.Age != "" {
		header["Age"] = []string{x.response.Age}
	}
	for _, line := range x.response.Header {
		header.Add(line.Name, line.Value)
	}
}

// encodingFor decides on the compression of an answer of so many bytes.
func (h *Handler) encodingFor(x *exchange, size int64) encoding {
	if !h.opts.Compress {
		return identity
	}
	header := x.writer.Header()
	if len(header["Vary"]) == 0 {
		header["Vary"] = varyEncoding
	} else {
		header.Add("Vary", varyEncoding[0])
	}
	// What HEAD says about the length is for the plain answer: nothing is compressed to learn another one.
	if size < int64(h.opts.CompressAbove) || x.httpRequest.Method == http.MethodHead {
		return identity
	}
	e := acceptedEncoding(x.httpRequest.Header["Accept-Encoding"])
	if e != identity {
		header["Content-Encoding"] = encodingNames[e]
	}
	return e
}

// write sends the exchange's answer, unless that has been done.
func (h *Handler) write(x *exchange) {
	if x.streamed {
		return
	}
	x.head()
	body := x.response.Bytes()
	x.size = int64(len(body))
	if e := h.encodingFor(x, x.size); e != identity {
		if x.response.Shared != nil {
			body = x.response.Shared.compressed(e)
		} else {
			packed := takeBuffer()
			body = e.compress(packed.bytes, body)
			defer packed.giveBack(body)
		}
	}
	// The server works the length of short bodies out by itself, without a header entry.
	if len(body) >= 2<<10 {
		x.writer.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	if x.status != http.StatusOK {
		x.writer.WriteHeader(x.status)
	}
	_, _ = x.writer.Write(body)
}

// Begin implements Stream.
func (x *exchange) Begin(resp *Response, size int64) io.Writer {
	x.streamed, x.size, x.left = true, size, size
	x.status = statusOf(resp.Outcome, x.accepted)
	x.head()
	e := x.handler.encodingFor(x, size)
	if e == identity {
		x.writer.Header()["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	}
	if x.status != http.StatusOK {
		x.writer.WriteHeader(x.status)
	}
	switch {
	case x.httpRequest.Method == http.MethodHead:
		x.left = 0
		return nil
	case e == identity:
		return (*pieces)(x)
	}
	x.encoder = e.encoder((*wire)(x))
	return (*pieces)(x)
}

// pieces takes a streamed answer.
type pieces exchange

func (p *pieces) Write(piece []byte) (n int, err error) {
	if p.encoder != nil {
		n, err = p.encoder.Write(piece)
	} else {
		n, err = (*wire)(p).Write(piece)
	}
	p.left -= int64(n)
	return n, err
}

var errGone = errors.New("the client has gone")

// wire is where a streamed answer leaves to, compressed or not.
type wire exchange

func (w *wire) Write(piece []byte) (int, error) {
	if w.broken || w.httpRequest.Context().Err() != nil {
		w.broken = true
		return 0, errGone
	}
	n, err := w.writer.Write(piece)
	w.broken = err != nil
	return n, err
}

// finish ends a streamed answer. It returns false when the client did not get all of it.
func (x *exchange) finish() bool {
	x.broken = x.broken || x.left != 0
	if x.encoder != nil {
		// Of a broken answer nothing more gets through, not even what would make it look complete.
		_ = x.encoder.Close() // wire has noted the error
		x.encoder = nil
	}
	return !x.broken
}
