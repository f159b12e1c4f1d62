package http1

import "net"

// handedOver is the listener that net/http serves: what it accepts are the connections that we do not serve any more.
type handedOver struct {
	net.Listener
	conns  chan net.Conn
	failed chan error
	closed chan struct{}
	// wrap wraps the connections; nil when it is not to be.
	wrap func(net.Conn) net.Conn
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
	if h.wrap != nil {
		c = h.wrap(c)
	}
	select {
	case h.conns <- c:
	case <-h.closed:
		_ = c.Close()
	}
}

// fail tells net/http of an error with which it stops serving. Errors that pass are not for it: it would wait before it
// takes the next connection, and those that are handed over would wait with it.
func (h *handedOver) fail(err error) {
	select {
	case h.failed <- err:
	case <-h.closed:
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

// NetConn returns the connection below, and Unread what is left of the bytes that were read already. They are for who
// has taken the connection, and reads on below.
func (r *replayed) NetConn() net.Conn { return r.TCPConn }

func (r *replayed) Unread() []byte { return r.read }
