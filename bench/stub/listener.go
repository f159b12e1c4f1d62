package stub

import (
	"errors"
	"net"
	"sync"
)

// trackingListener remembers its open connections, to be able to close them all.
type trackingListener struct {
	net.Listener
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	killed bool
}

type trackedConn struct {
	net.Conn
	listener *trackingListener
}

func (l *trackingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.killed {
		return nil, errors.Join(net.ErrClosed, c.Close())
	}
	l.open[c] = struct{}{}
	return trackedConn{c, l}, nil
}

func (c trackedConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c.Conn)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// kill closes the port and all connections. Errors of closing are what it is for.
func (l *trackingListener) kill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.killed = true
	_ = l.Listener.Close()
	for c := range l.open {
		_ = c.Close()
	}
}
