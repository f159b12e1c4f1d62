package server

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// compressPages returns next with pages of at least minBytes compressed for clients that take it.
func compressPages(next http.Handler, minBytes int) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minBytes), gzhttp.CompressionLevel(1))
	if err != nil {
		return nil, err
	}
	return wrap(next), nil
}
