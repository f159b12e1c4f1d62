package router_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// bombs are documents of 1 MB that are beyond a limit.
func bombs() map[string]string {
	const size = 1<<20 - 64
	many := func(format string, size int) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	return map[string]string{
		"aliases":            "{" + many("a%d:__typename ", size) + "}",
		"long aliases":       "{" + many("a%060d:__typename ", size) + "}",
		"fields":             "{" + many("__typename ", size) + "}",
		"directives":         "{" + many("__typename @skip(if:false)", size) + "}",
		"fragments":          "{...F}fragment F on Query{" + many("a%d:__typename ", size) + "}",
		"many fragments":     "{" + many("...F%d ", size/5) + "}" + many("fragment F%d on Query{a:__typename b:__typename c:__typename}", size*4/5),
		"strings":            "{" + many(`a%d:person(id:"`+strings.Repeat("x", 50)+`"){id}`, size) + "}",
		"several operations": strings.Repeat("query A{__typename}", 20) + "{" + many("a%d:__typename ", size) + "}",
	}
}

// BenchmarkBombs refuses them, each another document.
func BenchmarkBombs(b *testing.B) {
	for name, bomb := range bombs() {
		b.Run(name, func(b *testing.B) {
			r := moduletest.New(b, "limits: {body_bytes: 2MB}", nil)
			const mark = "#00000000\n"
			body := []byte(`{"query":` + strconv.Quote(mark+bomb) + `}`)
			at := bytes.Index(body, []byte("00000000"))
			i, began := 0, processorTime(b)
			for b.Loop() {
				i++
				copy(body[at:], fmt.Sprintf("%08d", i))
				req := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
				req.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				r.Router.ServeHTTP(rec, req)
				if !bytes.Contains(rec.Body.Bytes(), []byte("_LIMIT")) {
					b.Fatal(rec.Body.String())
				}
			}
			b.ReportMetric(float64(processorTime(b)-began)/float64(i), "cpu-ns/op")
		})
	}
}

// processorTime is the time that processors have spent on this process, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
