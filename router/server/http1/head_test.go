package http1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
)

// parseAll parses bytes that arrive one by one, or all at once.
func parseAll(data []byte, bytewise bool) (*head, verdict) {
	h := &head{}
	h.reset()
	if len(data) > maxHead {
		data = data[:maxHead]
	}
	if bytewise {
		for i := range data {
			if v := h.parse(data[:i]); v != more {
				return h, v
			}
		}
	}
	return h, h.parse(data)
}

// FuzzPlainHeads compares the parser with net/http's: a head that we call plain must mean the same to both, and end at
// the same byte.
func FuzzPlainHeads(f *testing.F) {
	for conversation := range conversations() {
		f.Add([]byte(conversation + last))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, v := parseAll(data, false)
		if slow, again := parseAll(data, true); again != v || *slow != *h {
			t.Fatalf("%v at once, %v byte by byte", v, again)
		}
		c := &conn{input: data, to: len(data), head: *h, server: New(&http.Server{})}
		if v != plain || !c.locate() {
			return
		}
		in := bufio.NewReader(bytes.NewReader(data))
		want, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("net/http refuses it: %v", err)
		}
		x := &exchange{}
		got := x.begin(c)
		body, err := io.ReadAll(want.Body)
		if int64(len(body)) != min(got.ContentLength, int64(len(data)-h.at)) {
			t.Fatalf("the body has %d bytes (%v), want %d", len(body), err, got.ContentLength)
		}
		if want.Method != got.Method || want.Host != got.Host || want.RequestURI != got.RequestURI || *want.URL != *got.URL ||
			want.ContentLength != got.ContentLength || want.Close != got.Close || want.TransferEncoding != nil {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if len(want.Header) != len(got.Header) {
			t.Errorf("got the headers %q, want %q", got.Header, want.Header)
		}
		for name, values := range want.Header {
			if !slices.Equal(values, got.Header[name]) {
				t.Errorf("%s: got %q, want %q", name, got.Header[name], values)
			}
		}
	})
}
