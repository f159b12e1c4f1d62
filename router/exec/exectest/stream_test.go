package exectest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// shelf is memory for answers that begins with next to nothing, and has so many bytes in all.
type shelf struct{ left int }

func (s *shelf) Buffer() []byte { return make([]byte, 0, 8) }

func (s *shelf) Grow(b []byte, size int) ([]byte, bool) {
	if size > s.left {
		return b, false
	}
	return append(make([]byte, 0, size), b...), true
}

// streams executes a trial several times: the answer that is streamed must be the one that is not, byte for byte but
// for the order of errors, which is that of the subgraphs' answers. It is streamed if and only if it is large enough,
// and refused if it may not be that large.
func (t *trial) streams(p *plan.Plan, config exec.Config, rnd *rand.Rand) error {
	piece := 1 + rnd.IntN(200)
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
	size := len(whole.Body)
	above := rnd.IntN(size + 20)
	got, streamed = sink{}, exec.Response{}
	request := exec.Request{Variables: &t.coerced, Stream: &got, StreamAbove: above, StreamPiece: piece}
	room := rnd.IntN(2 * size)
	if rnd.IntN(2) == 0 {
		request.Memory = &shelf{room}
	}
	program.Execute(context.Background(), &request, &streamed)
	switch {
	case above > size && request.Memory == nil && got.Len() > 0 && !tattered(whole.Body):
		return fmt.Errorf("an answer of %d bytes was streamed, although streaming begins at %d", size, above)
	case above <= size && got.Len() == 0:
		return fmt.Errorf("an answer of %d bytes was not streamed, although streaming begins at %d", size, above)
	case len(streamed.Body) > room+8 && request.Memory != nil:
		return fmt.Errorf("an answer of %d bytes is in memory, where there is room for %d", size, room)
	case !sameAnswer(append(streamed.Body, got.Bytes()...), whole.Body):
		return fmt.Errorf("from %d bytes on, with room for %d, the streamed answer differs:\nwant %s\n got %s%s", above, room, whole.Body, streamed.Body, got.Bytes())
	}
	return t.bounded(p, config, whole.Body, rnd)
}

// bounded executes a trial with a bound that the answer meets, and with one that it does not.
func (t *trial) bounded(p *plan.Plan, config exec.Config, whole []byte, rnd *rand.Rand) error {
	for _, more := range []int64{0, -1, -rnd.Int64N(int64(len(whole)))} {
		config.ResponseBytes = int64(len(whole)) + more
		program, err := exec.New(config).Compile(p)
		if err != nil {
			return err
		}
		request := exec.Request{Variables: &t.coerced}
		var got sink
		if rnd.IntN(2) == 0 {
			request.Stream, request.StreamPiece = &got, 10
		}
		var resp exec.Response
		program.Execute(context.Background(), &request, &resp)
		body := append(resp.Body, got.Bytes()...)
		switch {
		case resp.Refused == 0 && more < 0 || resp.Refused != 0 && more == 0 && !tattered(whole):
			return fmt.Errorf("an answer of %d bytes where %d are allowed: %d", len(whole), config.ResponseBytes, resp.Refused)
		case resp.Refused == 0 && !sameAnswer(body, whole):
			return fmt.Errorf("with a bound that it meets the answer differs:\nwant %s\n got %s", whole, body)
		case resp.Refused != 0 && (resp.Refused != exec.TooLarge || got.Len() > 0 || !bytes.HasPrefix(body, []byte(`{"data":null,"errors":[`)) || !json.Valid(body)):
			return fmt.Errorf("an answer that is refused: %d, %s", resp.Refused, body)
		}
	}
	return nil
}

// tattered tells that there were errors: what is taken back because of one has been printed, too.
func tattered(answer []byte) bool { return bytes.Contains(answer, []byte(`"errors"`)) }

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
