package server

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// told is an engine whose answers say what a test wants.
type told struct{ answer Response }

func (e *told) Execute(_ context.Context, _ *Request, resp *Response) {
	resp.CacheControl, resp.Vary, resp.Outcome, resp.Operation = e.answer.CacheControl, e.answer.Vary, e.answer.Outcome, e.answer.Operation
	resp.Body = append(resp.Buffer(), `{"data":{}}`...)
}

// TestWhatMayBeKeptNamesWhatItDependsOn looks at what caches in front hear of answers.
func TestWhatMayBeKeptNamesWhatItDependsOn(t *testing.T) {
	everywhere(t, testWhatMayBeKeptNamesWhatItDependsOn)
}

func testWhatMayBeKeptNamesWhatItDependsOn(t *testing.T, through through) {
	const get, post = http.MethodGet, http.MethodPost
	for _, c := range []struct {
		name, method string
		answer       Response
		compress     bool
		// before is a Vary header that something around the handler has set.
		before        string
		control, vary string
	}{
		{name: "nothing is said", method: get, vary: "Accept"},
		{name: "compressed", method: get, compress: true, vary: "Accept, Accept-Encoding"},
		{name: "public", method: get, answer: Response{CacheControl: "public, max-age=1"}, control: "public, max-age=1", vary: "Accept"},
		{name: "varied", method: get, answer: Response{CacheControl: "public, max-age=1", Vary: []string{"Accept-Language", "X-A"}}, compress: true,
			control: "public, max-age=1", vary: "Accept, Accept-Encoding, Accept-Language, X-A"},
		{name: "each name once", method: get, answer: Response{Vary: []string{"accept", "Accept-Encoding", "X-A", "ORIGIN"}}, compress: true, before: "Origin",
			vary: "Origin, Accept, Accept-Encoding, X-A"},
		{name: "with CORS", method: get, before: "Origin", vary: "Origin, Accept"},
		{name: "HEAD", method: http.MethodHead, answer: Response{Vary: []string{"X-A"}}, vary: "Accept, X-A"},
		{name: "private", method: get, answer: Response{CacheControl: "private", Vary: []string{"Authorization"}}, control: "private", vary: "Accept, Authorization"},
		{name: "with errors", method: get, answer: Response{Operation: OperationInfo{Errors: 1}}, control: "no-store", vary: "Accept"},
		{name: "with errors, but to be kept", method: get, answer: Response{CacheControl: "public, max-age=1", Operation: OperationInfo{Errors: 1}},
			control: "public, max-age=1", vary: "Accept"},
		{name: "rejected", method: get, answer: Response{Outcome: Rejected}, control: "no-store", vary: "Accept"},
		{name: "rejected, although to be kept", method: get, answer: Response{Outcome: Rejected, CacheControl: "public"}, control: "no-store", vary: "Accept"},
		{name: "not over GET", method: get, answer: Response{Outcome: NotAQuery}, control: "no-store", vary: "Accept"},
		{name: "POST", method: post, answer: Response{Vary: []string{"X-A"}}},
		{name: "POST, compressed", method: post, compress: true, vary: "Accept-Encoding"},
		{name: "POST, to be kept", method: post, answer: Response{CacheControl: "public, max-age=1", Vary: []string{"X-A"}}, control: "public, max-age=1", vary: "Accept, X-A"},
	} {
		handler := newTestHandler(t, func(o *Options) { o.Engine, o.Compress = &told{c.answer}, c.compress })
		h := through(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c.before != "" {
				w.Header().Set("Vary", c.before)
			}
			handler.ServeHTTP(w, r)
		}))
		test := exchangeTest{name: c.name, method: c.method, body: `{"query":"{a}"}`, status: 200}
		if c.method != post {
			test.target, test.body = "/graphql?query={a}", ""
		}
		if c.answer.Outcome == NotAQuery {
			test.status = 405
		}
		header := test.run(t, h).Header
		if got := header.Get("Cache-Control"); got != c.control {
			t.Errorf("%s: Cache-Control %q, want %q", c.name, got, c.control)
		}
		if got := strings.Join(header["Vary"], ", "); got != c.vary {
			t.Errorf("%s: Vary %q, want %q", c.name, got, c.vary)
		}
	}
}

// TestFailuresAreNotKept has requests that do not get to the engine.
func TestFailuresAreNotKept(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.MaxConcurrent = 1 })
	h.inFlight.Add(1)
	for target, status := range map[string]int{
		"/graphql?query=%zz": 400, "/graphql?query={a}": 503, "/graphql?extensions={\"persistedQuery\":{}}": 503,
	} {
		header := exchangeTest{name: target, method: http.MethodGet, target: target, status: status}.run(t, h).Header
		if header.Get("Cache-Control") != "no-store" || header.Get("Vary") != "Accept" {
			t.Errorf("%s: %v", target, header)
		}
	}
	h.inFlight.Add(-1)
	persisted := exchangeTest{name: "persisted", method: http.MethodGet, target: "/graphql?extensions={\"persistedQuery\":{}}", status: 200}
	if header := persisted.run(t, h).Header; header.Get("Cache-Control") != "no-store" {
		t.Errorf("a persisted query that is not known: %v", header)
	}
}
