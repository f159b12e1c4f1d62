package websocket

import "net/http"

// spelling writes the headers of the handshake's answer as RFC 6455 spells them. Names of headers have no case, but
// net/http writes Sec-Websocket-Protocol, and there are clients that do not find that: gql for Python (4.0) takes the
// router for one that speaks the old protocol then.
type spelling struct{ http.ResponseWriter }

// spelled are the names that net/http writes in another way.
var spelled = []string{"Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"}

// WriteHeader implements http.ResponseWriter. Afterwards the header is what it was, for those who look into it.
func (w spelling) WriteHeader(status int) {
	header := w.Header()
	for _, name := range spelled {
		if value := header.Values(name); len(value) > 0 {
			header.Del(name)
			header[name] = value
			defer func() {
				delete(header, name)
				header[http.CanonicalHeaderKey(name)] = value
			}()
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController and for whoever takes over the connection.
func (w spelling) Unwrap() http.ResponseWriter { return w.ResponseWriter }
