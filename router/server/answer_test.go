package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// growing is an engine whose answers are as large as the operation's name says, if there is room for them.
type growing struct {
	// printed is called when an answer is there, before it is sent; it may be nil.
	printed func(resp *Response)
}

const noRoom = `{"data":null}`

func (g *growing) Execute(_ context.Context, req *Request, resp *Response) {
	size, _ := strconv.Atoi(string(req.OperationName))
	if out, ok := resp.Grow(resp.Buffer(), size); ok {
		resp.Body = append(out, strings.Repeat("x", size)...)
	} else {
		resp.Body = append(resp.Buffer(), noRoom...)
	}
	if g.printed != nil {
		g.printed(resp)
	}
}

// postTo sends a body.
func postTo(h http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func answerOf(n int) string { return `{"query":"{a}","operationName":"` + strconv.Itoa(n) + `"}` }

// TestLargeAnswersShareABudget asks for answers while another one takes most of the memory there is for them, in
// every way in which an answer can end: the budget is always whole again.
func TestLargeAnswersShareABudget(t *testing.T) {
	const all = 2 << 20
	engine := &growing{}
	h, err := NewHandler(Options{
		Engine: engine, MaxAnswersBytes: all, MaxBatch: 5, Compress: true, CompressAbove: 1 << 10, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	const large = 1200 << 10
	within := func(ask func()) {
		t.Helper()
		engine.printed = func(*Response) {
			engine.printed = nil
			ask()
		}
		if rec := postTo(h, answerOf(large)); rec.Body.Len() != large {
			t.Errorf("the first answer has %d bytes", rec.Body.Len())
		}
		if left := h.answers.Left(); left != all {
			t.Fatalf("%d bytes of the budget are left, expected all %d", left, all)
		}
	}
	for name, test := range map[string]struct {
		body  string
		bytes int
	}{
		"a large one":           {answerOf(large), len(noRoom)},
		"a small one":           {answerOf(60 << 10), 60 << 10},
		"a batch of small ones": {"[" + answerOf(50<<10) + "," + answerOf(50<<10) + "]", 2*50<<10 + 3},
		"a batch":               {"[" + answerOf(50<<10) + "," + answerOf(large) + "]", 50<<10 + len(noRoom) + 3},
	} {
		within(func() {
			if rec := postTo(h, test.body); rec.Body.Len() != test.bytes {
				t.Errorf("%s: %d bytes, expected %d", name, rec.Body.Len(), test.bytes)
			}
		})
	}
	within(func() {
		engine.printed = func(*Response) { panic("broken") }
		if rec := postTo(h, answerOf(200<<10)); rec.Code != http.StatusInternalServerError {
			t.Errorf("a panic: %d", rec.Code)
		}
	})
	within(func() {
		engine.printed = func(resp *Response) {
			resp.Share(2)
			resp.Shared.Release()
		}
		if rec := postTo(h, answerOf(200<<10), "Accept-Encoding", "gzip"); rec.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("a shared answer: %v", rec.Header())
		}
	})
	within(func() {
		engine.printed = func(resp *Response) { resp.Body = resp.Body[:0]; resp.discard() }
		if rec := postTo(h, answerOf(200<<10)); rec.Body.Len() != 0 {
			t.Errorf("an answer that is taken back: %d bytes", rec.Body.Len())
		}
	})
}

// TestVeryLargeAnswersAreNotCopied sends answers, in one piece and in a batch, that are compressed or joined while
// they leave.
func TestVeryLargeAnswersAreNotCopied(t *testing.T) {
	h := newTestHandler(t, func(o *Options) {
		o.Engine, o.MaxBatch, o.Compress, o.CompressAbove = &growing{}, 3, true, 1<<10
	})
	s := httptest.NewServer(h)
	defer s.Close()
	const large = 3 << 20
	for body, want := range map[string]string{
		answerOf(large): strings.Repeat("x", large),
		"[" + answerOf(large) + "," + answerOf(3) + "]": "[" + strings.Repeat("x", large) + ",xxx]",
	} {
		for _, encoding := range []string{"", "gzip", "zstd"} {
			r, err := http.NewRequest(http.MethodPost, s.URL+"/graphql", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept-Encoding", encoding)
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := decoded(resp)
			if err != nil || string(got) != want || resp.Header.Get("Content-Encoding") != encoding || resp.StatusCode != http.StatusOK {
				t.Errorf("%q: %v, %d bytes, expected %d, headers %v", encoding, err, len(got), len(want), resp.Header)
			}
		}
	}
}
