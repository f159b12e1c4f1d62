package server

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// head sets the headers of the exchange's answer.
func (x *exchange) head() {
	header := x.writer.Header()
	header["Content-Type"] = contentTypes[x.mediaType()]
	x.caching(header)
	if x.response.Age != "" {
		header["Age"] = []string{x.response.Age}
	}
	for _, line := range x.response.Header {
		header.Add(line.Name, line.Value)
	}
	for _, line := range x.response.OwnHeader {
		header.Add(line.Name, line.Value)
	}
}

// encodingFor decides on the compression of an answer of so many bytes.
func (h *Handler) encodingFor(x *exchange, size int64) encoding {
	if !h.opts.Compress {
		return identity
	}
	// What HEAD says about the length is for the plain answer: nothing is compressed to learn another one.
	if size < int64(h.opts.CompressAbove) || x.httpRequest.Method == http.MethodHead {
		return identity
	}
	e := acceptedEncoding(x.httpRequest.Header["Accept-Encoding"])
	if e != identity {
		x.writer.Header()["Content-Encoding"] = encodingNames[e]
	}
	return e
}

// write sends the exchange's answer, unless that has been done.
func (h *Handler) write(x *exchange) {
	if x.streamed {
		return
	}
	body := x.response.Bytes()
	if len(body) > keepOutput && h.opts.Compress && x.response.Shared == nil {
		// There is no second copy of what is large.
		if w := x.begin(int64(len(body))); w != nil {
			_, _ = w.Write(body) // finish tells whether all of it was taken
		}
		return
	}
	x.head()
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
	if len(body) <= takenAtOnce {
		_, _ = x.writer.Write(body) // the client has gone; there is nobody to tell
		return
	}
	reader := newReader(x.writer, &h.opts)
	defer reader.end()
	for piece := range slices.Chunk(body, takenAtOnce) {
		n, err := x.writer.Write(piece)
		if err != nil {
			return // as above
		}
		reader.took(n)
	}
}

// Begin implements Stream.
func (x *exchange) Begin(resp *Response, size int64) io.Writer {
	resp.discard()
	x.status = x.statusOf(resp)
	return x.begin(size)
}

// begin sends the head of an answer that is written piece by piece; nil means that only the head is wanted.
func (x *exchange) begin(size int64) io.Writer {
	x.streamed, x.size, x.left = true, size, size
	// From now on it is the client who takes its time.
	x.leave()
	x.head()
	e := x.handler.encodingFor(x, size)
	if e == identity {
		x.writer.Header()["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	}
	if x.status != http.StatusOK {
		x.writer.WriteHeader(x.status)
	}
	if x.httpRequest.Method == http.MethodHead {
		x.left = 0
		return nil
	}
	x.reader = newReader(x.writer, &x.handler.opts)
	if e == identity {
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

func (w *wire) Write(piece []byte) (total int, err error) {
	for part := range slices.Chunk(piece, takenAtOnce) {
		if w.broken || w.httpRequest.Context().Err() != nil {
			w.broken = true
			return total, errGone
		}
		n, err := w.writer.Write(part)
		w.broken = err != nil
		w.reader.took(n)
		if total += n; err != nil {
			return total, err
		}
	}
	return total, nil
}

// finish ends a streamed answer. It returns false when the client did not get all of it.
func (x *exchange) finish() bool {
	x.broken = x.broken || x.left != 0
	if x.encoder != nil {
		// Of a broken answer nothing more gets through, not even what would make it look complete.
		_ = x.encoder.Close() // wire has noted the error
		x.encoder = nil
	}
	if x.reader != nil {
		x.reader.end()
	}
	return !x.broken
}
