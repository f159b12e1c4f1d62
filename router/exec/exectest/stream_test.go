package exectest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
)

// sink is a client that takes answers piece by piece.
type sink struct {
	refuses bool
	size    int64
	errors  int
	bytes.Buffer
}

func (s *sink) Claim() bool { return !s.refuses }

func (s *sink) Begin(resp *exec.Response, size int64) io.Writer {
	s.size, s.errors = size, resp.Errors
	return s
}

// streams executes a trial twice: the answer that is streamed must be the one that is not, byte for byte but for the
// order of errors, which is that of the subgraphs' answers.
func (t *trial) streams(p *plan.Plan, config exec.Config, piece int) error {
	config.MaxParallel = 1
	program, err := exec.New(config).Compile(p)
	if err != nil {
		return err
	}
	// Twice: once to fill a cache, if there is one.
	var whole exec.Response
	for range 2 {
		whole = exec.Response{}
		program.Execute(context.Background(), &exec.Request{Variables: &t.coerced}, &whole)
	}
	var got sink
	var streamed exec.Response
	program.Execute(context.Background(), &exec.Request{Variables: &t.coerced, Stream: &got, StreamPiece: piece}, &streamed)
	switch {
	case len(streamed.Body) > 0:
		return errors.New("an answer was streamed and is in the response, too")
	case !sameAnswer(got.Bytes(), whole.Body):
		return fmt.Errorf("the streamed answer differs:\nwant %s\n got %s", whole.Body, got.Bytes())
	case got.size != int64(got.Len()) || got.errors != whole.Errors:
		return fmt.Errorf("%d bytes and %d errors were announced, there are %d and %d", got.size, got.errors, got.Len(), whole.Errors)
	}
	got, streamed = sink{refuses: true}, exec.Response{}
	program.Execute(context.Background(), &exec.Request{Variables: &t.coerced, Stream: &got}, &streamed)
	if got.Len() > 0 || !sameAnswer(streamed.Body, whole.Body) {
		return fmt.Errorf("%d bytes were streamed to a client that refused\n got %s\nwant %s", got.Len(), streamed.Body, whole.Body)
	}
	return nil
}

// sameAnswer tells whether two answers are the same but for the order of their errors.
func sameAnswer(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var parts [2]struct {
		Data       json.RawMessage
		Errors     []json.RawMessage
		Extensions json.RawMessage
	}
	for i, text := range [][]byte{a, b} {
		if json.Unmarshal(text, &parts[i]) != nil {
			return false
		}
		slices.SortFunc(parts[i].Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	}
	return len(a) == len(b) && bytes.Equal(parts[0].Data, parts[1].Data) && bytes.Equal(parts[0].Extensions, parts[1].Extensions) &&
		slices.EqualFunc(parts[0].Errors, parts[1].Errors, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
}

// consistently makes that equal answers are spoiled alike.
func consistently(spoil func(request, body []byte) ([]byte, int, error)) func(request, body []byte) ([]byte, int, error) {
	if spoil == nil {
		return nil
	}
	type result struct {
		body   []byte
		status int
		err    error
	}
	var mu sync.Mutex
	known := map[string]result{}
	return func(request, body []byte) ([]byte, int, error) {
		mu.Lock()
		defer mu.Unlock()
		key := string(request) + string(body)
		r, ok := known[key]
		if !ok {
			r.body, r.status, r.err = spoil(request, bytes.Clone(body))
			known[key] = r
		}
		return bytes.Clone(r.body), r.status, r.err
	}
}
