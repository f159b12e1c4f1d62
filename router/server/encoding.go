package server

import (
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzhttp/writer/gzkp"
	"github.com/klauspost/compress/gzhttp/writer/zstdkp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// encoding is a compression of answers.
type encoding uint8

const (
	// identity is no compression.
	identity encoding = iota
	gzipped
	zstandard
	encodings
)

// encodingNames are the values of the Content-Encoding header, as slices so that setting them allocates nothing.
var encodingNames = [encodings][]string{gzipped: {"gzip"}, zstandard: {"zstd"}}

// acceptedEncoding picks the compression from the values of the Accept-Encoding header. Of two that the client likes
// equally it is zstd, which is faster and smaller.
//
// Specification: RFC 9110, section 12.5.3 "Accept-Encoding".
func acceptedEncoding(accept []string) encoding {
	if len(accept) == 1 && accept[0] == "gzip" {
		return gzipped
	}
	var quality [encodings]float64
	for _, value := range accept {
		for part := range strings.SplitSeq(value, ",") {
			name, param, _ := strings.Cut(part, ";")
			name = strings.TrimSpace(name)
			for e := gzipped; e < encodings; e++ {
				if strings.EqualFold(name, encodingNames[e][0]) {
					quality[e] = qualityOf(param)
				}
			}
		}
	}
	best := identity
	for e := gzipped; e < encodings; e++ {
		if quality[e] > 0 && quality[e] >= quality[best] {
			best = e
		}
	}
	return best
}

// qualityOf reads the weight of a part of a header, `q=0.5`; 1 when there is none, 0 when it is not one.
func qualityOf(param string) float64 {
	key, value, found := strings.Cut(strings.TrimSpace(param), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(key), "q") {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}

// flushingWriter is a compressor, which can be asked to let everything out that it has.
type flushingWriter interface {
	io.WriteCloser
	Flush() error
}

// encoder returns a writer, from a pool, that compresses to w. It must be closed.
func (e encoding) encoder(w io.Writer) flushingWriter {
	if e == zstandard {
		return zstdkp.NewWriter(w, int(zstd.SpeedFastest))
	}
	return gzkp.NewWriter(w, gzip.BestSpeed)
}

// compress appends the compressed body to out.
func (e encoding) compress(out, body []byte) []byte {
	to := appender(out)
	w := e.encoder(&to)
	// Neither can fail: the appender takes everything.
	_, _ = w.Write(body)
	_ = w.Close()
	return to
}

type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}
