package upstream

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// buffered is an answer that was read into a buffer.
type buffered struct {
	body   bytes.Buffer
	header http.Header
}

var buffers = sync.Pool{New: func() any { return &buffered{} }}

func acquireBuffer() *buffered { return buffers.Get().(*buffered) }

func (b *buffered) Header(name string) []byte {
	if v := b.header.Get(name); v != "" {
		return []byte(v)
	}
	return nil
}

func (b *buffered) Release() {
	if b.body.Cap() > maxKeptBody {
		return
	}
	b.body.Reset()
	b.header = nil
	buffers.Put(b)
}

// read reads a body of at most limit bytes, decompressed.
func (b *buffered) read(body io.Reader, encoding string, limit int) error {
	body, end, err := decompress(body, encoding)
	if err != nil {
		return err
	}
	defer end()
	_, err = b.body.ReadFrom(io.LimitReader(body, int64(limit)+1))
	if b.body.Len() > limit {
		return ErrTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		return ErrTimeout
	}
	if err != nil {
		return &private{fmt.Errorf("%w: it cannot be read to its end", ErrBroken), err}
	}
	return nil
}

// decompress returns a reader of what is compressed, and what to do when it is not needed any more.
func decompress(body io.Reader, encoding string) (io.Reader, func(), error) {
	switch encoding {
	case "", "identity":
		return body, func() {}, nil
	case "gzip":
		r, err := gzip.NewReader(body)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: it cannot be decompressed as gzip", ErrBroken)
		}
		return r, func() {}, nil
	case "br":
		return brotli.NewReader(body), func() {}, nil
	case "zstd":
		r, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil, nil, fmt.Errorf("%w: it cannot be decompressed as zstd", ErrBroken)
		}
		return r, r.Close, nil
	}
	return nil, nil, fmt.Errorf("%w: the compression %q was not asked for", ErrBroken, encoding)
}
