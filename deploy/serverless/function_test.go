package serverless_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weft-graphql/weft/deploy/serverless"
)

// recordedEvent is what the platform sends, with some of it replaced.
func recordedEvent(t *testing.T, name string, replace ...string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(replace); i += 2 {
		if !strings.Contains(string(text), replace[i]) {
			t.Fatalf("%s has no %s", name, replace[i])
		}
		text = []byte(strings.ReplaceAll(string(text), replace[i], replace[i+1]))
	}
	return text
}

// answered is an answer as its caller reads it: events' own types, whose fields the platform knows.
type answered struct {
	status      int
	header      http.Header
	cookies     []string
	body        string
	description string
}

func invoke(t *testing.T, handler http.Handler, options serverless.Options, payload []byte) answered {
	t.Helper()
	result, err := serverless.NewFunction(handler, options).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := result.(json.RawMessage)
	if !ok {
		t.Fatalf("the answer is a %T", result)
	}
	var to struct {
		events.APIGatewayV2HTTPResponse
		StatusDescription string `json:"statusDescription"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&to); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	a := answered{to.StatusCode, http.Header{}, to.Cookies, to.Body, to.StatusDescription}
	for name, value := range to.Headers {
		a.header.Add(name, value)
	}
	for name, values := range to.MultiValueHeaders {
		a.header[name] = values
	}
	if to.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(to.Body)
		if err != nil {
			t.Fatal(err)
		}
		a.body = string(body)
	}
	return a
}

// TestEventsAreRequests has a handler see the same request, whoever brings it.
func TestEventsAreRequests(t *testing.T) {
	for name, want := range map[string]struct {
		host   string
		tags   []string
		header []string
	}{
		"rest":           {"api.example.com", []string{"x&", "y z"}, []string{"a", "b"}},
		"http":           {"a1b2c3.execute-api.eu-central-1.amazonaws.com", []string{"x&", "y z"}, []string{"a,b"}},
		"url":            {"abcdefg.lambda-url.eu-central-1.on.aws", []string{"x&", "y z"}, []string{"a,b"}},
		"balancer":       {"weft-1234567.eu-central-1.elb.amazonaws.com", []string{"y z"}, []string{"b"}},
		"balancer-multi": {"weft-1234567.eu-central-1.elb.amazonaws.com", []string{"x&", "y z"}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			seen := false
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = true
				body, err := io.ReadAll(r.Body)
				a, _ := r.Cookie("a")
				b, _ := r.Cookie("b")
				got := fmt.Sprint(r.Method, r.URL.Path, r.RemoteAddr, string(body), err, a, b, r.Header.Get("Content-Type"))
				if want := `POST/graphql203.0.113.9:0{"query":"{ name }"}<nil> a=1 b=2application/json`; got != want {
					t.Errorf("the request is\n%s, want\n%s", got, want)
				}
				if got := r.URL.Query(); !reflect.DeepEqual(got["tag"], want.tags) || !got.Has("empty") {
					t.Errorf("the query is %v", got)
				}
				if r.Host != want.host || !reflect.DeepEqual(r.Header["X-Tag"], want.header) || r.Header.Get("Host") != "" {
					t.Errorf("host %s, headers %v", r.Host, r.Header)
				}
				if r.ContentLength != int64(len(body)) {
					t.Errorf("the length is %d", r.ContentLength)
				}
			})
			invoke(t, handler, serverless.Options{Prefix: "/shop"}, recordedEvent(t, name))
			if !seen {
				t.Error("nobody was asked")
			}
		})
	}
}

// TestAnswersAreWhatTheCallerReads looks at status, headers, cookies and body of an answer to each.
func TestAnswersAreWhatTheCallerReads(t *testing.T) {
	handler := func(body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Vary"] = []string{"Accept", "Origin"}
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, body)
		})
	}
	text, binary := `{"data":{"name":"<Ada> & \"Zoë\""}}`, "\x1f\x8b\x00"
	for name, want := range map[string]struct {
		vary, inHeader, cookies []string
		description             string
	}{
		"rest":           {[]string{"Accept", "Origin"}, []string{"a=1", "b=2"}, nil, ""},
		"http":           {[]string{"Accept, Origin"}, nil, []string{"a=1", "b=2"}, ""},
		"url":            {[]string{"Accept, Origin"}, nil, []string{"a=1", "b=2"}, ""},
		"balancer":       {[]string{"Accept, Origin"}, []string{"b=2"}, nil, "418 I'm a teapot"},
		"balancer-multi": {[]string{"Accept", "Origin"}, []string{"a=1", "b=2"}, nil, "418 I'm a teapot"},
	} {
		for _, body := range []string{text, binary, ""} {
			got := invoke(t, handler(body), serverless.Options{}, recordedEvent(t, name))
			if got.status != http.StatusTeapot || got.description != want.description || got.body != body {
				t.Errorf("%s: the answer is %+v", name, got)
			}
			if !reflect.DeepEqual(got.header["Vary"], want.vary) || !reflect.DeepEqual(got.header["Set-Cookie"], want.inHeader) ||
				!reflect.DeepEqual(got.cookies, want.cookies) || got.header.Get("Content-Length") != "" {
				t.Errorf("%s: the headers are %v, the cookies %v", name, got.header, got.cookies)
			}
		}
	}
}

// TestAnswersThatAreTooLongSaySo does not leave it to the platform, whose error says nothing.
func TestAnswersThatAreTooLongSaySo(t *testing.T) {
	for name, most := range map[string]int{"url": 6 << 20, "balancer": 1 << 20} {
		for body, fits := range map[string]bool{
			strings.Repeat("a", most-1000): true, strings.Repeat("a", most): false,
			strings.Repeat("\"", most-1000): false, strings.Repeat("\xff", most*3/4-1000): true, strings.Repeat("\xff", most*3/4): false,
		} {
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for len(body) > 0 {
					n, err := io.WriteString(w, body[:min(len(body), 1<<16)])
					if err != nil {
						panic(http.ErrAbortHandler)
					}
					body = body[n:]
				}
			})
			length := len(body)
			got := invoke(t, handler, serverless.Options{}, recordedEvent(t, name))
			switch {
			case fits && (got.status != 200 || len(got.body) != length):
				t.Errorf("%s: %d bytes are answered %d with %d bytes", name, length, got.status, len(got.body))
			case !fits && (got.status != 500 || !strings.Contains(got.body, `"code":"RESPONSE_TOO_LARGE"`)):
				t.Errorf("%s: %d bytes are answered %d: %.200s", name, length, got.status, got.body)
			}
		}
	}
}

// TestWhatHasNoEndIsRefused asks for WebSockets and streams of events.
func TestWhatHasNoEndIsRefused(t *testing.T) {
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler is asked") })
	for what, payload := range map[string][]byte{
		"a message over a WebSocket": recordedEvent(t, "websocket"),
		"an upgrade":                 recordedEvent(t, "url", `"x-tag": "a,b"`, `"upgrade": "websocket"`),
		"a stream of events":         recordedEvent(t, "http", `"x-tag": "a,b"`, `"accept": "text/event-stream"`),
	} {
		got := invoke(t, serverless.WithoutStreams(never), serverless.Options{}, payload)
		if got.status != http.StatusNotImplemented || !strings.Contains(got.body, "SUBSCRIPTION_NOT_SUPPORTED") {
			t.Errorf("%s is answered %d: %s", what, got.status, got.body)
		}
	}
}

// TestMishaps has handlers that panic and that wait for too long, bodies that are none, and events of others.
func TestMishaps(t *testing.T) {
	panics := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no") })
	if got := invoke(t, panics, serverless.Options{}, recordedEvent(t, "url")); got.status != 500 || !strings.Contains(got.body, "INTERNAL_SERVER_ERROR") {
		t.Errorf("a panic is answered %d: %s", got.status, got.body)
	}
	if got := invoke(t, panics, serverless.Options{}, recordedEvent(t, "url", "eyJxdW", "!")); got.status != 400 {
		t.Errorf("a body that is no base64 is answered %d: %s", got.status, got.body)
	}
	for _, payload := range []string{`{"Records":[{"eventSource":"aws:sqs"}]}`, `[]`, `{`, `null`} {
		if got, err := serverless.NewFunction(panics, serverless.Options{}).Invoke(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s is answered %v", payload, got)
		}
	}
	released := make(chan struct{})
	waits := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); close(released) })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	result, err := serverless.NewFunction(waits, serverless.Options{}).Invoke(ctx, recordedEvent(t, "url"))
	if text, _ := result.(json.RawMessage); err != nil || !strings.Contains(string(text), `"statusCode":504`) {
		t.Errorf("a handler that waits is answered %s (%v)", text, err)
	}
	<-released
}

// TestStreamedAnswersLeaveWhileTheyAreWritten reads the head and a first part before the second is written.
func TestStreamedAnswersLeaveWhileTheyAreWritten(t *testing.T) {
	for _, name := range []string{"url", "rest"} {
		read := make(chan struct{})
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "multipart/mixed")
			w.Header().Add("Set-Cookie", "a=1")
			_, _ = io.WriteString(w, "first")
			w.(http.Flusher).Flush()
			<-read
			_, _ = io.WriteString(w, strings.Repeat("s", 7<<20))
		})
		result, err := serverless.NewFunction(handler, serverless.Options{Streaming: true}).Invoke(t.Context(), recordedEvent(t, name))
		if err != nil {
			t.Fatal(err)
		}
		body := result.(io.ReadCloser)
		if kind := result.(interface{ ContentType() string }).ContentType(); kind != "application/vnd.awslambda.http-integration-response" {
			t.Errorf("the answer is %s", kind)
		}
		head := make([]byte, 0, 200)
		for !bytes.HasSuffix(head, []byte("\x00\x00\x00\x00\x00\x00\x00\x00first")) {
			var one [1]byte
			if _, err := body.Read(one[:]); err != nil {
				t.Fatalf("%s then %v", head, err)
			}
			head = append(head, one[0])
		}
		prelude := `{"statusCode":200,"headers":{"Content-Type":"multipart/mixed"},"cookies":["a=1"]}`
		if !bytes.HasPrefix(head, []byte(prelude+"\x00")) {
			t.Errorf("the head is %q", head)
		}
		close(read)
		if rest, err := io.ReadAll(body); err != nil || len(rest) != 7<<20 {
			t.Errorf("the rest has %d bytes (%v)", len(rest), err)
		}
		_ = body.Close()
	}
}

// TestStreamsThatBreakOffSaySo has an answer that ends with a panic, one that ends before its head, and a reader that goes.
func TestStreamsThatBreakOffSaySo(t *testing.T) {
	streaming := func(handler http.HandlerFunc) (io.ReadCloser, error) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		t.Cleanup(cancel)
		result, err := serverless.NewFunction(handler, serverless.Options{Streaming: true}).Invoke(ctx, recordedEvent(t, "url"))
		if err != nil {
			return nil, err
		}
		return result.(io.ReadCloser), nil
	}
	body, err := streaming(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "a")
		panic(http.ErrAbortHandler)
	})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(body); err == nil {
		t.Errorf("an answer that breaks off looks whole: %q", text)
	}
	body, err = streaming(func(http.ResponseWriter, *http.Request) { panic("no") })
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(body); err != nil || !bytes.Contains(text, []byte(`{"statusCode":500`)) {
		t.Errorf("a panic is answered %q (%v)", text, err)
	}
	ended := make(chan error, 1)
	body, err = streaming(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		<-r.Context().Done()
		_, err := io.WriteString(w, "nobody reads this")
		ended <- err
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = body.Close()
	if err := <-ended; err == nil {
		t.Error("who writes is not told that nobody reads")
	}
}
