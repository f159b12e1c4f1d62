package upstream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// inProcess calls a handler of this process, without sockets.
type inProcess struct {
	handler http.Handler
	config  Config
}

func (t *inProcess) Do(ctx context.Context, req *Request, resp *Response) error {
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	target := t.config.URL
	if target == "" {
		target = "http://" + t.config.Name + "/graphql"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(req.Body))
	if err != nil {
		return err
	}
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	r.Header.Set("Content-Length", strconv.Itoa(len(req.Body)))
	for _, headers := range [][]Header{t.config.Header, req.Header} {
		for _, h := range headers {
			r.Header.Set(h.Name, h.Value)
		}
	}
	w := &writer{header: http.Header{}, limit: t.config.MaxResponse}
	if err := t.serve(w, r); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ErrTimeout
	}
	if w.tooLarge {
		return ErrTooLarge
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return fill(resp, w.status, w.header, io.Reader(&w.body), t.config.MaxResponse)
}

// serve calls the handler as a server does: a panic costs the request, not the process.
func (t *inProcess) serve(w *writer, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: it broke off", ErrBroken)
		}
	}()
	t.handler.ServeHTTP(w, r)
	return nil
}

// writer keeps what a handler writes.
type writer struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	limit    int
	tooLarge bool
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body.Len()+len(p) > w.limit {
		w.tooLarge = true
		return 0, ErrTooLarge
	}
	return w.body.Write(p)
}

func (w *writer) Flush() {}
