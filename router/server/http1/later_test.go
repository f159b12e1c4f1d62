package http1

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// lasting is a request whose answer goes on when its handler has returned: with each of the parts, until there is no
// more.
type lasting struct {
	ctx   context.Context
	parts chan string
}

// answerLater is a handler that tells of its requests.
func answerLater(requests chan<- lasting) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		flush := func() {
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
		}
		_, _ = io.WriteString(w, "begun,")
		flush()
		w.(interface{ Later(func()) }).Later(func() {
			l := lasting{r.Context(), make(chan string)}
			requests <- l
			for part := range l.parts {
				if part == "panic" {
					panic("by intent")
				}
				_, _ = io.WriteString(w, part)
				flush()
			}
		})
	})
}

// TestWhatIsDoneLater has answers go on when their handler has returned, on a connection with further requests, some of
// which are sent ahead.
func TestWhatIsDoneLater(t *testing.T) {
	requests := make(chan lasting, 1)
	ours := New(options(answerLater(requests)))
	c := dial(t, start(t, ours))
	long := strings.Repeat("x", 10_000)
	for range 3 {
		c.send(post("{}") + get)
		for range 2 {
			l := <-requests
			for _, part := range []string{"one,", long, ",two"} {
				l.parts <- part
			}
			if l.ctx.Err() != nil {
				t.Error("the request has ended:", l.ctx.Err())
			}
			close(l.parts)
			if _, body := c.answer(); body != "begun,one,"+long+",two" {
				t.Fatalf("%d bytes: %.40q", len(body), body)
			}
			<-l.ctx.Done()
		}
	}
	c.send(get)
	l := <-requests
	_ = c.Close()
	<-l.ctx.Done() // the client has left, which is found out meanwhile, too
	close(l.parts)
}

// TestPanicsLater breaks answers off, as a panic of the handler does.
func TestPanicsLater(t *testing.T) {
	requests := make(chan lasting, 1)
	var log strings.Builder
	s := options(answerLater(requests))
	s.ErrorLog.SetOutput(&log)
	c := dial(t, start(t, New(s)))
	c.send(get)
	l := <-requests
	l.parts <- "panic"
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err == nil || string(body) != "begun," {
		t.Errorf("%q came, and looks complete: %v", body, err)
	}
	<-l.ctx.Done()
	if !strings.Contains(log.String(), "by intent") {
		t.Errorf("the log says %q", log.String())
	}
}
