package body

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds what decompressing as zstd may take beside its result.
const maxWindow = 64 << 20

// ErrTooLarge means that there is more in a compressed body than allowed.
var ErrTooLarge = errors.New("the body is larger than allowed")

// Inflate decompresses a body of at most limit bytes into a buffer. encoding is the value of Content-Encoding: gzip, br
// or zstd. The error tells what is wrong with the body.
//
// Specification: RFC 9110, section 8.4.1 "Content Codings".
func Inflate(to *Buffer, compressed []byte, encoding string, limit int) error {
	var from io.Reader = bytes.NewReader(compressed)
	switch encoding {
	case "gzip":
		r, err := gzip.NewReader(from)
		if err != nil {
			return fmt.Errorf("it cannot be decompressed as gzip")
		}
		from = r
	case "br":
		from = brotli.NewReader(from)
	case "zstd":
		r, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return fmt.Errorf("it cannot be decompressed as zstd")
		}
		defer r.Close()
		from = r
	default:
		return fmt.Errorf("the compression %.40q was not asked for", encoding)
	}
	tooLarge, err := to.ReadAll(from, limit)
	switch {
	case tooLarge:
		return ErrTooLarge
	case errors.Is(err, ErrFull):
		return err
	case err != nil:
		return fmt.Errorf("it cannot be decompressed as %s", encoding)
	}
	return nil
}
