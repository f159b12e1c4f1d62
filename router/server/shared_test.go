package server

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// sharing is an engine that answers so many requests at a time with one answer.
type sharing struct {
	many    int
	body    string
	mu      sync.Mutex
	waiting []chan *Shared
	last    atomic.Pointer[Shared]
}

func (s *sharing) Execute(_ context.Context, _ *Request, resp *Response) {
	answer := make(chan *Shared, 1)
	s.mu.Lock()
	if s.waiting = append(s.waiting, answer); len(s.waiting) == s.many {
		shared := newShared(s.body, s.many)
		s.last.Store(shared)
		for _, w := range s.waiting {
			w <- shared
		}
		s.waiting = nil
	}
	s.mu.Unlock()
	resp.Shared = <-answer
}

func newShared(body string, holders int) *Shared {
	var resp Response
	resp.Body = append(resp.Buffer(), body...)
	resp.Share(holders)
	return resp.Shared
}

func TestSharedAnswersAreSentFromOneCopy(t *testing.T) {
	e := &sharing{many: 12, body: `{"data":"` + strings.Repeat("the same for everybody ", 5000) + `"}`}
	faces := serveStream(t, e, func(o *Options) { o.Compress, o.CompressAbove = true, 1<<10 })
	var wg sync.WaitGroup
	for round := range 20 {
		e.body += "."
		for i := range e.many {
			accept := []string{"", "gzip", "zstd"}[i%3]
			wg.Go(func() {
				resp, err := faces[i%len(faces)].do(t, t.Context(), http.MethodPost, accept)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := decoded(resp)
				if err != nil || string(body) != e.body || resp.Header.Get("Content-Encoding") != accept || resp.ContentLength <= 0 {
					t.Errorf("round %d, %q: %d bytes of %d, encoding %q, Content-Length %d, %v", round, accept, len(body), len(e.body),
						resp.Header.Get("Content-Encoding"), resp.ContentLength, err)
				}
			})
		}
		wg.Wait()
	}
}

func TestSharedAnswersAreCompressedOnce(t *testing.T) {
	s := newShared(strings.Repeat("again ", 1000), 2)
	for e := gzipped; e < encodings; e++ {
		first, second := s.compressed(e), s.compressed(e)
		if &first[0] != &second[0] || len(first) >= len(s.body) {
			t.Errorf("%s: two forms, or %d bytes of %d", encodingNames[e], len(first), len(s.body))
		}
	}
	s.Release()
	if string(s.body[:6]) != "again " || s.holders.Load() != 1 {
		t.Error("the answer is gone although somebody holds it")
	}
	s.Release()
}

func TestAcceptEncoding(t *testing.T) {
	for accept, want := range map[string]encoding{
		"": identity, "gzip": gzipped, "GZIP": gzipped, "deflate, gzip;q=0.5": gzipped, "gzip, deflate, br, zstd": zstandard,
		"zstd;q=0.1, gzip;q=0.2": gzipped, "gzip;q=0": identity, "gzip; q=0.0, zstd;q=0": identity, "br": identity, "*": identity,
		"zstd": zstandard, "gzip;q=x": identity, "gzip;q=2": identity, "gzip; Q=1": gzipped, "identity, gzip;q=0.001": gzipped,
	} {
		if got := acceptedEncoding([]string{accept}); got != want {
			t.Errorf("%q: %v, want %v", accept, got, want)
		}
	}
	if got := acceptedEncoding([]string{"br", "gzip"}); got != gzipped {
		t.Errorf("two lines: %v", got)
	}
}

func TestUnsharedAnswersAreCompressed(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.Compress, o.CompressAbove = true, 20 })
	header := map[string]string{"Accept-Encoding": "gzip"}
	resp := exchangeTest{name: "long enough", header: header, body: `{"query":"{a}"}`, status: 200}.run(t, h)
	if body, err := decoded(resp); err != nil || !strings.Contains(string(body), `"data"`) || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%s %v %v", body, err, resp.Header)
	}
	h = newTestHandler(t, func(o *Options) { o.Compress, o.CompressAbove = true, 1<<20 })
	resp = exchangeTest{name: "too short", header: header, body: `{"query":"{a}"}`, status: 200, has: `"data"`}.run(t, h)
	if resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%v", resp.Header)
	}
}
