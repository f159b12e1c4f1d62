package load

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// plain returns a body as the server meant it. encoding is its Content-Encoding.
func plain(body []byte, encoding []byte) ([]byte, error) {
	switch string(encoding) {
	case "", "identity":
		return body, nil
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	return nil, fmt.Errorf("the encoding %q was not asked for", encoding)
}
