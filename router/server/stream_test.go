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

// face is one of the ways to talk to a handler.
type face struct {
	name, url, proto string
	client           *http.Client
}

// serveStream serves an engine over real connections: by our server, by net/http's, and by that over TLS, as HTTP/1.1
// and as HTTP/2.
func serveStream(t *testing.T, engine Engine, change func(*Options)) []face {
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
	old := s.Client().Transport.(*http.Transport).Clone()
	old.ForceAttemptHTTP2 = false
	old.TLSClientConfig.NextProtos = []string{"http/1.1"}
	old.DisableCompression = true
	two := s.Client().Transport.(*http.Transport).Clone()
	two.DisableCompression = true
	faces := []face{
		{"HTTP/1.1 over TLS", s.URL, "HTTP/1.1", &http.Client{Transport: old}},
		{"HTTP/2", s.URL, "HTTP/2.0", &http.Client{Transport: two}},
	}
	for name, standard := range map[string]bool{"http1": false, "standard": true} {
		plain := &http.Transport{DisableCompression: true}
		url := "http://" + runServer(t, h, func(o *RunOptions) { o.Standard = standard })
		t.Cleanup(plain.CloseIdleConnections)
		faces = append(faces, face{name, url, "HTTP/1.1", &http.Client{Transport: plain}})
	}
	return faces
}

func (f face) do(t *testing.T, ctx context.Context, method, accept string) (*http.Response, error) {
	t.Helper()
	url, body := f.url+"/graphql", io.Reader(strings.NewReader(`{"query":"{a}"}`))
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
	return f.client.Do(r)
}

func TestStreamedAnswersArriveWhole(t *testing.T) {
	const pieces = 50_000
	var seen atomic.Int64
	faces := serveStream(t, &streaming{pieces: pieces}, func(o *Options) {
		o.Compress, o.CompressAbove = true, 1<<10
		o.Observers = []func(*Observation){func(o *Observation) { seen.Store(int64(o.Bytes)) }}
	})
	want := []byte(strings.Repeat(streamedPiece, pieces))
	for _, f := range faces {
		for _, test := range []struct{ method, accept, encoding string }{
			{http.MethodPost, "", ""}, {http.MethodPost, "gzip", "gzip"}, {http.MethodPost, "gzip, br, zstd", "zstd"},
			{http.MethodPost, "gzip;q=0", ""}, {http.MethodHead, "gzip", ""},
		} {
			resp, err := f.do(t, t.Context(), test.method, test.accept)
			if err != nil {
				t.Fatal(err)
			}
			body, err := decoded(resp)
			if err != nil {
				t.Fatalf("%s %v: %v", f.name, test, err)
			}
			if test.method == http.MethodHead {
				want = nil
			}
			if resp.Proto != f.proto || resp.Header.Get("Content-Encoding") != test.encoding || !bytes.Equal(body, want) {
				t.Errorf("%s %v: %s, encoding %q, %d bytes of %d", f.name, test, resp.Proto, resp.Header.Get("Content-Encoding"), len(body), len(want))
			}
			const length = pieces * int64(len(streamedPiece))
			if known := resp.ContentLength == length; known != (test.encoding == "") || seen.Load() != length {
				t.Errorf("%s %v: Content-Length %d, %d bytes observed of %d", f.name, test, resp.ContentLength, seen.Load(), length)
			}
			if h := resp.Header; h.Get("Cache-Control") != "public, max-age=7" || h.Get("Age") != "3" || h.Get("Vary") != "Accept, Accept-Encoding" ||
				h.Get("Content-Type") != contentTypes[legacyJSON][0] {
				t.Errorf("%s %v: headers %v", f.name, test, h)
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
		for i := range 4 {
			ctx, leave := context.WithCancel(t.Context())
			e := &streaming{pieces: 1 << 40, ends: make(chan struct{})}
			resp, err := serveStream(t, e, func(o *Options) { o.Compress = true })[i].do(t, ctx, http.MethodPost, accept)
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

// TestAClientThatDoesNotReadEndsTheStream lets a client ask and then read nothing: that has a time of its own.
func TestAClientThatDoesNotReadEndsTheStream(t *testing.T) {
	overBoth(t, func(t *testing.T, standard bool) {
		for _, accept := range []string{"identity", "gzip"} {
			e := &streaming{pieces: 1 << 40, ends: make(chan struct{})}
			h := newTestHandler(t, func(o *Options) { o.Engine, o.Compress, o.ReadTimeout = e, true, 50*time.Millisecond })
			addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
			client, err := net.Dial("tcp", addr)
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
		}
	})
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
		for _, f := range serveStream(t, e, func(o *Options) { o.Compress = true }) {
			for _, accept := range []string{"", "gzip", "zstd"} {
				resp, err := f.do(t, t.Context(), http.MethodPost, accept)
				if err != nil {
					continue
				}
				raw, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err == nil {
					t.Errorf("%s, %s %q: the answer ended well after %d bytes", name, f.name, accept, len(raw))
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
