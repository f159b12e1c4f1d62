package upstream_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/router/upstream/http1"
)

// packed compresses a text.
func packed(t *testing.T, encoding, text string) string {
	t.Helper()
	var out bytes.Buffer
	var to io.WriteCloser
	switch encoding {
	case "gzip":
		to = gzip.NewWriter(&out)
	case "br":
		to = brotli.NewWriter(&out)
	case "zstd":
		z, err := zstd.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		to = z
	}
	if _, err := io.WriteString(to, text); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// headed is an answer of status 200 with header lines, and its length.
func headed(lines, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", lines, len(body), body)
}

// TestAnswersOfAllKinds has subgraphs that say something unusual and close the connection. Whatever is taken for an
// answer is what RFC 9110 and RFC 9112 say it is.
func TestAnswersOfAllKinds(t *testing.T) { overBoth(t, testAnswersOfAllKinds) }

func testAnswersOfAllKinds(t *testing.T, plain plain) {
	bomb := strings.Repeat("0", 2<<20)
	const ok = `{"data":null}`
	for _, c := range []struct {
		name, answer string
		// want is the body, or the error; status is the answer's.
		want   any
		status int
		// lenient is what net/http makes of it, if that is something else.
		lenient any
	}{
		{name: "no reason", answer: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", want: "{}", status: 200},
		{name: "any status", answer: "HTTP/1.1 599 Odd\r\nContent-Length: 2\r\n\r\n{}", want: "{}", status: 599},
		{name: "a redirect is not followed", answer: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}", want: "{}", status: 302},
		{name: "interim answers", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + headed("", ok), want: ok, status: 200},
		{name: "no content", answer: "HTTP/1.1 204 No Content\r\n\r\n", want: "", status: 204},
		{name: "HTML", answer: "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", want: "<html>", status: 502},
		{name: "HTTP/1.0 until the end", answer: "HTTP/1.0 200 OK\r\n\r\n" + ok, want: ok, status: 200},
		{name: "trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n", want: "{}", status: 200},
		{name: "bytes that are not ASCII in a value", answer: headed("X: caf\xc3\xa9\r\n", ok), want: ok, status: 200},
		{name: "a tab in a value", answer: headed("X: a\tb\r\n", ok), want: ok, status: 200},
		{name: "an empty value", answer: headed("X:\r\n", ok), want: ok, status: 200},
		{name: "nothing, said to be compressed", answer: headed("Content-Encoding: gzip\r\n", ""), want: "", status: 200},
		{name: "compression in capitals", answer: headed("Content-Encoding: GZIP\r\n", packed(t, "gzip", ok)), want: ok, status: 200},
		{name: "identity", answer: headed("Content-Encoding: Identity\r\n", ok), want: ok, status: 200},

		{name: "a NUL in a value", answer: headed("X: a\x00b\r\n", ok), want: upstream.ErrBroken},
		{name: "another control character in a value", answer: headed("X: a\x1bb\r\n", ok), want: upstream.ErrBroken},
		{name: "DEL in a value", answer: headed("X: a\x7fb\r\n", ok), want: upstream.ErrBroken},
		{name: "a line without a colon", answer: headed("no header\r\n", ok), want: upstream.ErrBroken},
		{name: "a line without a colon and blanks", answer: headed("noheader\r\n", ok), want: upstream.ErrBroken},
		{name: "a name with a bracket", answer: headed("X[]: y\r\n", ok), want: upstream.ErrBroken},
		{name: "a name that is not ASCII", answer: headed("X\xc3\xa9: y\r\n", ok), want: upstream.ErrBroken},
		{name: "a blank before the colon", answer: headed("X : y\r\n", ok), want: upstream.ErrBroken, lenient: ok},
		{name: "a folded line", answer: headed("X: y\r\n z\r\n", ok), want: upstream.ErrBroken, lenient: ok},
		{name: "a line without a colon in an interim answer", answer: "HTTP/1.1 103 Early Hints\r\nX\r\n\r\n" + headed("", ok), want: upstream.ErrBroken},
		{name: "a NUL in a trailer", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: \x00\r\n\r\n", want: upstream.ErrBroken},
		{name: "a trailer without a colon", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX\r\n\r\n", want: upstream.ErrBroken},
		{name: "length and chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n", want: upstream.ErrBroken, lenient: "{}"},
		{name: "two lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", want: upstream.ErrBroken},
		{name: "a list of lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", want: upstream.ErrBroken},
		{name: "a length with a sign", answer: "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}", want: upstream.ErrBroken},
		{name: "a length that is too long", answer: "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}", want: upstream.ErrBroken},
		{name: "another transfer coding", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", want: upstream.ErrBroken},
		{name: "no last chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", want: upstream.ErrBroken},
		{name: "another protocol", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", want: upstream.ErrBroken},
		{name: "no HTTP", answer: "SSH-2.0-OpenSSH_9.9\r\n", want: upstream.ErrBroken},
		{name: "an endless head", answer: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 50_000), want: upstream.ErrBroken},
		{name: "only interim answers", answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100), want: upstream.ErrBroken},
		{name: "a compression nobody asked for", answer: headed("Content-Encoding: deflate\r\n", ok), want: upstream.ErrBroken},
		{name: "compressed twice", answer: headed("Content-Encoding: gzip\r\nContent-Encoding: br\r\n", ok), want: upstream.ErrBroken},
		{name: "compressed twice, in one line", answer: headed("Content-Encoding: gzip, br\r\n", ok), want: upstream.ErrBroken},
		{name: "not compressed, but said to be", answer: headed("Content-Encoding: gzip\r\n", ok), want: upstream.ErrBroken},
		{name: "gzip that ends early", answer: headed("Content-Encoding: gzip\r\n", packed(t, "gzip", ok)[:20]), want: upstream.ErrBroken},
		{name: "gzip without its checksum", answer: headed("Content-Encoding: gzip\r\n", strings.TrimSuffix(packed(t, "gzip", ok), packed(t, "gzip", ok)[len(packed(t, "gzip", ok))-8:])), want: upstream.ErrBroken},
		{name: "gzip with something behind", answer: headed("Content-Encoding: gzip\r\n", packed(t, "gzip", ok)+"more"), want: upstream.ErrBroken},
		{name: "br that ends early", answer: headed("Content-Encoding: br\r\n", packed(t, "br", ok)[:8]), want: upstream.ErrBroken},
		{name: "zstd that ends early", answer: headed("Content-Encoding: zstd\r\n", packed(t, "zstd", ok)[:12]), want: upstream.ErrBroken},
		{name: "a gzip bomb", answer: headed("Content-Encoding: gzip\r\n", packed(t, "gzip", bomb)), want: upstream.ErrTooLarge},
		{name: "a br bomb", answer: headed("Content-Encoding: br\r\n", packed(t, "br", bomb)), want: upstream.ErrTooLarge},
		{name: "a zstd bomb", answer: headed("Content-Encoding: zstd\r\n", packed(t, "zstd", bomb)), want: upstream.ErrTooLarge},
	} {
		want := c.want
		if plain == nil && c.lenient != nil {
			want = c.lenient
		}
		s := serveRaw(t, func(_ int, conn net.Conn, next func() *http.Request) {
			if next() != nil {
				_, _ = io.WriteString(conn, c.answer) // it need not be read to its end
			}
		})
		client := newClient(t, upstream.Config{Plain: plain, URL: s.url, MaxResponse: 1 << 20})
		status, got, err := ask(client, "{}")
		switch want := want.(type) {
		case error:
			if !errors.Is(err, want) {
				t.Errorf("%s: got %d %.40q, %v; want %v", c.name, status, got, err, want)
			}
		case string:
			if err != nil || got != want || c.status != 0 && status != c.status {
				t.Errorf("%s: got %d %.40q, %v; want %d %q", c.name, status, got, err, c.status, want)
			}
		}
		if err != nil && (strings.Contains(err.Error(), "127.0.0.1") || len(err.Error()) > 200) {
			t.Errorf("%s: the error is not for clients: %.300v", c.name, err)
		}
		client.Close()
	}
}

// TestBothClientsSendTheSame has one request sent by both.
func TestBothClientsSendTheSame(t *testing.T) {
	heads := make(chan *http.Request, 2)
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		heads <- next()
		_, _ = io.WriteString(c, answerOf("{}")) // the client is what is tested
	})
	for _, client := range []plain{http1.New, nil} {
		c := newClient(t, upstream.Config{
			Plain: client, URL: s.url + "/a?b=c", Header: []upstream.Header{{Name: "X-Fixed", Value: "1"}},
			AcceptEncoding: []string{"gzip", "br"},
		})
		if _, _, err := ask(c, "{}", upstream.Header{Name: "X-Own", Value: "1"}, upstream.Header{Name: "X-Own", Value: "2"}); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	ours, theirs := <-heads, <-heads
	ours.Body, theirs.Body = nil, nil
	if !reflect.DeepEqual(ours, theirs) {
		t.Errorf("ours: %+v\nnet/http's: %+v", ours, theirs)
	}
}

// TestHeadersOfSeveralLines has one value in several lines, which is the same as in one (RFC 9110, section 5.3).
func TestHeadersOfSeveralLines(t *testing.T) {
	for name, config := range ways(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Cache-Control"] = []string{"max-age=60", "private"}
	})) {
		client := newClient(t, config)
		var resp upstream.Response
		if err := client.Do(t.Context(), &upstream.Request{Body: []byte("{}"), Query: true}, &resp); err != nil {
			t.Fatal(err)
		}
		if got := string(resp.Header("cache-control")); got != "max-age=60, private" {
			t.Errorf("%s: %q", name, got)
		}
		if got := resp.Header("Vary"); got != nil {
			t.Errorf("%s: %q", name, got)
		}
		resp.Release()
	}
}

// TestEndlessBodies has subgraphs whose body never ends. What all of it takes in memory, that which is not used any
// more included, is not much more than the largest body allowed.
func TestEndlessBodies(t *testing.T) { overBoth(t, testEndlessBodies) }

func testEndlessBodies(t *testing.T, plain plain) {
	const limit = 24 << 20
	block := strings.Repeat("x", 1<<14)
	for name, say := range map[string][2]string{
		"until the end":   {"HTTP/1.1 200 OK\r\n\r\n", block},
		"in chunks":       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("400\r\n"+block[:1<<10]+"\r\n", 16)},
		"in large chunks": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + block + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
				next()
				_, err := io.WriteString(c, say[0])
				piece := []byte(say[1])
				for err == nil {
					_, err = c.Write(piece)
				}
			})
			client := newClient(t, upstream.Config{Plain: plain, URL: s.url, MaxResponse: limit})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := ask(client, "{}")
			runtime.ReadMemStats(&after)
			if !errors.Is(err, upstream.ErrTooLarge) {
				t.Errorf("got %v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > limit*3/2 {
				t.Errorf("%d MB were taken for at most %d", took>>20, limit>>20)
			}
		})
	}
	t.Run("compressed", func(t *testing.T) {
		bomb := headed("Content-Encoding: zstd\r\n", packed(t, "zstd", strings.Repeat("0", limit+1)))
		s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
			next()
			_, _ = io.WriteString(c, bomb)
		})
		client := newClient(t, upstream.Config{Plain: plain, URL: s.url, MaxResponse: limit})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := ask(client, "{}")
		runtime.ReadMemStats(&after)
		if !errors.Is(err, upstream.ErrTooLarge) {
			t.Errorf("got %v", err)
		}
		// Decompressing has a window of its own.
		if took := after.TotalAlloc - before.TotalAlloc; took > limit*2 {
			t.Errorf("%d MB were taken for at most %d", took>>20, limit>>20)
		}
	})
}

// TestAnswersShareABudget holds an answer that takes most of a budget for all subgraphs. There is no room for another
// large one then, but for small ones; when the first is released, and after one that broke off, there is.
func TestAnswersShareABudget(t *testing.T) { overBoth(t, testAnswersShareABudget) }

func testAnswersShareABudget(t *testing.T, plain plain) {
	large := strings.Repeat("x", 10<<20)
	said := map[string]string{
		"/large": headed("", large), "/small": headed("", "{}"), "/endless": "HTTP/1.1 200 OK\r\n\r\n" + large,
		"/chunks": fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(large), large),
		"/packed": headed("Content-Encoding: gzip\r\n", packed(t, "gzip", large)), "/breaks": headed("", large)[:len(large)/2],
	}
	s := serveRaw(t, func(_ int, c net.Conn, next func() *http.Request) {
		if r := next(); r != nil {
			_, _ = io.WriteString(c, said[r.URL.Path]) // it need not be read to its end
		}
	})
	budget := upstream.NewBudget(16<<20, nil)
	do := func(path string) (*upstream.Response, error) {
		client := newClient(t, upstream.Config{Plain: plain, URL: s.url + path, Budget: budget})
		resp := &upstream.Response{}
		return resp, client.Do(t.Context(), &upstream.Request{Body: []byte("{}"), Query: true}, resp)
	}
	for range 3 {
		first, err := do("/large")
		if err != nil || len(first.Body) != len(large) {
			t.Fatalf("%d bytes, %v", len(first.Body), err)
		}
		for path, want := range map[string]error{
			"/small": nil, "/large": upstream.ErrNoRoom, "/endless": upstream.ErrNoRoom, "/chunks": upstream.ErrNoRoom, "/packed": upstream.ErrNoRoom,
		} {
			resp, err := do(path)
			if !errors.Is(err, want) {
				t.Errorf("%s beside a large one: %d bytes, %v", path, len(resp.Body), err)
			}
			resp.Release()
		}
		first.Release()
		for _, path := range []string{"/breaks", "/endless", "/chunks", "/packed"} {
			resp, err := do(path)
			if path == "/breaks" != errors.Is(err, upstream.ErrBroken) || path != "/breaks" && string(resp.Body) != large {
				t.Errorf("%s alone: %d bytes, %v", path, len(resp.Body), err)
			}
			resp.Release()
		}
	}
}
