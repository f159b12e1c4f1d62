package http1

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canned is a connection on which an answer comes.
type canned struct {
	net.Conn
	from io.Reader
}

func (c canned) Read(p []byte) (int, error) { return c.from.Read(p) }

func readCanned(from io.Reader) (*exchange, *conn, error) {
	c, e := &conn{net: canned{from: from}}, &exchange{}
	return e, c, c.readAnswer(e, 1<<20)
}

var answers = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nCache-Control: max-age=1\r\n\r\nhello",
	"HTTP/1.1 200\r\ncontent-length:2\r\n\r\n{}",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n",
	"HTTP/1.0 200 OK\r\n\r\nuntil the end",
	"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
	"HTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 10000) + "\r\nContent-Length: 3\r\n\r\nabc",
	"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + strings.Repeat("y", 10000),
}

func TestAnswersArriveInPieces(t *testing.T) {
	for _, text := range answers {
		want, wantConn, err := readCanned(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%.60q: %v", text, err)
		}
		got, gotConn, err := readCanned(iotest.OneByteReader(strings.NewReader(text)))
		if err != nil || got.status != want.status || !bytes.Equal(got.body.Bytes(), want.body.Bytes()) || !bytes.Equal(got.header, want.header) || gotConn.last != wantConn.last {
			t.Errorf("%.60q: got %d %q last %v, %v; want %d %q last %v", text, got.status, got.body.Bytes(), gotConn.last, err, want.status, want.body.Bytes(), wantConn.last)
		}
	}
}

func TestUnclearAnswersAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"two lengths":            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
		"length and chunks":      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"negative length":        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
		"strange encoding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"chunk without a size":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
		"chunk that goes on":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
		"huge chunk":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
		"endless head":           "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 100_000),
		"endless chunk header":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", 100_000),
		"endless trailer":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("X: y\r\n", 100_000),
		"blank before a colon":   "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
		"folded line":            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 0\r\n\r\n0123456789",
		"header without a name":  "HTTP/1.1 200 OK\r\n: 5\r\nContent-Length: 2\r\n\r\n{}",
		"chunks of chunks":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"compressed twice":       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
		"length with a sign":     "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
		"list of lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
		"length beyond numbers":  "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
		"chunk beyond numbers":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n7fffffffffffffff\r\n}",
		"bare CR in a chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n",
		"bare LF in the head":    "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}",
		"all about the chunks":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\n{\r\n", 100) + "0\r\n\r\n",
		"trailer that is none":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n",
		"never the final answer": strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100) + "HTTP/1.1 204 No Content\r\n\r\n",
		"version that is none":   "HTTP/1.x 204 No Content\r\n\r\n",
		"status with a sign":     "HTTP/1.1 +20 OK\r\n\r\n",
		"chunks of HTTP/1.0":     "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"protocol switch":        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		"no HTTP":                "SSH-2.0-OpenSSH\r\n\r\n",
		"no status":              "HTTP/1.1 abc\r\n\r\n",
		"ends in the head":       "HTTP/1.1 200 OK\r\nConte",
		"ends in the body":       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
		"ends in a chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
		"ends before last chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
	} {
		if e, _, err := readCanned(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read as %d %.20q", name, e.status, e.body.Bytes())
		}
	}
}

func TestConnectionsThatCannotBeKept(t *testing.T) {
	for text, last := range map[string]bool{
		"HTTP/1.1 204 OK\r\n\r\n":                                                       false,
		"HTTP/1.1 304 OK\r\nContent-Length: 5\r\n\r\n":                                  false,
		"HTTP/1.1 204 OK\r\nConnection: keep-alive, close\r\n\r\n":                      true,
		"HTTP/1.1 204 OK\r\nConnection: CLOSE\r\nConnection: keep-alive\r\n\r\n":        true,
		"HTTP/1.0 204 OK\r\n\r\n":                                                       true,
		"HTTP/1.0 204 OK\r\nConnection: Keep-Alive\r\n\r\n":                             false,
		"HTTP/1.1 100 OK\r\nConnection: close\r\n\r\nHTTP/1.1 204 OK\r\n\r\n":           false,
		"HTTP/1.1 204 OK\r\n\r\nwhat is this":                                           true,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}\n":                              true,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nHTTP": true,
	} {
		e, c, err := readCanned(strings.NewReader(text))
		if err != nil || c.last != last {
			t.Errorf("%q: %d, last %v, %v; want %v", text, e.status, c.last, err, last)
		}
	}
}

// TestBytesBehindALongBody has bodies that do not fit into the connection's buffer and are therefore read past it.
func TestBytesBehindALongBody(t *testing.T) {
	body := strings.Repeat("y", 3*(4<<20))
	for _, behind := range []string{"", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"} {
		for _, text := range []string{
			fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, behind),
			fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n%s", len(body), body, behind),
		} {
			c, e := &conn{net: canned{from: strings.NewReader(text)}}, &exchange{}
			if err := c.readAnswer(e, len(body)); err != nil || string(e.body.Bytes()) != body || c.last != (behind != "") {
				t.Errorf("%.60q: read %d bytes of %d, last %v, %v", text, e.body.Len(), len(body), c.last, err)
			}
		}
	}
}

func TestAnswersLargerThanAllowed(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
		"HTTP/1.1 200 OK\r\n\r\n01234567890",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n",
		// The sum does not fit into a number.
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n0\r\n7fffffffffffffff\r\n1234",
	} {
		c, e := &conn{net: canned{from: strings.NewReader(text)}}, &exchange{}
		if err := c.readAnswer(e, 10); !errors.Is(err, upstream.ErrTooLarge) {
			t.Errorf("%q: %v, %q", text, err, e.body.Bytes())
		}
	}
}

func TestPromisedBodiesTakeNoMemory(t *testing.T) {
	c, e := &conn{net: canned{from: strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nabc")}}, &exchange{}
	if err := c.readAnswer(e, 1<<30); !errors.Is(err, io.ErrUnexpectedEOF) || len(e.body.Room()) > 8<<20 {
		t.Errorf("%v, %d bytes for a body of three", err, len(e.body.Room()))
	}
}

func TestHeadersCannotBeSmuggled(t *testing.T) {
	got := string(appendHeader(nil, upstream.Header{Name: "X\r\nEvil", Value: "a\r\nEvil: b\n\nGET /"}))
	if want := "X  Evil: a  Evil: b  GET /\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzAnswersAreReadAsNetHTTPReadsThem checks that whatever is taken for an answer is one for net/http, too, with the
// same status and body.
func FuzzAnswersAreReadAsNetHTTPReadsThem(f *testing.F) {
	for _, a := range answers {
		f.Add([]byte(a))
	}
	request := &http.Request{Method: http.MethodPost}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, c, err := readCanned(bytes.NewReader(text))
		if err != nil {
			return
		}
		from := bufio.NewReader(bytes.NewReader(text))
		var answer *http.Response
		for answer == nil || answer.StatusCode < 200 {
			if answer, err = http.ReadResponse(from, request); err != nil {
				t.Fatalf("%q: read as %d, net/http refuses it: %v", text, e.status, err)
			}
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || len(answer.TransferEncoding) == 0 && answer.ContentLength < 0 && !c.last {
			t.Fatalf("%q: net/http reads %q with the error %v", text, body, err)
		}
		if answer.StatusCode != e.status || !bytes.Equal(body, e.body.Bytes()) {
			t.Fatalf("%q: read as %d %q, net/http reads %d %q", text, e.status, e.body.Bytes(), answer.StatusCode, body)
		}
	})
}
