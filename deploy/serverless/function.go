// Package serverless makes an AWS Lambda function of an http.Handler: what API Gateway (REST and HTTP APIs), function
// URLs and Application Load Balancers send becomes a request, and what the handler writes their answer, in one piece or
// streamed.
//
// Answers have an end there, and who asks cannot be told anything later: subscriptions and WebSockets are refused.
package serverless

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

const (
	// maxAnswer is the most that Lambda takes of an answer in one piece, in bytes of JSON, and maxBalanced what a load
	// balancer takes. The platform replaces what is longer by an error that tells clients nothing.
	maxAnswer, maxBalanced = 6 << 20, 1 << 20
	// spare is the time for telling a client that there is no time left.
	spare = 250 * time.Millisecond
)

// Options say how a function is called.
type Options struct {
	// Prefix stands in front of paths and is taken away: the base path of a custom domain, for example "/shop". Stages of
	// HTTP APIs are taken away without it.
	Prefix string
	// Streaming says that the function's URL has the invoke mode RESPONSE_STREAM, or the REST API's integration the
	// transfer mode STREAM: answers leave while they are written, and may be longer than 6 MB. HTTP APIs and load balancers
	// cannot do that and get theirs in one piece.
	Streaming bool
}

// Start serves events with a handler until the platform ends the process. At the end, which the platform announces, it
// calls closing, which has half a second. Start does not return.
func Start(handler http.Handler, options Options, closing func()) {
	f := Function{handler, options}
	lambda.StartWithOptions(f.Invoke, lambda.WithEnableSIGTERM(closing))
}

// Function answers events with a handler.
type Function struct {
	handler http.Handler
	options Options
}

// NewFunction makes a function of a handler.
func NewFunction(handler http.Handler, options Options) *Function { return &Function{handler, options} }

// Invoke answers an event: the result is JSON, or an io.Reader when it is streamed. The error says that the event is no
// request.
func (f *Function) Invoke(ctx context.Context, payload json.RawMessage) (any, error) {
	e, err := read(payload)
	if err != nil {
		return nil, err
	}
	cancel := func() {}
	if deadline, ok := ctx.Deadline(); ok {
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-spare))
	}
	handler := f.handler
	r, err := e.request(ctx, f.options.Prefix)
	switch {
	case err != nil:
		handler, r = refuse(http.StatusBadRequest, refused("BAD_REQUEST", err.Error())), &http.Request{}
	case e.kind() == 0, r.Header.Get("Upgrade") != "": // a message over a WebSocket, or the wish for one
		handler = refuse(notImplemented, noStreams)
	}
	if f.options.Streaming && (e.kind() == functionURL || e.kind() == restAPI) {
		return stream(handler, r, cancel), nil
	}
	defer cancel()
	most := maxAnswer
	if e.kind() == loadBalancer {
		most = maxBalanced
	}
	return answer(handler, r, most).encode(e, most), nil
}

func refuse(status int, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, status, body) })
}

const notImplemented = http.StatusNotImplemented

var noStreams = refused("SUBSCRIPTION_NOT_SUPPORTED",
	"This is a serverless function: its answers have an end. Subscriptions and WebSockets need a router that runs as a process.")

// WithoutStreams refuses requests for streams of events, which would wait until the platform ends the function.
func WithoutStreams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			write(w, notImplemented, noStreams)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refused is the body of an answer to what is not executed.
func refused(code, message string) []byte {
	type extensions struct {
		Code string `json:"code"`
	}
	type one struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	text, _ := json.Marshal(map[string][]one{"errors": {{message, extensions{code}}}}) // strings can always be written
	return text
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
