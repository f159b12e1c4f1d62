package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// streaming is an engine that streams answers of many pieces.
type streaming struct {
	pieces int
	// stop, if not nil, is called before each piece.
	stop func(i int)
	// sent counts the pieces that were taken.
	sent atomic.Int64
	ends chan struct{}
}

const streamedPiece = `{"product":"a piece of an answer, which is not a number"},`

func (s *streaming) Execute(_ context.Context, req *Request, resp *Response) {
	defer func() {
		if s.ends != nil {
			close(s.ends)
		}
	}()
	resp.CacheControl, resp.Age, resp.Operation = "public, max-age=7", "3", OperationInfo{Name: "Large", Kind: "query"}
	w := req.Stream.Begin(resp, int64(s.pieces*len(streamedPiece)))
	if w == nil {
		return
	}
	for i := range s.pieces {
		if s.stop != nil {
			s.stop(i)
		}
		if _, err := io.WriteString(w, streamedPiece); err != nil {
			return
		}
		s.sent.Add(1)
	}
}

// serveStream serves an engine over real connections, HTTP/1.1 and HTTP/2.
func serveStream(t *testing.T, engine Engine, change func(*Options)) *httptest.Server {
	t.Helper()
	h := newTestHandler(t, func(o *Options) {
		o.Engine = engine
		if change != nil {
			change(o)
		}
	})
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// clients speak HTTP/1.1 and HTTP/2.
func clients(s *httptest.Server) map[string]*http.Client {
	old := s.Client().Transport.(*http.Transport).Clone()
	old.ForceAttemptHTTP2 = false
	old.TLSClientConfig.NextProtos = []string{"http/1.1"}
	old.DisableCompression = true
	two := s.Client().Transport.(*http.Transport).Clone()
	two.DisableCompression = true
	return map[string]*http.Client{"HTTP/1.1": {Transport: old}, "HTTP/2.0": {Transport: two}}
}

func streamRequest(t *testing.T, ctx context.Context, s *httptest.Server, method, accept string) *http.Request {
	t.Helper()
	url, body := s.URL+"/graphql", io.Reader(strings.NewReader(`{"query":"{a}"}`))
	if method == http.MethodHead {
		url, body = url+"?query={a}", nil
	}
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	return r
}

func TestStreamedAnswersArriveWhole(t *testing.T) {
	const pieces = 50_000
	var seen atomic.Int64
	s := serveStream(t, &streaming{pieces: pieces}, func(o *Options) {
		o.Compress, o.CompressAbove = true, 1<<10
		o.Observers = []func(*Observation){func(o *Observation) { seen.Store(int64(o.Bytes)) }}
	})
	want := []byte(strings.Repeat(streamedPiece, pieces))
	for protocol, client := range clients(s) {
		for _, test := range []struct{ method, accept, encoding string }{
			{http.MethodPost, "", ""}, {http.MethodPost, "gzip", "gzip"}, {http.MethodPost, "gzip, br, zstd", "zstd"},
			{http.MethodPost, "gzip;q=0", ""}, {http.MethodHead, "gzip", ""},
		} {
			resp, err := client.Do(streamRequest(t, t.Context(), s, test.method, test.accept))
			if err != nil {
				t.Fatal(err)
			}
			body, err := decoded(resp)
			if err != nil {
				t.Fatalf("%s %v: %v", protocol, test, err)
			}
			if test.method == http.MethodHead {
				want = nil
			}
			if resp.Proto != protocol || resp.Header.Get("Content-Encoding") != test.encoding || !bytes.Equal(body, want) {
				t.Errorf("%s %v: %s, encoding %q, %d bytes of %d", protocol, test, resp.Proto, resp.Header.Get("Content-Encoding"), len(body), len(want))
			}
			const length = pieces * int64(len(streamedPiece))
			if known := resp.ContentLength == length; known != (test.encoding == "") || seen.Load() != length {
				t.Errorf("%s %v: Content-Length %d, %d bytes observed of %d", protocol, test, resp.ContentLength, seen.Load(), length)
			}
			if h := resp.Header; h.Get("Cache-Control") != "public, max-age=7" || h.Get("Age") != "3" || h.Get("Vary") != "Accept-Encoding" ||
				h.Get("Content-Type") != contentTypes[legacyJSON][0] {
				t.Errorf("%s %v: headers %v", protocol, test, h)
			}
			want = []byte(strings.Repeat(streamedPiece, pieces))
		}
	}
}

// decoded reads a body, decompressed.
func decoded(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	switch resp.Header.Get("Content-Encoding") {
	case "gzip":
		r, err := gzip.NewReader(resp.Body)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case "zstd":
		r, err := zstd.NewReader(resp.Body)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	return io.ReadAll(resp.Body)
}

// TestAClientThatLeavesEndsTheStream lets the client go away in the middle of an answer without end.
func TestAClientThatLeavesEndsTheStream(t *testing.T) {
	for _, accept := range []string{"", "gzip"} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			ctx, leave := context.WithCancel(t.Context())
			e := &streaming{pieces: 1 << 40, ends: make(chan struct{})}
			s := serveStream(t, e, func(o *Options) { o.Compress = true })
			resp, err := clients(s)[protocol].Do(streamRequest(t, ctx, s, http.MethodPost, accept))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(resp.Body, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			leave()
			<-e.ends
			_ = resp.Body.Close()
		}
	}
}

// TestAClientThatDoesNotReadEndsTheStream lets a client ask and then read nothing: the write deadline ends the answer.
func TestAClientThatDoesNotReadEndsTheStream(t *testing.T) {
	for _, accept := range []string{"identity", "gzip"} {
		e := &streaming{pieces: 1 << 40, ends: make(chan struct{})}
		s := httptest.NewUnstartedServer(newTestHandler(t, func(o *Options) { o.Engine, o.Compress = e, true }))
		s.Config.WriteTimeout = 50 * time.Millisecond
		s.Start()
		client, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body := `{"query":"{a}"}`
		if _, err := fmt.Fprintf(client, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s",
			accept, len(body), body); err != nil {
			t.Fatal(err)
		}
		<-e.ends
		_ = client.Close()
		s.Close()
	}
}

// TestABrokenStreamDoesNotLookWhole lets the engine panic, or give up, in the middle of an answer.
func TestABrokenStreamDoesNotLookWhole(t *testing.T) {
	for name, e := range map[string]Engine{
		"panic": &streaming{pieces: 10_000, stop: func(i int) {
			if i == 9000 {
				panic("broken")
			}
		}},
		"too short": tooShort{},
	} {
		s := serveStream(t, e, func(o *Options) { o.Compress = true })
		for protocol, client := range clients(s) {
			for _, accept := range []string{"", "gzip", "zstd"} {
				resp, err := client.Do(streamRequest(t, t.Context(), s, http.MethodPost, accept))
				if err != nil {
					continue
				}
				raw, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err == nil {
					t.Errorf("%s, %s %q: the answer ended well after %d bytes", name, protocol, accept, len(raw))
				}
			}
		}
	}
}

// tooShort announces more than it says.
type tooShort struct{}

func (tooShort) Execute(_ context.Context, req *Request, resp *Response) {
	_, _ = io.WriteString(req.Stream.Begin(resp, 1<<20), streamedPiece)
}

func TestBatchesAreNotStreamed(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.Engine, o.MaxBatch = unstreamed{t}, 2 })
	exchangeTest{name: "batch", body: `[{"query":"{a}"},{"query":"{a}"}]`, status: 200, has: `[{},{}]`}.run(t, h)
}

type unstreamed struct{ t *testing.T }

func (u unstreamed) Execute(_ context.Context, req *Request, resp *Response) {
	if req.Stream != nil {
		u.t.Error("a request of a batch may be streamed")
	}
	resp.Body = append(resp.Body, "{}"...)
}
