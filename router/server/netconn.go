package server

import "net"

// unreader is a connection that begins with bytes which were read from another one.
type unreader interface {
	NetConn() net.Conn
	Unread() []byte
}

// Bare returns the TCP connection below one that was taken from net/http, and what has been read from it for nobody
// yet; nil when there is something else below, as TLS: then conn is all there is.
func Bare(conn net.Conn) (tcp *net.TCPConn, unread []byte) {
	if tcp = tcpBelow(conn); tcp == nil {
		return nil, nil
	}
	if f, ok := conn.(*framed); ok {
		conn = f.Conn
	}
	if u, ok := conn.(unreader); ok {
		unread = u.Unread()
	}
	return tcp, unread
}

// tcpBelow is the TCP connection below, also while somebody reads from the one above.
func tcpBelow(conn net.Conn) *net.TCPConn {
	if f, ok := conn.(*framed); ok {
		conn = f.Conn
	}
	if u, ok := conn.(unreader); ok {
		conn = u.NetConn()
	}
	tcp, _ := conn.(*net.TCPConn)
	return tcp
}
