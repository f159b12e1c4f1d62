package router_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/uploads"
)

// flood opens a WebSocket that nobody reads from.
func (s *subscriptions) flood() net.Conn {
	s.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.server.URL, "http://"))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, "GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		s.Fatal(err, resp)
	}
	return conn
}

// unmaskable is a frame of a client whose mask changes nothing.
func unmaskable(opcode byte, payload string) string {
	return string([]byte{0x80 | opcode, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
}

// TestPingFloods has clients that send pings without end, of the protocol below and of graphql-transport-ws, and read
// nothing: they are cut off once what they are owed fits nowhere, and until then another client gets every event, and
// nothing is kept for them.
func TestPingFloods(t *testing.T) {
	s := newSubscriptions(t, "sse", func(c *config.Config) {
		c.Subscription.WebSocket.WriteTimeout, c.Subscription.WebSocket.PingInterval = 200*time.Millisecond, time.Hour
	})
	other := s.stream(tickQuery, nil)
	s.await(1)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for name, frame := range map[string]string{
		"of WebSockets": unmaskable(9, strings.Repeat("x", 125)), "of graphql-transport-ws": unmaskable(1, `{"type":"ping","payload":"`+strings.Repeat("x", 90)+`"}`),
	} {
		conn := s.flood()
		many := strings.Repeat(frame, 1000)
		sent, n := 0, 0
		for {
			if _, err := io.WriteString(conn, many); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%s: it was not cut off", name)
				}
				break
			}
			if sent += len(many); sent > 1<<30 {
				t.Fatalf("%s: nobody ends the connection", name)
			}
			n++
			s.events.Tick(n)
			other.want(tickAnswer(n))
		}
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes are held after the floods", grown)
	}
}

// TestUploadBombs sends forms that are small and mean much: each is refused, and what is read of it is bounded.
func TestUploadBombs(t *testing.T) {
	const limit = 64 << 10
	u := newUploading(t, func(s *uploads.Uploads) { s.MaxFileBytes, s.MaxOperationsBytes, s.BufferBytes = 1<<10, limit, 1<<10 })
	part := func(name, content string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n"
	}
	// endless repeats a text until the router does not read any more.
	endless := func(text string) func(io.Writer) {
		return func(to io.Writer) {
			for range (1 << 30) / len(text) {
				if _, err := io.WriteString(to, text); err != nil {
					return
				}
			}
			t.Errorf("a gigabyte of %.40q was read", text)
		}
	}
	good := part("operations", addFile) + part("map", oneFile)
	deep := strings.Repeat(`{"a":`, 10_000)
	paths := `{"a":["variables.f"` + strings.Repeat(`,"variables.f"`, 4000) + `]}`
	for name, c := range map[string]struct {
		begin string
		more  func(io.Writer)
		says  string
	}{
		"no boundary, ever":       {"", endless(strings.Repeat("x", 8<<10) + "\r\n"), "400"},
		"a head without an end":   {"--x\r\n", endless("X-Header: " + strings.Repeat("y", 8<<10) + "\r\n"), "413"},
		"operations without end":  {"--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n", endless(strings.Repeat(" ", 8<<10)), "413"},
		"a map without end":       {part("operations", addFile) + "--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n", endless(strings.Repeat(" ", 8<<10)), "413"},
		"other fields first":      {part("a", "b"), endless(part("a", "b")), "400"},
		"a file without end":      {good + "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n", endless(strings.Repeat("x", 8<<10)), "200"},
		"files without end":       {good + part("a", "A"), endless(part("b", "B")), "200"},
		"a file's head too large": {good + "--x\r\n", endless("X-Header: " + strings.Repeat("y", 8<<10) + "\r\n"), "200"},
		"deep operations":         {part("operations", deep) + part("map", "{}") + "--x--\r\n", nil, "400"},
		"a deep map":              {part("operations", addFile) + part("map", `{"a":`+strings.Repeat("[", 10_000)) + "--x--\r\n", nil, "400"},
		"one place, many times":   {part("operations", addFile) + part("map", paths) + "--x--\r\n", nil, "400"},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(strings.TrimSuffix(u.url, "/graphql"), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		in := bufio.NewReader(conn)
		status := make(chan string, 1)
		go func() {
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				status <- err.Error()
				return
			}
			status <- fmt.Sprint(resp.StatusCode)
		}()
		_, _ = io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: a\r\nApollo-Require-Preflight: 1\r\n"+
			"Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunks := chunked{conn}
		_, _ = io.WriteString(chunks, c.begin)
		if c.more != nil {
			c.more(chunks)
		} else {
			_, _ = io.WriteString(conn, "0\r\n\r\n")
		}
		if got := <-status; got != c.says && !strings.Contains(got, "reset") {
			t.Errorf("%s: %s, want %s", name, got, c.says)
		}
		_ = conn.Close()
	}
	if got := u.ask(addFile, oneFile, "a", "A"); !strings.Contains(got, "|A") {
		t.Errorf("a good one afterwards: %s", got)
	}
}

// chunked writes chunks of HTTP/1.1.
type chunked struct{ to io.Writer }

func (c chunked) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if _, err := fmt.Fprintf(c.to, "%x\r\n%s\r\n", len(p), p); err != nil {
		return 0, err
	}
	return len(p), nil
}
