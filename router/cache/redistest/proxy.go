package redistest

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// errCut ends the connection that was to be cut.
var errCut = errors.New("the connection is cut")

// Proxy stands between clients and a server, and can cut connections anywhere in what a client sends.
type Proxy struct {
	// Addr is host:port.
	Addr string

	listener net.Listener
	mu       sync.Mutex
	// left is how many bytes pass before the next cut; negative when there is none to come.
	left int
}

// StartProxy runs a proxy in front of a server until the test ends.
func StartProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: listener.Addr().String(), listener: listener, left: -1}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { p.serve(client, s.Addr) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		group.Wait()
	})
	return p
}

// CutAfter lets so many more bytes of clients pass and then cuts the connection on which the next one comes.
// Connections are whole again afterwards.
func (p *Proxy) CutAfter(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = bytes
}

// Whole tells whether the cut is still to come, and calls it off.
func (p *Proxy) Whole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := p.left >= 0
	p.left = -1
	return whole
}

func (p *Proxy) serve(client net.Conn, addr string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var group sync.WaitGroup
	group.Go(func() {
		_, _ = io.Copy(client, server) // how a connection ends does not matter
		_ = client.Close()
	})
	_, _ = io.Copy(cutting{p, server}, client)
	_ = server.Close()
	group.Wait()
}

// cutting passes on what the proxy lets pass.
type cutting struct {
	p  *Proxy
	to io.Writer
}

func (c cutting) Write(b []byte) (int, error) {
	c.p.mu.Lock()
	pass := len(b)
	cut := c.p.left >= 0 && c.p.left < len(b)
	if cut {
		pass = c.p.left
		c.p.left = -1
	} else if c.p.left >= 0 {
		c.p.left -= len(b)
	}
	c.p.mu.Unlock()
	n, err := c.to.Write(b[:pass])
	if cut {
		return n, errCut
	}
	return n, err
}
