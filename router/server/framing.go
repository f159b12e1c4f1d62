package server

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync/atomic"
)

// A request that states its length and comes in chunks, too, may mean one thing to us and another to a proxy in
// front, which could then take the end of one client's request for the beginning of the next one's. It is answered as
// its chunks say, and the connection must end with the answer. net/http does the first and forgets that there was a
// length, so that nobody behind it can do the second. That is why connections are looked into here.
//
// Specification: RFC 9112, section 6.1 "Transfer-Encoding", paragraphs 15 and 16.

// closeUnclear returns next with the connections of unclear requests ending behind their answers.
func closeUnclear(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 && (len(r.TransferEncoding) > 0 || r.ProtoMinor == 0) && mayBeUnclear(r) {
			w.Header()["Connection"] = closing
		}
		next.ServeHTTP(w, r)
	})
}

var closing = []string{"close"}

// mayBeUnclear tells whether a request in chunks, or of HTTP/1.0, may have stated its framing in two ways.
func mayBeUnclear(r *http.Request) bool {
	c, ok := r.Context().Value(framedKey{}).(*framed)
	switch {
	case !ok:
		return true // TLS: nobody can look into it
	case r.ProtoMinor == 0:
		// There are no chunks in HTTP/1.0: whoever states them may be taken for somebody who does not.
		return c.coding.Load()
	}
	return c.coding.Load() && c.length.Load()
}

// framed is a connection that net/http reads requests from.
type framed struct {
	net.Conn
	// length and coding tell that a line that states a length, or a transfer coding, has come on the connection, ever: how
	// far net/http has got in what has come, nobody knows.
	length, coding atomic.Bool
	// line is the beginning of the present line, in lower case, of which so many bytes have come.
	line [len(codingName)]byte
	came int
}

const lengthName, codingName = "content-length", "transfer-encoding"

// Read implements net.Conn.
func (c *framed) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.see(p[:n])
	return n, err
}

// see looks at the beginnings of lines.
func (c *framed) see(p []byte) {
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, newLine)
		if beginning := line[:min(len(line), len(c.line)-c.came)]; len(beginning) > 0 {
			for _, b := range beginning {
				if b >= 'A' && b <= 'Z' {
					b += 'a' - 'A'
				}
				c.line[c.came] = b
				c.came++
			}
			switch came := c.line[:c.came]; {
			case bytes.HasPrefix(came, []byte(lengthName)):
				c.length.Store(true)
			case string(came) == codingName:
				c.coding.Store(true)
			}
		}
		if ended {
			c.came = 0
		}
		p = rest
	}
}

var newLine = []byte{'\n'}

// NetConn returns the connection below.
func (c *framed) NetConn() net.Conn { return c.Conn }

type framedKey struct{}

// keepFramed is http.Server.ConnContext.
func keepFramed(ctx context.Context, c net.Conn) context.Context {
	if f, ok := c.(*framed); ok {
		return context.WithValue(ctx, framedKey{}, f)
	}
	return ctx
}

// framedListener accepts connections that are looked into.
type framedListener struct{ net.Listener }

// Accept implements net.Listener.
func (l framedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &framed{Conn: c}, nil
}
