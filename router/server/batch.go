package server

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"unicode/utf8"
)

// isBatch tells whether a body is a JSON array.
func isBatch(body []byte) bool {
	p := reading(body)
	return p.Peek() == '['
}

// batch answers a JSON array of requests with the array of their answers, in the same order. The requests run at the
// same time, as if they had come one by one; the status is 200 whatever becomes of them.
func (h *Handler) batch(ctx context.Context, x *exchange) {
	if h.opts.MaxBatch == 0 {
		x.fail(failBatching)
		return
	}
	parts, f := h.splitBatch(x)
	defer func() {
		for _, part := range parts {
			part.release()
		}
	}()
	if f != nil {
		x.fail(f)
		return
	}
	var running sync.WaitGroup
	var panicked sync.Once
	var cause any
	for _, part := range parts {
		running.Go(func() {
			defer func() {
				if reason := recover(); reason != nil {
					panicked.Do(func() { cause = reason })
				}
			}()
			h.execute(ctx, part)
		})
	}
	running.Wait()
	if cause != nil {
		panic(cause)
	}
	x.status = http.StatusOK
	size := len("[]") + len(parts) - 1
	for _, part := range parts {
		size += len(part.response.Bytes())
		x.response.Operation.Errors += part.response.Operation.Errors
		x.response.Operation.Fetches += part.response.Operation.Fetches
		x.response.Operation.Exceeded = append(x.response.Operation.Exceeded, part.response.Operation.Exceeded...)
		if code := part.response.Operation.Code; code != "" {
			x.response.Operation.Refused = append(x.response.Operation.Refused, code)
		}
		if x.response.OwnHeader == nil {
			x.response.OwnHeader = part.response.OwnHeader
		}
	}
	if size > freeAnswer {
		// There is no second copy of what is large.
		if w := x.Begin(&x.response, int64(size)); w != nil {
			writeBatch(w, parts)
		}
		return
	}
	body := appender(x.response.Buffer())
	writeBatch(&body, parts)
	x.response.Body = body
}

// writeBatch writes the array of the answers.
func writeBatch(w io.Writer, parts []*exchange) {
	separator := "["
	for _, part := range parts {
		// A writer that fails does so every time, and knows it.
		_, _ = io.WriteString(w, separator)
		_, _ = w.Write(part.response.Bytes())
		separator = ","
	}
	_, _ = io.WriteString(w, "]")
}

// splitBatch reads the requests of a batch, each into an exchange of its own that shares the input of x.
func (h *Handler) splitBatch(x *exchange) ([]*exchange, *failure) {
	if !utf8.Valid(x.input) {
		return nil, unreadable(errNotUTF8)
	}
	var parts []*exchange
	p := reading(x.input)
	p.Accept('[')
	for more := !p.Accept(']'); more; more = p.More(']') {
		if len(parts) == h.opts.MaxBatch {
			return parts, &failure{http.StatusBadRequest, CodeBatchTooLarge,
				"The batch holds more than the allowed " + strconv.Itoa(h.opts.MaxBatch) + " requests."}
		}
		part := newExchange()
		parts = append(parts, part)
		part.handler, part.accepted = h, x.accepted
		part.response.budget = x.response.budget
		part.request.Header, part.request.RemoteAddr = x.request.Header, x.request.RemoteAddr
		part.request.ShowPlan, part.request.QueryOnly = x.request.ShowPlan, x.request.QueryOnly
		if err := p.request(&part.request); err != nil {
			return parts, unreadable(err)
		}
	}
	switch err := p.fault(); {
	case err != nil:
		return parts, unreadable(err)
	case len(parts) == 0:
		return nil, failEmptyBatch
	case !p.AtEnd():
		return parts, unreadable(errSyntaxAfter)
	}
	return parts, nil
}
