package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds what zstd may remember of what came out already, as it does for all of HTTP.
//
// Specification: RFC 9659 "Window Sizing for Zstandard Content Encoding".
const maxZstdWindow = 8 << 20

// decoders decompress request bodies. A few bytes can make a decoder take megabytes for its window, so there are only
// so many, and each works on a body that is there as a whole: no client keeps one waiting.
type decoders struct {
	free chan *decoder
	// names are the codings that are accepted; accepted is the header that says so.
	names, accepted []string
}

func newDecoders(names []string) decoders {
	d := decoders{names: names, accepted: []string{"identity"}}
	if len(names) == 0 {
		return d
	}
	d.accepted = []string{strings.Join(names, ", ")}
	d.free = make(chan *decoder, runtime.GOMAXPROCS(0))
	for range cap(d.free) {
		d.free <- &decoder{}
	}
	return d
}

// decoder has what it takes for each coding, once it was needed.
type decoder struct {
	gzip   *gzip.Reader
	brotli *brotli.Reader
	zstd   *zstd.Decoder
}

// reader returns what comes out of a body.
func (d *decoder) reader(coding string, body io.Reader) (io.Reader, error) {
	switch coding {
	case "gzip":
		if d.gzip == nil {
			d.gzip = new(gzip.Reader)
		}
		return d.gzip, d.gzip.Reset(body)
	case "br":
		if d.brotli == nil {
			d.brotli = brotli.NewReader(nil)
		}
		return d.brotli, d.brotli.Reset(body)
	}
	if d.zstd == nil {
		made, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, err
		}
		d.zstd = made
	}
	return d.zstd, d.zstd.Reset(body)
}

// codingOf returns how the body of a request is compressed; empty when it is not.
//
// Specification: RFC 9110, section 8.4 "Content-Encoding".
func (h *Handler) codingOf(r *http.Request) (coding string, f *failure) {
	for _, line := range r.Header["Content-Encoding"] {
		for name := range strings.SplitSeq(line, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); {
			case name == "" || name == "identity":
				continue
			case name == "x-gzip":
				name = "gzip"
			}
			if coding != "" || !slices.Contains(h.decoders.names, name) {
				return "", h.failCoding()
			}
			coding = name
		}
	}
	return coding, nil
}

func (h *Handler) failCoding() *failure {
	message := "The request body is compressed, which the router does not accept. Send it without Content-Encoding."
	if names := h.decoders.names; len(names) > 0 {
		message = "The request body is compressed in a way that the router does not accept. Send it without " +
			"Content-Encoding, or with one of " + strings.Join(names, ", ") + "."
	}
	return &failure{http.StatusUnsupportedMediaType, CodeMediaType, message}
}

// decode replaces the input, which is compressed, by what comes out of it.
func (x *exchange) decode(ctx context.Context, coding string, limit int64) *failure {
	h := x.handler
	var d *decoder
	select {
	case d = <-h.decoders.free:
	case <-ctx.Done():
		return badRequest("The client has gone.")
	}
	packed, paid := x.input, x.paid
	x.input, x.paid = make([]byte, 0, 4<<10), 0
	defer func() {
		if paid > 0 {
			h.bodies.GiveBack(paid)
		}
		h.decoders.free <- d
	}()
	used := d
	d = &decoder{} // unless this one comes back in order
	f := x.inflate(used, packed, coding, limit)
	d = used
	return f
}

func (x *exchange) inflate(d *decoder, packed []byte, coding string, limit int64) *failure {
	from, err := d.reader(coding, bytes.NewReader(packed))
	for err == nil {
		if len(x.input) == cap(x.input) && !x.grow(x.handler.bodies, limit) {
			return failBodies
		}
		var n int
		n, err = from.Read(x.input[len(x.input):cap(x.input)])
		x.input = x.input[:len(x.input)+n]
		if int64(len(x.input)) > limit {
			return tooLarge(limit)
		}
	}
	if !errors.Is(err, io.EOF) {
		return badRequest("The request body cannot be decompressed as " + coding + ", which its Content-Encoding names.")
	}
	return nil
}
