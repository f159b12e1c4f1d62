package sse

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
)

// InProcess sends requests to a handler of this process, without sockets: its answer is read while it is written.
func InProcess(handler http.Handler) http.RoundTripper { return inProcess{handler} }

type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	r = r.Clone(ctx)
	r.RequestURI = r.URL.RequestURI()
	read, write := io.Pipe()
	w := &pipeWriter{header: http.Header{}, begun: make(chan struct{}), body: write, buffer: bufio.NewWriter(write)}
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				_ = write.CloseWithError(fmt.Errorf("the handler panicked: %v", cause))
			}
			w.WriteHeader(http.StatusOK)
			_ = w.buffer.Flush() // the reader has gone, or sees the end
			_ = write.Close()
		}()
		p.handler.ServeHTTP(w, r)
	}()
	select {
	case <-w.begun:
	case <-ctx.Done():
		cancel()
		_ = read.Close()
		return nil, ctx.Err()
	}
	return &http.Response{
		StatusCode: w.status, Header: w.sent, Body: &pipeBody{read, cancel}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// pipeBody ends the handler's context when it is closed.
type pipeBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b *pipeBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}

// pipeWriter is the handler's http.ResponseWriter.
type pipeWriter struct {
	header, sent http.Header
	status       int
	begun        chan struct{}
	body         *io.PipeWriter
	buffer       *bufio.Writer
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
		close(w.begun)
	}
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.buffer.Write(p)
}

func (w *pipeWriter) Flush() {
	w.WriteHeader(http.StatusOK)
	_ = w.buffer.Flush() // the next Write tells
}
