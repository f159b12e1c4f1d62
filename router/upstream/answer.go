package upstream

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/router/upstream/internal/body"
)

// answer is an answer that was read into a buffer.
type answer struct {
	// body is the answer's, inflated the same when it was compressed.
	body, inflated body.Buffer
	header         http.Header
}

var answers = sync.Pool{New: func() any { return &answer{} }}

// Header implements Source.
func (a *answer) Header(name string) []byte {
	if values := a.header.Values(name); len(values) > 0 {
		return []byte(strings.Join(values, ", "))
	}
	return nil
}

// Lines are the lines of a header.
func (a *answer) Lines(name string) []string { return slices.Clone(a.header.Values(name)) }

// Release implements Source.
func (a *answer) Release() {
	a.body.Reset()
	a.inflated.Reset()
	a.header = nil
	answers.Put(a)
}

// fill reads an answer of at most limit bytes into a response. length is what was announced, negative if nothing was.
func (t *standard) fill(resp *Response, status int, header http.Header, from io.Reader, length int64) error {
	limit := t.limit
	if length > int64(limit) {
		return ErrTooLarge
	}
	a := answers.Get().(*answer)
	a.header = header
	a.body.Use(t.budget)
	a.inflated.Use(t.budget)
	if length > 0 {
		// The end is only seen by reading on.
		a.body.Expect(int(length) + 1)
	}
	err := a.read(from, limit)
	if err == nil {
		err = a.hand(resp, status, limit)
	}
	if err != nil {
		a.Release()
	}
	return err
}

func (a *answer) read(from io.Reader, limit int) error {
	switch tooLarge, err := a.body.ReadAll(from, limit); {
	case tooLarge:
		return ErrTooLarge
	case errors.Is(err, body.ErrFull):
		return ErrNoRoom
	case err != nil && isTimeout(err):
		return ErrTimeout
	case err != nil:
		return &private{Broken("it cannot be read to its end"), err}
	}
	return nil
}

// hand fills in a response, decompressed.
func (a *answer) hand(resp *Response, status, limit int) error {
	text := a.body.Bytes()
	encodings := slices.DeleteFunc(slices.Clone(a.header["Content-Encoding"]), func(e string) bool {
		return strings.EqualFold(e, "identity")
	})
	switch {
	case len(encodings) > 1:
		return Broken("it is compressed more than once")
	case len(encodings) == 1 && len(text) > 0:
		err := body.Inflate(&a.inflated, text, strings.ToLower(encodings[0]), limit)
		if errors.Is(err, body.ErrTooLarge) {
			return ErrTooLarge
		}
		if errors.Is(err, body.ErrFull) {
			return ErrNoRoom
		}
		if err != nil {
			return Broken("%w", err)
		}
		text = a.inflated.Bytes()
	}
	resp.Status, resp.Body, resp.Attempts, resp.Source = status, text, 1, a
	return nil
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
