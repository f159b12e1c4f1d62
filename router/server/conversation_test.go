package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sent is a POST of a query with further header lines.
func sent(lines string) string {
	return sentBody(`{"query":"{a}"}`, "Content-Type: application/json\r\n"+lines)
}

// sentBody is a POST of a body with further header lines.
func sentBody(body, lines string) string {
	return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: a\r\n%sContent-Length: %d\r\n\r\n%s", lines, len(body), body)
}

// sentIn is a POST of a query in chunks, with further header lines.
func sentIn(version, lines string) string {
	return "POST /graphql " + version + "\r\nHost: a\r\nContent-Type: application/json\r\n" + lines +
		"Transfer-Encoding: chunked\r\n\r\nf\r\n{\"query\":\"{a}\"}\r\n0\r\n\r\n"
}

// asked is a request with a method, a target and further header lines.
func asked(method, target, lines string) string {
	return method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n"
}

// heard is what a client hears of a conversation.
type heard struct {
	statuses []int
	headers  []http.Header
	bodies   []string
	// open tells that the server answered a last request behind all others.
	open bool
}

// talk says something and then asks for /healthz.
func talk(t *testing.T, addr, say string) heard {
	t.Helper()
	dialed, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer dialed.Close()
	_ = dialed.SetDeadline(time.Now().Add(20 * time.Second))
	go func() {
		// Whether it is read to its end is the server's to decide.
		if _, err := io.WriteString(dialed, say+asked("GET", "/healthz", "")); err == nil {
			_ = dialed.(*net.TCPConn).CloseWrite()
		}
	}()
	var all heard
	methods := methodsIn(say)
	from := bufio.NewReader(dialed)
	for {
		method := http.MethodGet
		if len(methods) > 0 {
			method = methods[0]
		}
		resp, err := http.ReadResponse(from, &http.Request{Method: method})
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%.200q: %v", say, err)
			}
			return all
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%.200q: %v", say, err)
		}
		if resp.Close {
			resp.Header.Set("Connection", "close")
		}
		if string(body) == "ok\n" {
			all.open = true
			continue
		}
		if resp.StatusCode >= 200 && len(methods) > 0 {
			methods = methods[1:]
		}
		all.statuses = append(all.statuses, resp.StatusCode)
		all.headers = append(all.headers, resp.Header)
		all.bodies = append(all.bodies, string(body))
	}
}

// methodsIn lists the methods of the requests in a conversation.
func methodsIn(say string) (methods []string) {
	for line := range strings.SplitSeq(say, "\r\n") {
		if before, _, found := strings.Cut(line, " HTTP/1."); found {
			method, _, _ := strings.Cut(before, " ")
			methods = append(methods, method)
		}
	}
	return methods
}

// TestConversations has clients that say something unusual. What they hear is what RFC 9110, RFC 9112 and GraphQL
// over HTTP allow, whoever of the two servers says it.
func TestConversations(t *testing.T) { overBoth(t, testConversations) }

func testConversations(t *testing.T, standard bool) {
	h := newTestHandler(t, func(o *Options) { o.Health, o.MaxBodyBytes = NewHealth("test", "0"), 1<<16 })
	addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
	query := "/graphql?query=%7Ba%7D"
	long := strings.Repeat("x", 70<<10)
	for _, c := range []struct {
		name, say string
		statuses  []int
		open      bool
		// header is one that the last answer must have, and says is in its body.
		header [2]string
		says   string
	}{
		{name: "plain", say: sent(""), statuses: []int{200}, open: true},
		{name: "pipelined", say: sent("") + asked("GET", query, "") + sent(""), statuses: []int{200, 200, 200}, open: true},
		{name: "pipelined, with a wrong one between", say: sent("") + asked("GET", "/graphql", "") + sent(""), statuses: []int{200, 400, 200}, open: true},
		{name: "chunks", say: sentIn("HTTP/1.1", ""), statuses: []int{200}, open: true},
		{name: "chunks, twice", say: sentIn("HTTP/1.1", "") + sentIn("HTTP/1.1", ""), statuses: []int{200, 200}, open: true},
		{name: "empty lines before", say: sent("") + "\r\n" + sent(""), statuses: []int{200, 200}, open: true},
		{name: "close", say: sent("Connection: close\r\n"), statuses: []int{200}, header: [2]string{"Connection", "close"}},
		{name: "a target in absolute form", say: strings.Replace(sent(""), "/graphql", "http://a/graphql", 1), statuses: []int{200}, open: true},
		{name: "a folded header", say: sent("X-Folded: a\r\n b\r\n"), statuses: []int{200}, open: true},
		{name: "a header in three lines", say: sent("Accept: text/plain\r\nAccept: application/json\r\nAccept: */*;q=0\r\n"), statuses: []int{200}, open: true},
		{name: "HTTP/1.0", say: strings.Replace(sent(""), "HTTP/1.1", "HTTP/1.0", 1), statuses: []int{200}},
		{name: "HTTP/1.0 that stays", say: strings.Replace(sent("Connection: keep-alive\r\n"), "HTTP/1.1", "HTTP/1.0", 1), statuses: []int{200}, open: true},

		{name: "HEAD", say: asked("HEAD", query, ""), statuses: []int{200}, open: true, header: [2]string{"Content-Type", "application/json; charset=utf-8"}},
		{name: "OPTIONS", say: asked("OPTIONS", "/graphql", ""), statuses: []int{204}, open: true, header: [2]string{"Allow", allowedMethods}},
		{name: "OPTIONS of everything", say: asked("OPTIONS", "*", ""), statuses: []int{200}, open: true},
		{name: "GET with a body", say: asked("GET", query, "Content-Length: 2\r\n") + "{}", statuses: []int{200}, open: true},
		{name: "PUT", say: asked("PUT", "/graphql", "Content-Length: 0\r\n"), statuses: []int{405}, open: true, header: [2]string{"Allow", allowedMethods}},
		{name: "DELETE", say: asked("DELETE", "/graphql", ""), statuses: []int{405}, open: true, header: [2]string{"Allow", allowedMethods}},
		{name: "TRACE", say: asked("TRACE", "/graphql", ""), statuses: []int{405}, open: true, header: [2]string{"Allow", allowedMethods}},
		{name: "a method nobody knows", say: asked("BREW", "/graphql", ""), statuses: []int{405}, open: true, header: [2]string{"Allow", allowedMethods}},
		{name: "a method in small letters", say: asked("get", query, ""), statuses: []int{405}, open: true},
		{name: "another path", say: asked("GET", "/other", ""), statuses: []int{404}, open: true},
		{name: "a path with a slash behind", say: asked("GET", "/graphql/?query={a}", ""), statuses: []int{404}, open: true},
		{name: "an escaped path", say: asked("GET", "/%67raphql?query={a}", ""), statuses: []int{200}, open: true},
		{name: "a broken escape in the query", say: asked("GET", "/graphql?query={a}&variables=%zz", ""), statuses: []int{400}, open: true, says: "malformed"},
		{name: "a semicolon in the query", say: asked("GET", "/graphql?query={a};b", ""), statuses: []int{400}, open: true, says: "malformed"},

		{name: "no content type", say: strings.Replace(sent(""), "Content-Type", "X-Type", 1), statuses: []int{415}, open: true},
		{name: "two content types", say: sent("Content-Type: text/plain\r\n"), statuses: []int{415}, open: true},
		{name: "compressed", say: sent("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n"), statuses: []int{415}, open: true},
		{name: "nothing acceptable", say: sent("Accept: image/png\r\n"), statuses: []int{406}, open: true, says: CodeNotAcceptable},
		{name: "no length", say: asked("POST", "/graphql", "Content-Type: application/json\r\n"), statuses: []int{400}, open: true},
		{name: "a body that is too long", say: asked("POST", "/graphql", "Content-Type: application/json\r\nContent-Length: 70000\r\n") + long[:70000],
			statuses: []int{413}, open: true, says: CodeTooLarge},
		{name: "a body that is far too long", say: asked("POST", "/graphql", "Content-Type: application/json\r\nContent-Length: 1000000\r\n"),
			statuses: []int{413}, header: [2]string{"Connection", "close"}, says: CodeTooLarge},
		{name: "chunks that are too long", say: asked("POST", "/graphql", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(long), long), statuses: []int{413}, open: true, says: CodeTooLarge},
		{name: "a chunk without a size", say: asked("POST", "/graphql", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") + "x\r\n\r\n", statuses: []int{400}},
		{name: "a head that is too long", say: asked("GET", query, "X-Long: "+long+"\r\n"), statuses: []int{431}},
		{name: "a target that is too long", say: asked("GET", query+"%20"+long, ""), statuses: []int{431}},

		{name: "it may go on", say: sent("Expect: 100-continue\r\n"), statuses: []int{100, 200}, open: true},
		{name: "it may not go on", say: asked("POST", "/graphql", "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n"),
			statuses: []int{413}, header: [2]string{"Connection", "close"}},
		{name: "something else is expected", say: sent("Expect: more\r\n"), statuses: []int{417}, header: [2]string{"Connection", "close"}},
		{name: "an upgrade to what is not there", say: asked("GET", query, "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n"), statuses: []int{200}, open: true},

		{name: "a WebSocket", say: asked("GET", "/graphql", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
			statuses: []int{501}, open: true, says: CodeSubscription},
		{name: "events, and nothing else", say: sent("Accept: text/event-stream\r\n"), statuses: []int{200}, open: true, says: "event: complete"},
		{name: "events, without a query", say: asked("GET", "/graphql", "Accept: text/event-stream, application/json\r\n"), statuses: []int{400}, open: true, says: CodeBadRequest},
		{name: "events or JSON", say: sent("Accept: text/event-stream, application/json\r\n"), statuses: []int{200}, open: true},

		// What could be taken for the beginning of another request is not: the connection ends.
		{name: "a length beside chunks", say: sentIn("HTTP/1.1", "Content-Length: 3\r\n") + asked("GET", "/smuggled", ""), statuses: []int{200},
			header: [2]string{"Connection", "close"}},
		{name: "a length beside chunks, later", say: sentIn("HTTP/1.1", "") + sentIn("HTTP/1.1", "content-LENGTH: 99\r\n") + asked("GET", "/smuggled", ""),
			statuses: []int{200}, header: [2]string{"Connection", "close"}},
		{name: "a length behind chunks", say: strings.Replace(sentIn("HTTP/1.1", ""), "chunked\r\n", "chunked\r\nContent-Length: 3\r\n", 1) + asked("GET", "/smuggled", ""),
			statuses: []int{200}, header: [2]string{"Connection", "close"}},
		{name: "chunks of HTTP/1.0", say: strings.Replace(sent("Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"), "HTTP/1.1", "HTTP/1.0", 1) + asked("GET", "/smuggled", ""),
			statuses: []int{200}, header: [2]string{"Connection", "close"}},
		{name: "another coding", say: sent("Transfer-Encoding: gzip, chunked\r\n") + asked("GET", "/smuggled", ""), statuses: []int{501}},
		{name: "two hosts", say: sent("Host: b\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "no host", say: strings.Replace(sent(""), "Host: a\r\n", "", 1) + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "two lengths", say: sent("Content-Length: 3\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "a list of lengths", say: sent("Content-Length: 15, 15\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "a blank before the colon", say: sent("X : y\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "a line without a colon", say: sent("X\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "a NUL in a value", say: sent("X: \x00\r\n") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "a NUL in the target", say: asked("GET", "/\x00", "") + asked("GET", "/smuggled", ""), statuses: []int{400}},
		{name: "another version", say: strings.Replace(sent(""), "HTTP/1.1", "HTTP/3.0", 1) + asked("GET", "/smuggled", ""), statuses: []int{505}},
		{name: "no HTTP", say: "hello\r\n\r\n" + asked("GET", "/smuggled", ""), statuses: []int{400}},
	} {
		got := talk(t, addr, c.say)
		if !slices.Equal(got.statuses, c.statuses) || got.open != c.open {
			t.Errorf("%s: answered %v, open %v, want %v, %v\n%.300q", c.name, got.statuses, got.open, c.statuses, c.open, got.bodies)
			continue
		}
		last := len(got.statuses) - 1
		if value := got.headers[last].Get(c.header[0]); c.header[0] != "" && value != c.header[1] {
			t.Errorf("%s: %s is %q, want %q", c.name, c.header[0], value, c.header[1])
		}
		if !strings.Contains(got.bodies[last], c.says) {
			t.Errorf("%s: says %.300s, want %q in it", c.name, got.bodies[last], c.says)
		}
	}
}

// TestChunksOverTLS has requests whose head nobody can look into.
func TestChunksOverTLS(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	socket := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	secure := &tls.Config{Certificates: certified.TLS.Certificates}
	go func() {
		ended <- Run(ctx, []Listener{{Name: "test", Socket: socket, Handler: newTestHandler(t, nil), TLS: secure}},
			RunOptions{ShutdownTimeout: 10 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	}()
	trust := certified.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trust.ServerName = "example.com"
	for _, c := range []struct {
		protocol string
		chunks   bool
		closes   bool
	}{{"http/1.1", false, false}, {"http/1.1", true, true}, {"h2", true, false}} {
		transport := &http.Transport{TLSClientConfig: trust.Clone(), Protocols: new(http.Protocols)}
		transport.Protocols.SetHTTP1(c.protocol != "h2")
		transport.Protocols.SetHTTP2(c.protocol == "h2")
		var body io.Reader = strings.NewReader(`{"query":"{a}"}`)
		if c.chunks {
			body = io.MultiReader(body) // whose length nobody knows
		}
		resp, err := (&http.Client{Transport: transport}).Post("https://"+socket.Addr().String()+"/graphql", "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Close != c.closes || (resp.ProtoMajor == 2) != (c.protocol == "h2") {
			t.Errorf("%+v: %s %s, closing %v", c, resp.Proto, resp.Status, resp.Close)
		}
		transport.CloseIdleConnections()
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
