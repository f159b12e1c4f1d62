package load

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompressedAnswersAreCheckedOnce(t *testing.T) {
	c, err := newChecker([]byte(expectedAnswer))
	if err != nil {
		t.Fatal(err)
	}
	right1, wrong1 := gzipped(t, expectedAnswer), gzipped(t, strings.Replace(expectedAnswer, `"a":1`, `"a":2`, 1))
	for range 3 {
		for _, test := range []struct {
			body     []byte
			encoding string
			want     verdict
			reason   string
		}{
			{right1, "gzip", right, ""},
			{wrong1, "gzip", wrong, "data.a: want 1, got 2"},
			{right1[:20], "gzip", wrong, "cannot be decompressed"},
			{right1, "", wrong, "not JSON"},
			{right1, "br", wrong, "was not asked for"},
			{[]byte(expectedAnswer), "gzip", wrong, "cannot be decompressed"},
		} {
			if got, reason := c.check(test.body, []byte(test.encoding)); got != test.want || !strings.Contains(reason, test.reason) {
				t.Errorf("%q: verdict %d (%s), want %d (%s)", test.encoding, got, reason, test.want, test.reason)
			}
		}
	}
	if known := *c.variants.Load(); len(known) != 1 || !bytes.Equal(known[0].body, right1) {
		t.Errorf("%d bodies are known, want the compressed one", len(known))
	}
}

func TestAsksForCompression(t *testing.T) {
	const answer = `{"data":{"a":1}}`
	compressed := gzipped(t, answer)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(compressed)
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	dir := t.TempDir()
	operation, expected := filepath.Join(dir, "operation.json"), filepath.Join(dir, "expected.json")
	for file, text := range map[string]string{operation: `{"query":"{ a }"}`, expected: answer} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, asks := range []bool{false, true} {
		r := run(t, Config{URL: server.URL, Operation: operation, Expected: expected, Compressed: asks})
		if !r.OK() || (r.Compressed == r.Requests) != asks || (r.Compressed == 0) == asks {
			t.Errorf("asked %v: %d of %d answers came compressed, %d right", asks, r.Compressed, r.Requests, r.Right)
		}
		var text bytes.Buffer
		if err := r.Write(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "came compressed") != asks {
			t.Errorf("asked %v: %s", asks, &text)
		}
	}
}
