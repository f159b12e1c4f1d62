// Package runtimetest is Lambda's side of a custom runtime, for tests: it starts a bootstrap as Lambda does and hands it
// events over the runtime API.
package runtimetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Function is a running bootstrap.
type Function struct {
	// Ready is how long it took from its start until it asked for its first event: what Lambda calls the initialization.
	Ready time.Duration

	events  chan []byte
	answers chan Answer
	ended   chan struct{}
	err     error
	out     *output
}

// Answer is what the runtime API was told.
type Answer struct {
	// ContentType is that of the answer, and Body what it consists of.
	ContentType string
	Body        []byte
	// Failed tells that the function reported an error instead, or that the answer broke off.
	Failed bool
	// Took is the time from handing the event out.
	Took time.Duration
}

type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// timeout is what the function has for an event.
const timeout = 10 * time.Second

// Start starts a bootstrap in a directory until the test ends, and waits until it asks for an event.
func Start(t testing.TB, program, dir string, env ...string) *Function {
	t.Helper()
	f := &Function{events: make(chan []byte), answers: make(chan Answer, 1), ended: make(chan struct{}), out: &output{}}
	asked := make(chan struct{})
	var first sync.Once
	var given time.Time
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		first.Do(func() { close(asked) })
		select {
		case event := <-f.events:
			given = time.Now()
			h := w.Header()
			h.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
			h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(given.Add(timeout).UnixMilli(), 10))
			h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:111122223333:function:weft")
			_, _ = w.Write(event)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{outcome}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		f.answers <- Answer{
			r.Header.Get("Content-Type"), body,
			r.PathValue("outcome") != "response" || err != nil || r.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "",
			time.Since(given),
		}
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /2020-01-01/extension/register", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Lambda-Extension-Identifier", "0b1c2d3e")
		_, _ = io.WriteString(w, "{}")
	})
	mux.HandleFunc("GET /2020-01-01/extension/event/next", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	api := httptest.NewServer(mux)

	function := exec.Command(program)
	function.Dir = dir
	function.Stdout, function.Stderr = f.out, f.out
	function.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+api.Listener.Addr().String(), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512")
	function.Env = append(function.Env, env...)
	begin := time.Now()
	if err := function.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { f.err = function.Wait(); close(f.ended) }()
	t.Cleanup(func() {
		_ = function.Process.Signal(syscall.SIGTERM)
		_ = function.Process.Kill() // which Lambda does half a second later, if need be
		<-f.ended
		api.CloseClientConnections()
		api.Close()
	})
	select {
	case <-asked:
		f.Ready = time.Since(begin)
	case <-f.ended:
		t.Fatalf("the function ended before it asked for an event: %v\n%s", f.err, f.out)
	case <-time.After(time.Minute):
		t.Fatalf("the function does not ask for events:\n%s", f.out)
	}
	return f
}

// Failure starts a bootstrap that cannot serve, and returns what it says.
func Failure(t testing.TB, program, dir string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	function := exec.CommandContext(ctx, program)
	function.Dir = dir
	function.Env = append(append(os.Environ(), "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1"), env...)
	out, err := function.CombinedOutput()
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		t.Fatalf("it ended with %v:\n%s", err, out)
	}
	return string(out)
}

// Invoke hands an event out and returns the answer.
func (f *Function) Invoke(t testing.TB, event []byte) Answer {
	t.Helper()
	select {
	case f.events <- event:
	case <-f.ended:
		t.Fatalf("the function has ended: %v\n%s", f.err, f.out)
	}
	select {
	case answer := <-f.answers:
		return answer
	case <-f.ended:
		t.Fatalf("the function ended instead of answering: %v\n%s", f.err, f.out)
	}
	panic("unreachable")
}

// URL is an event of a function URL that asks for an operation.
func URL(query string, headers string) []byte {
	if headers != "" {
		headers = "," + headers
	}
	return fmt.Appendf(nil, `{"version":"2.0","rawPath":"/graphql","rawQueryString":"","headers":{"content-type":"application/json",`+
		`"host":"a.lambda-url.eu-central-1.on.aws"%s},"requestContext":{"domainName":"a.lambda-url.eu-central-1.on.aws",`+
		`"http":{"method":"POST","path":"/graphql","sourceIp":"203.0.113.9"},"stage":"$default"},"body":%s,"isBase64Encoded":false}`,
		headers, strconv.Quote(`{"query":`+strconv.Quote(query)+`}`))
}
