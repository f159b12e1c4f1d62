package http1

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is what both servers are to a test.
type server interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
}

// options are the net/http server that both servers are made of.
func options(h http.Handler) *http.Server {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: log.New(io.Discard, "", 0), Protocols: new(http.Protocols),
	}
	s.Protocols.SetHTTP1(true)
	return s
}

// start serves until the test ends and returns the address.
func start(t testing.TB, s server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	})
	return l.Addr().String()
}

// pair is net/http's server and ours with the same handler.
type pair struct{ theirs, ours string }

func startPair(t testing.TB, h http.Handler) pair {
	return pair{theirs: start(t, options(h)), ours: start(t, New(options(h)))}
}

// say sends pieces over a new connection and returns all that comes back, without what differs from connection to
// connection.
func say(t testing.TB, addr string, pieces ...[]byte) string {
	t.Helper()
	dialed, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	conn := dialed.(*net.TCPConn)
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() {
		for _, piece := range pieces {
			if _, err := conn.Write(piece); err != nil {
				return // the server has closed: it is what it has said that counts
			}
		}
		_ = conn.CloseWrite()
	}()
	said, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("%q: %v after %q", bytes.Join(pieces, nil), err, said)
	}
	text := strings.ReplaceAll(readable(said), conn.LocalAddr().String(), "CLIENT")
	return dates.ReplaceAllString(strings.ReplaceAll(text, addr, "SERVER"), "Date: TODAY")
}

var dates = regexp.MustCompile(`Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`)

// readable joins the chunks of chunked answers: their sizes mean nothing. Everything else stays as it is.
func readable(said []byte) string {
	var out strings.Builder
	in := bufio.NewReader(bytes.NewReader(said))
	for {
		var head []byte
		for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
			line, err := in.ReadBytes('\n')
			if head = append(head, line...); err != nil {
				out.Write(head)
				return out.String()
			}
		}
		out.Write(head)
		switch length := lengthLine.FindSubmatch(head); {
		case bytes.Contains(head, []byte("\r\nX-Method: HEAD\r\n")):
		case bytes.Contains(head, []byte("\r\nTransfer-Encoding: chunked\r\n")):
			body, err := io.ReadAll(httputil.NewChunkedReader(in))
			fmt.Fprintf(&out, "%s<end of chunks, %v>", body, err)
			_, _ = in.Discard(2)
		case length != nil:
			n, _ := strconv.ParseInt(string(length[1]), 10, 64)
			_, _ = io.CopyN(&out, in, n)
		}
	}
}

var lengthLine = regexp.MustCompile(`\r\nContent-Length: (\d+)\r\n`)

// compare sends the pieces to both servers and fails unless both say the same. It returns what they say.
func (p pair) compare(t testing.TB, pieces ...[]byte) string {
	t.Helper()
	theirs, ours := say(t, p.theirs, pieces...), say(t, p.ours, pieces...)
	if theirs != ours {
		t.Fatalf("%.500q\n\nnet/http says\n%s\n\nwe say\n%s", bytes.Join(pieces, nil), theirs, ours)
	}
	return ours
}

// witness answers with all that a handler can see of a request. It notes when the last one is served here, not by
// net/http.
type witness struct{ plain chan struct{} }

func (h witness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, ok := w.(*response); ok && r.URL.Path == "/last" {
		select {
		case h.plain <- struct{}{}:
		default:
		}
	}
	w.Header().Set("X-Method", r.Method)
	body, err := io.ReadAll(r.Body)
	var names []string
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(w, "%s %s %#v host=%q from=%s proto=%s %d.%d length=%d coding=%q close=%t trailer=%v form=%v tls=%v server=%T at=%v pattern=%q\n",
		r.Method, r.RequestURI, *r.URL, r.Host, r.RemoteAddr, r.Proto, r.ProtoMajor, r.ProtoMinor, r.ContentLength, r.TransferEncoding,
		r.Close, r.Trailer, r.Form, r.TLS, r.Context().Value(http.ServerContextKey), r.Context().Value(http.LocalAddrContextKey), r.Pattern)
	for _, name := range names {
		fmt.Fprintf(w, "%s=%q\n", name, r.Header[name])
	}
	fmt.Fprintf(w, "%q %v nobody=%t\n", body, err, r.Body == http.NoBody)
}

// last is sent behind everything: it is answered if the connection stays open, and both agree on where it begins.
const last = "GET /last?a=b&c HTTP/1.1\r\nHost: last\r\n\r\n"

// post is a plain request.
func post(body string) string {
	return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: example.com:4000\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body)
}

// conversations are what clients say, good and evil. The value tells whether all of it, last included, is plain.
func conversations() map[string]bool {
	long := strings.Repeat("x", 3000)
	plainly := []string{
		"", post(""), post("{}"), post("one") + post("two") + post(""), post(long), post(strings.Repeat(long, 100)),
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET //a/b/../c;d?e=%20f#g HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%2F%41?%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /a?b;c=d\"<>\\^`{|} HTTP/1.1\r\nHost: a\r\n\r\n", "GET /" + long + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nhost:a\r\naccept:b\r\nX-Tab:\t a\tb c \t\r\nEmpty:\r\nBlank:   \r\n\r\n",
		"GET / HTTP/1.1\r\nHost: [::1]:80\r\nA: 1\r\na: 2\r\nA: 3\r\nx-y_z!#$%&'*+.^`|~: 4\r\n\r\n",
		"GET / HTTP/1.1\r\nConnection: keep-alive\r\nHOST: a_b\r\nCookie: a=b; c=d\r\nTe: trailers\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nLong: " + long + "\r\nLonger: " + long + "\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("Many: x\r\n", 20) + "Other: y\r\nContent-Type: z\r\n\r\n",
		"QUERY / HTTP/1.1\r\nContent-Length: 3\r\nHost: a\r\n\r\nabc", "QUERY / HTTP/1.1\r\nContent-Length: 0\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length:3\r\nHost: a\r\n\r\nabc", "POST /a?b=c HTTP/1.1\r\nHost: a\r\ncontent-length: \t 3\t \r\n\r\nabc",
	}
	oddly := []string{
		"QUERY / HTTP/1.1\r\nHost: a\r\n\r\n", "QUERY / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"query / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"QUERY / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		// Lengths that somebody might read in another way.
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 4\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3,3\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\ncontent-length: 4\r\n\r\nabcd",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3.0\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\x00\r\n\r\nabc", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		// Other framings.
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\nContent-Length: 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection:\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nPragma: no-cache\r\n\r\n",
		// Lines and names.
		"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\nHost: a\r\nX: yz\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\x00: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: b\x00c\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x7f\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: b\xff\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\xc3: b\r\n\r\n",
		"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
		// Hosts.
		"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a%41\r\n\r\n",
		// Request lines.
		"GET http://b/c HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
		"get / HTTP/1.1\r\nHost: a\r\n\r\n", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "GET / b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
		"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET / http/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n",
		"GET HTTP/1.1\r\nHost: a\r\n\r\n", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", "G", "\r", "\n", "GET / HTTP/1.1\r\nHost: a",
		// Lengths of heads.
		"GET / HTTP/1.1\r\nHost: a\r\nLong: " + strings.Repeat(long, 3) + "\r\n\r\n", "GET /" + strings.Repeat(long, 3) + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nLong: " + strings.Repeat(long, 23) + "\r\n\r\n", strings.Repeat(long, 30),
		"GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("Many: x\r\n", 200) + "\r\n",
		// What comes behind a body.
		post("{}") + "\r\n", post("{}") + "\r\n\r\n", post("{}") + "\n", post("{}") + "\r\n\r\n\r\n", post("{}") + "\r", post("{}") + " ",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n", post("{}") + "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" + post("{}"),
	}
	all := map[string]bool{}
	for _, c := range plainly {
		all[c] = true
	}
	for _, c := range oddly {
		all[c] = false
	}
	return all
}

func TestBothServersAgree(t *testing.T) {
	h := witness{make(chan struct{}, 1)}
	p := startPair(t, h)
	for conversation, isPlain := range conversations() {
		for len(h.plain) > 0 {
			<-h.plain
		}
		said := p.compare(t, []byte(conversation), []byte(last))
		switch {
		case isPlain && (!strings.Contains(said, "/last") || len(h.plain) == 0):
			t.Errorf("%q was not served here, or not to its end:\n%s", conversation, said)
		case !isPlain && len(h.plain) > 0:
			t.Errorf("%q was not handed over", conversation)
		}
	}
}

// TestBothServersAgreeAtEverySplit sends what must not depend on how it is cut into packets.
func TestBothServersAgreeAtEverySplit(t *testing.T) {
	p := startPair(t, witness{})
	for _, conversation := range []string{
		post("{}") + post("three") + last,
		post("{}") + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + last,
	} {
		want := say(t, p.theirs, []byte(conversation))
		for i := range conversation {
			if got := say(t, p.ours, []byte(conversation[:i]), []byte(conversation[i:])); got != want {
				t.Fatalf("cut at %d: %s\n\nwant %s", i, got, want)
			}
		}
		bytewise := bytes.SplitAfter([]byte(conversation), nil)
		if got := say(t, p.ours, bytewise...); got != want {
			t.Fatalf("cut everywhere: %s\n\nwant %s", got, want)
		}
	}
}

// TestShortBodies ends the connection within a body.
func TestShortBodies(t *testing.T) {
	p := startPair(t, witness{})
	for _, head := range []string{"Content-Length: 10\r\n\r\n", "Content-Length: 9000\r\n\r\n", "Content-Length: 999999999\r\n\r\n"} {
		for _, body := range []string{"", "abc", strings.Repeat("x", 5000)} {
			if len(head) < 25 && len(body) > 10 {
				continue
			}
			p.compare(t, []byte("POST / HTTP/1.1\r\nHost: a\r\n"+head+body))
		}
	}
}

// FuzzBothServersAgree looks for bytes that the two servers answer differently.
//
//	go test -fuzz BothServersAgree ./router/server/http1
func FuzzBothServersAgree(f *testing.F) {
	for conversation := range conversations() {
		if len(conversation) < 2000 {
			f.Add([]byte(conversation))
		}
	}
	p := startPair(f, witness{})
	f.Fuzz(func(t *testing.T, conversation []byte) { p.compare(t, conversation, []byte(last)) })
}
