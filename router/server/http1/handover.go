package http1

import "net"

// handedOver is the listener that net/http serves: what it accepts are the connections that we do not serve any more.
type handedOver struct {
	net.Listener
	conns  chan net.Conn
	failed chan error
	closed chan struct{}
}

// Accept implements net.Listener.
func (h *handedOver) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case err := <-h.failed:
		return nil, err
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. net/http calls it once.
func (h *handedOver) Close() error {
	close(h.closed)
	return h.Listener.Close()
}

// give hands a connection over, or closes it when nobody takes it any more.
func (h *handedOver) give(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.closed:
		_ = c.Close()
	}
}

// fail tells net/http of an error; false when nobody listens any more.
func (h *handedOver) fail(err error) bool {
	select {
	case h.failed <- err:
		return true
	case <-h.closed:
		return false
	}
}

// replayed is a connection some bytes of which have been read already.
type replayed struct {
	*net.TCPConn
	read []byte
}

// Read implements net.Conn.
func (r *replayed) Read(p []byte) (int, error) {
	if len(r.read) == 0 {
		return r.TCPConn.Read(p)
	}
	n := copy(p, r.read)
	if r.read = r.read[n:]; len(r.read) == 0 {
		r.read = nil
	}
	return n, nil
}
