package server

import (
	"io"
	"net/http"
	"testing"
)

// through is how a test talks to a handler.
type through func(t *testing.T, h http.Handler) http.Handler

// everywhere runs a test with the handler itself, and with what clients see of it behind our server and behind
// net/http's.
func everywhere(t *testing.T, test func(*testing.T, through)) {
	t.Helper()
	t.Run("handler", func(t *testing.T) {
		test(t, func(_ *testing.T, h http.Handler) http.Handler { return h })
	})
	overBoth(t, func(t *testing.T, standard bool) {
		test(t, func(t *testing.T, h http.Handler) http.Handler {
			addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
			transport := &http.Transport{DisableCompression: true}
			t.Cleanup(transport.CloseIdleConnections)
			return remote{t, addr, transport}
		})
	})
}

// remote sends requests to a server.
type remote struct {
	t         *testing.T
	addr      string
	transport *http.Transport
}

func (r remote) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	out := request.Clone(request.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = "http", r.addr, ""
	resp, err := r.transport.RoundTrip(out)
	if err != nil {
		r.t.Errorf("%s %s: %v", request.Method, request.URL, err)
		return
	}
	defer resp.Body.Close()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil {
		r.t.Errorf("%s %s: %v", request.Method, request.URL, err)
	}
}
