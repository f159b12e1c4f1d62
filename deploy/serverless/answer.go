package serverless

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"unicode/utf8"
)

// recorded is an answer in one piece.
type recorded struct {
	status   int
	header   http.Header
	body     bytes.Buffer
	most     int
	tooLarge bool
}

var errTooLarge = errors.New("the answer is longer than the platform takes")

func (a *recorded) Header() http.Header { return a.header }

func (a *recorded) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
}

func (a *recorded) Write(text []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.body.Len()+len(text) > a.most {
		a.tooLarge = true
		return 0, errTooLarge
	}
	return a.body.Write(text)
}

// Flush does nothing: all of the answer leaves together.
func (a *recorded) Flush() {}

func refusal(status int, body []byte) *recorded {
	a := &recorded{header: http.Header{}, most: len(body)}
	write(a, status, body)
	return a
}

var (
	tooLarge = refused("RESPONSE_TOO_LARGE",
		"The answer is longer than the platform lets pass in one piece. Ask for less, page by page, or serve with streaming.")
	tooLate = refused("REQUEST_TIMEOUT", "The function's time is over. Ask for less at a time, or give the function more time.")
	broken  = refused("INTERNAL_SERVER_ERROR", "internal server error")
)

// answer lets a handler answer a request, in the time that it has.
func answer(handler http.Handler, r *http.Request, most int) *recorded {
	done := make(chan *recorded, 1)
	go func() {
		a := &recorded{header: http.Header{}, most: most}
		defer func() {
			cause := recover()
			switch {
			case a.tooLarge:
				a = refusal(http.StatusInternalServerError, tooLarge)
			case r.Context().Err() != nil && a.status == 0:
				a = refusal(http.StatusGatewayTimeout, tooLate)
			case cause != nil:
				complain(cause)
				a = refusal(http.StatusInternalServerError, broken)
			}
			done <- a
		}()
		handler.ServeHTTP(a, r)
	}()
	select {
	case a := <-done:
		return a
	case <-r.Context().Done():
		return refusal(http.StatusGatewayTimeout, tooLate)
	}
}

// complain tells of a panic that was not the handler's way to break an answer off.
func complain(cause any) {
	if cause != http.ErrAbortHandler {
		slog.Error("a request panicked", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
	}
}

// form is an answer in the form of all callers; each finds what it knows.
type form struct {
	Status            int                 `json:"statusCode"`
	Description       string              `json:"statusDescription,omitempty"`
	Headers           map[string]string   `json:"headers,omitempty"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	Cookies           []string            `json:"cookies,omitempty"`
	Body              string              `json:"body"`
	Base64            bool                `json:"isBase64Encoded"`
}

// encode writes the answer in the form that the caller reads, or one that says that it is too long.
func (a *recorded) encode(e *event, most int) json.RawMessage {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	f := form{Status: a.status}
	f.headers(a.header, e)
	if text := a.body.Bytes(); utf8.Valid(text) && a.header.Get("Content-Encoding") == "" {
		f.Body = a.body.String()
	} else {
		f.Body, f.Base64 = base64.StdEncoding.EncodeToString(text), true
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)              // which would make it longer
	if err := encoder.Encode(f); err != nil { // strings, numbers and lists of them can always be written
		panic(err)
	}
	if out.Len() > most {
		return refusal(http.StatusInternalServerError, tooLarge).encode(e, most)
	}
	return out.Bytes()
}

// headers writes headers as the caller reads them.
func (f *form) headers(header http.Header, e *event) {
	header.Del("Content-Length") // the platform counts
	switch e.kind() {
	case loadBalancer:
		f.Description = fmt.Sprint(f.Status, " ", http.StatusText(f.Status))
		if len(e.MultiValueHeaders) > 0 {
			f.MultiValueHeaders = header
			return
		}
		// Such a load balancer has place for one cookie: the last one set.
		f.Headers, f.Cookies = single(header)
		if n := len(f.Cookies); n > 0 {
			f.Headers["Set-Cookie"], f.Cookies = f.Cookies[n-1], nil
		}
	case httpAPI, functionURL:
		f.Headers, f.Cookies = single(header)
	default:
		f.MultiValueHeaders = header
	}
}

// single joins the values of each header, but not cookies, which cannot be joined.
func single(header http.Header) (joined map[string]string, cookies []string) {
	joined = make(map[string]string, len(header))
	for name, values := range header {
		if name == "Set-Cookie" {
			cookies = values
			continue
		}
		joined[name] = strings.Join(values, ", ")
	}
	return joined, cookies
}
