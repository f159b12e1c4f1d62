package http1

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// answers are handlers that use a ResponseWriter in every way that is served here.
var answers = map[string]http.HandlerFunc{
	"nothing": func(http.ResponseWriter, *http.Request) {},
	"empty":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil) },
	"small":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "small") },
	"html":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
	"html in pieces": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<ht")
		_, _ = io.WriteString(w, "ml>"+strings.Repeat("x", 5000))
	},
	"kept":    func(w http.ResponseWriter, _ *http.Request) { write(w, holdBack) },
	"chunked": func(w http.ResponseWriter, _ *http.Request) { write(w, holdBack+1) },
	"in pieces": func(w http.ResponseWriter, _ *http.Request) {
		write(w, 1, 2, 300, 1000, 2000, 70_000, 1, 4000, 5000, 100)
	},
	"gzip":    func(w http.ResponseWriter, _ *http.Request) { set(w, "Content-Encoding", "gzip"); write(w, 10) },
	"no type": func(w http.ResponseWriter, _ *http.Request) { w.Header()["Content-Type"] = nil; write(w, 10) },
	"counted": func(w http.ResponseWriter, _ *http.Request) { set(w, "Content-Length", "5000"); write(w, 5000) },
	"counted up": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Content-Length", "9001")
		write(w, 1, 5000, 1000, 3000)
	},
	"too little": func(w http.ResponseWriter, _ *http.Request) { set(w, "Content-Length", "9"); write(w, 8) },
	"too much": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Content-Length", "9")
		write(w, 9)
		if _, err := w.Write([]byte("x")); !errors.Is(err, http.ErrContentLength) {
			panic(err)
		}
	},
	"not a length":    func(w http.ResponseWriter, _ *http.Request) { set(w, "Content-Length", "x"); write(w, 9) },
	"an empty length": func(w http.ResponseWriter, _ *http.Request) { set(w, "Content-Length", ""); write(w, 9) },
	"both framings": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Content-Length", "9")
		set(w, "Transfer-Encoding", "chunked")
		write(w, 9)
	},
	"says chunked":  func(w http.ResponseWriter, _ *http.Request) { set(w, "Transfer-Encoding", "chunked"); write(w, 9) },
	"says identity": func(w http.ResponseWriter, _ *http.Request) { set(w, "Transfer-Encoding", "identity"); write(w, 9) },
	"says gzip":     func(w http.ResponseWriter, _ *http.Request) { set(w, "Transfer-Encoding", "gzip"); write(w, 9) },
	"closes":        func(w http.ResponseWriter, _ *http.Request) { set(w, "Connection", "close"); write(w, 9) },
	"keeps":         func(w http.ResponseWriter, _ *http.Request) { set(w, "Connection", "keep-alive"); write(w, 9) },
	"closes and more": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Connection", "x, close")
		set(w, "Content-Length", "3")
		write(w, 1)
	},
	"closes with identity": func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Connection"] = []string{"x", "y"}
		set(w, "Transfer-Encoding", "identity")
		set(w, "Zzz", "z")
		write(w, 9)
	},
	"dated":        func(w http.ResponseWriter, _ *http.Request) { set(w, "Date", "today"); write(w, 9) },
	"not dated":    func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil; write(w, 9) },
	"teapot":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot); write(w, 9) },
	"no content":   func(w http.ResponseWriter, _ *http.Request) { noBody(w, http.StatusNoContent) },
	"not modified": func(w http.ResponseWriter, _ *http.Request) { noBody(w, http.StatusNotModified) },
	"own status":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(799); write(w, 9) },
	"two statuses": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(500); write(w, 9) },
	"no status":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(1000) },
	"late header": func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		set(w, "Early", "1")
		w.WriteHeader(http.StatusAccepted)
		h.Set("Late", "1")
		set(w, "Early", "2")
		write(w, 3000)
	},
	"odd headers": func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["B"], h["a"], h["not a name"], h[""], h["none"] = []string{"2", "1"}, []string{"lower"}, []string{"x"}, []string{"y"}, nil
		h["Split"], h["content-length"] = []string{" a\r\nEvil: b\n\t"}, []string{"7"}
		for i := range 20 {
			h.Add(fmt.Sprintf("Many-%d", i), strings.Repeat("x", 500))
		}
		write(w, 9)
	},
	"flushes": func(w http.ResponseWriter, _ *http.Request) {
		f := w.(http.Flusher)
		f.Flush()
		write(w, 9)
		f.Flush()
		f.Flush()
		write(w, 9, 5000, 9)
	},
	"flushes counted": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Content-Length", "18")
		write(w, 9)
		_ = http.NewResponseController(w).Flush()
		write(w, 9)
	},
	"sets deadlines": func(w http.ResponseWriter, _ *http.Request) {
		c := http.NewResponseController(w)
		fmt.Fprint(w, c.SetReadDeadline(time.Now().Add(time.Hour)), c.SetWriteDeadline(time.Now().Add(time.Hour)))
	},
	"is too late": func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second))
		write(w, 9000)
	},
	"aborts": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"panics": func(w http.ResponseWriter, _ *http.Request) { write(w, 9); panic("by intent") },
	"panics counted": func(w http.ResponseWriter, _ *http.Request) {
		set(w, "Content-Length", "5001")
		write(w, 5000, 1)
		panic("by intent")
	},
	"panics chunked": func(w http.ResponseWriter, _ *http.Request) { write(w, 5000, 1); panic("by intent") },
	"reads":          func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, drain(r.Body)) },
	"reads later":    func(w http.ResponseWriter, r *http.Request) { write(w, 3000); fmt.Fprint(w, drain(r.Body)) },
	"reads some":     func(w http.ResponseWriter, r *http.Request) { _, _ = r.Body.Read(make([]byte, 3)); write(w, 3000) },
	"reads twice": func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, drain(r.Body), drain(r.Body), r.Body.Close(), drain(r.Body), r.Body.Close())
	},
	"closes the body": func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Body.Close(), drain(r.Body)) },
	"limits": func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, drain(http.MaxBytesReader(w, r.Body, 1<<20)), http.StatusRequestEntityTooLarge)
	},
	"another body": func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader("x"))
		fmt.Fprint(w, drain(r.Body))
	},
	"redirects": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/small", http.StatusFound) },
	"form": func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.FormValue("a"), r.ParseMultipartForm(1), r.Form)
	},
	"context": func(w http.ResponseWriter, r *http.Request) {
		type key struct{}
		ctx, cancel := context.WithCancel(context.WithValue(r.Context(), key{}, "value"))
		cancel()
		_, limited := ctx.Deadline()
		fmt.Fprint(w, ctx.Err(), ctx.Value(key{}), ctx.Value(http.ServerContextKey) != nil, limited)
	},
}

func set(w http.ResponseWriter, name, value string) { w.Header().Set(name, value) }

// write writes pieces of such lengths.
func write(w http.ResponseWriter, lengths ...int) {
	for i, n := range lengths {
		if got, err := w.Write([]byte(strings.Repeat(string(rune('a'+i)), n))); got != n && err == nil {
			panic("a short write")
		}
	}
}

// noBody sends all that an answer without a body must not have.
func noBody(w http.ResponseWriter, status int) {
	set(w, "Content-Type", "text/plain")
	set(w, "Content-Length", "4")
	set(w, "Transfer-Encoding", "chunked")
	w.WriteHeader(status)
	if _, err := w.Write([]byte("body")); !errors.Is(err, http.ErrBodyNotAllowed) {
		panic(err)
	}
}

func drain(r io.Reader) string {
	body, err := io.ReadAll(r)
	return fmt.Sprint(len(body), " bytes, ", err, "; ")
}

// TestAnswersAreTheSame lets each of the handlers answer each kind of request, and the connection go on.
func TestAnswersAreTheSame(t *testing.T) {
	p := startPair(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set(w, "X-Method", r.Method)
		if answer := answers[strings.ReplaceAll(strings.Trim(r.URL.Path, "/"), "-", " ")]; answer != nil {
			answer(w, r)
		}
	}))
	bodies := []int{0, 5, 3000, maxDiscard - 1, maxDiscard + 1, 2 * maxDiscard}
	for name := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "/" + strings.ReplaceAll(name, " ", "-")
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				request := method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"
				p.compare(t, []byte(request+request+last))
			}
			for _, n := range bodies {
				head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", path, n)
				p.compare(t, []byte(head+strings.Repeat("x", n)+last))
			}
		})
	}
}

func TestInterimAnswersAreNotSent(t *testing.T) {
	c := dial(t, start(t, New(options(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusAccepted)
	})))))
	c.send(get)
	if resp, _ := c.answer(); resp.StatusCode != http.StatusAccepted {
		t.Errorf("%s", resp.Status)
	}
}

func TestTheDateIsRenewed(t *testing.T) {
	today.Store(&dated{0, []byte("long ago")})
	if at, err := http.ParseTime(string(date())); err != nil || time.Since(at) > time.Minute {
		t.Errorf("it is %s, %v", at, err)
	}
}

func TestUploadedFilesAreRemoved(t *testing.T) {
	var file string
	addr := start(t, New(options(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if file != "" {
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("%s is still there", file)
			}
			return
		}
		if err := r.ParseMultipartForm(0); err != nil {
			t.Error(err)
			return
		}
		upload, err := r.MultipartForm.File["f"][0].Open()
		if err != nil {
			t.Error(err)
			return
		}
		file = upload.(*os.File).Name()
		_ = upload.Close()
	}))))
	body := "--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n" + strings.Repeat("x", 11<<20) + "\r\n--b--\r\n"
	c := dial(t, addr)
	c.send(strings.Replace(post(body), "application/json", "multipart/form-data; boundary=b", 1) + get)
	c.answer()
	c.answer()
}
