package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var allEncodings = []string{"gzip", "br", "zstd"}

// packed compresses a text.
func packedAs(t testing.TB, coding string, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		made, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(maxZstdWindow))
		if err != nil {
			t.Fatal(err)
		}
		w = made
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// postPacked sends a body with values of Content-Encoding.
func postPacked(h http.Handler, body []byte, codings ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header["Content-Encoding"] = codings
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// TestBodiesMayBeCompressed sends the same body in all codings, large and small, and what is none of them.
func TestBodiesMayBeCompressed(t *testing.T) {
	const limit = 64 << 10
	h := newTestHandler(t, func(o *Options) { o.RequestEncodings, o.MaxBodyBytes = allEncodings, limit })
	body := func(size int) []byte {
		const opening, closing = `{"query":"{a}","variables":{"x":"`, `"}}`
		return []byte(opening + strings.Repeat("x", size-len(opening)-len(closing)) + closing)
	}
	for _, coding := range allEncodings {
		for _, size := range []int{100, 5000, limit} {
			if rec := postPacked(h, packedAs(t, coding, body(size)), coding); rec.Code != 200 || !strings.Contains(rec.Body.String(), `\"x\":`) {
				t.Errorf("%s of %d bytes: %d %.200s", coding, size, rec.Code, rec.Body)
			}
		}
		whole := packedAs(t, coding, body(5000))
		for what, c := range map[string]struct {
			body   []byte
			status int
			says   string
		}{
			"one byte too many": {packedAs(t, coding, body(limit+1)), 413, "allowed 65536 bytes"},
			"a bomb":            {packedAs(t, coding, bytes.Repeat([]byte{'x'}, 64<<20)), 413, "allowed 65536 bytes"},
			"cut off":           {whole[:len(whole)-5], 400, coding},
			"something behind":  {append(bytes.Clone(whole), "behind"...), 400, ""},
			"not compressed":    {body(100), 400, coding},
			"nothing":           {nil, 400, ""},
		} {
			if rec := postPacked(h, c.body, coding); rec.Code != c.status || !strings.Contains(rec.Body.String(), c.says) {
				t.Errorf("%s, %s: %d %.200s, want %d with %q", coding, what, rec.Code, rec.Body, c.status, c.says)
			}
		}
	}
	for _, c := range []struct {
		codings []string
		body    []byte
		status  int
	}{
		{[]string{"X-GZIP"}, packedAs(t, "gzip", body(100)), 200},
		{[]string{"identity, gzip"}, packedAs(t, "gzip", body(100)), 200},
		{[]string{"identity"}, body(100), 200},
		{[]string{""}, body(100), 200},
		{[]string{"gzip, gzip"}, packedAs(t, "gzip", packedAs(t, "gzip", body(100))), 415},
		{[]string{"gzip", "br"}, packedAs(t, "br", packedAs(t, "gzip", body(100))), 415},
		{[]string{"deflate"}, body(100), 415},
		{[]string{"compress"}, body(100), 415},
	} {
		rec := postPacked(h, c.body, c.codings...)
		if rec.Code != c.status {
			t.Errorf("%q: %d %s, want %d", c.codings, rec.Code, rec.Body, c.status)
		}
		want := ""
		if c.status == 415 {
			want = "gzip, br, zstd"
		}
		if got := rec.Header().Get("Accept-Encoding"); got != want {
			t.Errorf("%q: Accept-Encoding is %q, want %q", c.codings, got, want)
		}
	}
	if left := h.bodies.Left(); left != h.opts.MaxBodiesBytes {
		t.Errorf("%d bytes of the budget are left, of %d", left, h.opts.MaxBodiesBytes)
	}
	if free := len(h.decoders.free); free != cap(h.decoders.free) {
		t.Errorf("%d of %d decoders are free", free, cap(h.decoders.free))
	}
	none := newTestHandler(t, nil)
	if rec := postPacked(none, packedAs(t, "gzip", body(100)), "gzip"); rec.Code != 415 || rec.Header().Get("Accept-Encoding") != "identity" {
		t.Errorf("none is allowed: %d %v", rec.Code, rec.Header())
	}
}

// TestBombsTakeLittleMemory has many clients send bodies of a few bytes with the largest windows at the same time:
// there are no more windows than processors.
func TestBombsTakeLittleMemory(t *testing.T) {
	const clients = 40
	h := newTestHandler(t, func(o *Options) { o.RequestEncodings, o.MaxBodyBytes = allEncodings, 1<<20 })
	bombs := map[string][]byte{}
	for _, coding := range allEncodings {
		bombs[coding] = packedAs(t, coding, bytes.Repeat([]byte{'x'}, 32<<20))
	}
	// The window of this one is more than anybody may ask for: 16 MiB in a frame of a few bytes.
	bombs["wide"] = []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 14 << 3, 0x01, 0x00, 0x00}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var wrong sync.Map
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for coding, bomb := range bombs {
				want := 413
				if coding == "wide" {
					coding, want = "zstd", 400
				}
				if rec := postPacked(h, bomb, coding); rec.Code != want {
					wrong.Store(fmt.Sprintf("%s: %d %.100s", coding, rec.Code, rec.Body), true)
				}
			}
		})
	}
	running.Wait()
	wrong.Range(func(what, _ any) bool { t.Error(what); return true })
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	// A decoder keeps what it has needed: up to 16 MiB for each of brotli and zstd.
	most := uint64(cap(h.decoders.free)) * (48 << 20)
	if held := after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc); held > most {
		t.Errorf("%d bytes are held after %d bombs, want at most %d", held, 4*clients, most)
	}
	if left := h.bodies.Left(); left != h.opts.MaxBodiesBytes {
		t.Errorf("%d bytes of the budget are left, of %d", left, h.opts.MaxBodiesBytes)
	}
}

// TestADecoderThatPanicsIsReplaced gives the only decoders a body that panics.
func TestADecoderThatPanicsIsReplaced(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.RequestEncodings = allEncodings })
	for range cap(h.decoders.free) {
		<-h.decoders.free
		h.decoders.free <- &decoder{zstd: new(zstd.Decoder)}
	}
	for range cap(h.decoders.free) {
		if rec := postPacked(h, packedAs(t, "zstd", []byte(`{"query":"{a}"}`)), "zstd"); rec.Code != 500 {
			t.Fatalf("a decoder that panics: %d %s", rec.Code, rec.Body)
		}
	}
	for range cap(h.decoders.free) {
		if rec := postPacked(h, packedAs(t, "zstd", []byte(`{"query":"{a}"}`)), "zstd"); rec.Code != 200 {
			t.Errorf("afterwards: %d %s", rec.Code, rec.Body)
		}
	}
}
