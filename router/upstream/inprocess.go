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
	ctx, cancel := within(ctx, t.config.Timeout, req)
	defer cancel()
	target := t.config.URL
	if target == "" {
		target = "http://" + t.config.Name + "/graphql"
	}
	// A handler that does not look at its context goes on when its time is over: it needs bytes of its own.
	from, kind := io.Reader(bytes.NewReader(bytes.Clone(req.Body))), "application/json"
	if req.Content != nil {
		content := &settled{next: req.Content.Reader}
		defer content.settle()
		from, kind = content, req.Content.Type
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, from)
	if err != nil {
		return err
	}
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", accept)
	if req.Content == nil {
		r.Header.Set("Content-Length", strconv.Itoa(len(req.Body)))
	}
	addHeaders(r.Header, t.config.Header)
	addHeaders(r.Header, req.Header)
	w := &writer{answer: &answer{header: http.Header{}}, limit: t.config.MaxResponse}
	done := make(chan error, 1)
	go func() { done <- t.serve(w, r) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return gaveUp(ctx, ErrTimeout)
	}
	if err != nil || ctx.Err() != nil {
		return gaveUp(ctx, err)
	}
	if w.tooLarge {
		return ErrTooLarge
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.answer.hand(resp, w.status, t.config.MaxResponse)
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
	answer   *answer
	status   int
	limit    int
	tooLarge bool
}

func (w *writer) Header() http.Header { return w.answer.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.answer.body.Len()+len(p) > w.limit {
		w.tooLarge = true
		return 0, ErrTooLarge
	}
	return w.answer.body.Write(p)
}

func (w *writer) Flush() {}
