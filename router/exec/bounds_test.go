package exec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/upstream"
)

// listener is a client that takes answers piece by piece.
type listener struct {
	claim func()
	size  int64
	bytes.Buffer
}

func (l *listener) Claim() bool {
	if l.claim != nil {
		l.claim()
	}
	return true
}

func (l *listener) Begin(_ *exec.Response, size int64) io.Writer {
	l.size = size
	return l
}

// room is memory for answers, of so many bytes; grown is called when there is to be more.
type room struct {
	left  int
	grown func()
}

func (r *room) Buffer() []byte { return make([]byte, 0, 1<<10) }

func (r *room) Grow(b []byte, size int) ([]byte, bool) {
	if r.grown != nil {
		r.grown()
	}
	if size > r.left {
		return b, false
	}
	return append(make([]byte, 0, size), b...), true
}

// manyAliases asks for the type of each of so many products, many times over.
func manyAliases(n int) string {
	var b strings.Builder
	b.WriteString("{topProducts{")
	for i := range n {
		fmt.Fprintf(&b, "a%d:__typename ", i)
	}
	return b.String() + "}}"
}

func products(n int, product string) map[string]upstream.Subgraph {
	list := strings.Repeat(","+product, n)[1:]
	return map[string]upstream.Subgraph{"products": babbling(`{"data":{"topProducts":[` + list + `]}}`)}
}

// TestPrintingEndsWhenNobodyListens lets the client leave while its answer is printed, counted, kept, or made of the
// schema, and expects that the rest is not printed.
func TestPrintingEndsWhenNobodyListens(t *testing.T) {
	program := compileBench(t, manyAliases(100), products(10_000, `{"__typename":"Product"}`), exec.Config{})
	introspection := compileBench(t, `{__schema{types{name}}}`, nil, exec.Config{})
	pieces := 0
	for _, test := range []struct {
		name    string
		program *exec.Program
		request func(leave func()) *exec.Request
	}{
		{"counted", program, func(leave func()) *exec.Request {
			return &exec.Request{Stream: &listener{claim: leave}, StreamAbove: 1000}
		}},
		{"kept", program, func(leave func()) *exec.Request {
			return &exec.Request{Memory: &room{left: 1 << 30, grown: leave}}
		}},
		{"of the schema", introspection, func(leave func()) *exec.Request {
			return &exec.Request{Introspect: func(out []byte, _ *operation.Field, more func([]byte) ([]byte, bool)) []byte {
				ok := true
				for ok && pieces < 1000 {
					if pieces++; pieces == 10 {
						leave()
					}
					out, ok = more(append(out, make([]byte, 64<<10)...))
				}
				return out
			}}
		}},
	} {
		ctx, leave := context.WithCancel(t.Context())
		var resp exec.Response
		request := test.request(leave)
		test.program.Execute(ctx, request, &resp)
		if resp.Refused != exec.Abandoned || len(resp.Body) > 1000 {
			t.Errorf("%s: %d, %d bytes", test.name, resp.Refused, len(resp.Body))
		}
		if to, ok := request.Stream.(*listener); ok && to.size > 0 {
			t.Errorf("%s: the answer was begun", test.name)
		}
		leave()
	}
	if pieces < 10 || pieces > 20 {
		t.Errorf("%d pieces of the schema were printed, ten of them before the client left", pieces)
	}
}

// TestErrorsAreNotLookedForWhenNobodyListens: finding the positions of errors is a walk of its own.
func TestErrorsAreNotLookedForWhenNobodyListens(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	subgraphs := products(1, `{"__typename":"Product","upc":"1"}`)
	reviews := strings.Repeat(`,{"id":"1"}`, 5000)[1:]
	subgraphs["reviews"] = leaving{leave, `{"data":{"_entities":[{"reviews":[` + reviews + `]}]},"errors":[{"message":"m","path":["_entities",0,"reviews",0,"body"]}]}`}
	var resp exec.Response
	compileBench(t, "{topProducts{reviews{id}}}", subgraphs, exec.Config{}).Execute(ctx, &exec.Request{}, &resp)
	if resp.Refused != exec.Abandoned {
		t.Errorf("%d: %.300s", resp.Refused, resp.Body)
	}
}

// leaving answers when the client has left.
type leaving struct {
	leave  func()
	answer string
}

func (l leaving) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	l.leave()
	return babbling(l.answer).Do(ctx, req, resp)
}

// TestAnswersAreBounded prints more than is allowed, and more than there is memory for.
func TestAnswersAreBounded(t *testing.T) {
	const limit = 1 << 20
	subgraphs := products(10_000, `{"__typename":"Product"}`)
	bounded := compileBench(t, manyAliases(100), subgraphs, exec.Config{ResponseBytes: limit})
	free := compileBench(t, manyAliases(100), subgraphs, exec.Config{})
	var all exec.Response
	free.Execute(t.Context(), &exec.Request{}, &all)
	if len(all.Body) < 10*limit {
		t.Fatalf("the answer has only %d bytes", len(all.Body))
	}
	refused := func(name string, p *exec.Program, request *exec.Request, why exec.Refusal, code string) {
		t.Helper()
		var resp exec.Response
		p.Execute(t.Context(), request, &resp)
		var answer struct {
			Data   json.RawMessage
			Errors []struct{ Extensions struct{ Code string } }
		}
		if err := json.Unmarshal(resp.Body, &answer); err != nil || string(answer.Data) != "null" || len(answer.Errors) != 1 ||
			answer.Errors[0].Extensions.Code != code || resp.Refused != why || resp.Errors != 1 || resp.Fetches != 1 {
			t.Errorf("%s: %v, %d, %.300s", name, err, resp.Refused, resp.Body)
		}
	}
	refused("kept", bounded, &exec.Request{}, exec.TooLarge, "RESPONSE_TOO_LARGE")
	to := &listener{}
	refused("streamed", bounded, &exec.Request{Stream: to}, exec.TooLarge, "RESPONSE_TOO_LARGE")
	refused("without room", free, &exec.Request{Memory: &room{left: limit}}, exec.NoRoom, "OVERLOADED")
	if to.Len()+int(to.size) > 0 {
		t.Errorf("%d bytes of a refused answer were sent", to.Len())
	}
	var resp exec.Response
	to = &listener{}
	free.Execute(t.Context(), &exec.Request{Memory: &room{left: limit}, Stream: to, StreamAbove: 1 << 30}, &resp)
	if !bytes.Equal(to.Bytes(), all.Body) || to.size != int64(to.Len()) {
		t.Errorf("what has no room was not streamed: %d bytes", to.Len())
	}
}

// TestErrorsAreBounded: errors count like data.
func TestErrorsAreBounded(t *testing.T) {
	subgraphs := products(300, `{"upc":null}`)
	subgraphs["products"] = babbling(`{"data":{"topProducts":null},"errors":[` + strings.Repeat(`,{"message":"`+strings.Repeat("long ", 1000)+`"}`, 250)[1:] + `]}`)
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "a%d:topProducts(first:%d){upc} ", i, i)
	}
	var resp exec.Response
	compileBench(t, "{"+b.String()+"topProducts{upc}}", subgraphs, exec.Config{ResponseBytes: 4 << 10}).Execute(t.Context(), &exec.Request{}, &resp)
	if resp.Refused != exec.TooLarge || len(resp.Body) > 4<<10 {
		t.Errorf("%d, %d bytes", resp.Refused, len(resp.Body))
	}
}

// TestAnswersFullOfNullsAreKeptWhole streams an answer with so many objects that are null because of an error that it
// is not remembered where all of them are.
func TestAnswersFullOfNullsAreKeptWhole(t *testing.T) {
	const n = 70_000
	program := compileBench(t, `{topProducts{upc}}`, products(n, `{"upc":null}`), exec.Config{})
	for _, above := range []int{0, 100_000} {
		to, resp := &listener{}, exec.Response{}
		program.Execute(t.Context(), &exec.Request{Stream: to, StreamAbove: above}, &resp)
		want := `{"data":{"topProducts":[` + strings.Repeat(",null", n)[1:] + `]},"errors":[`
		if !bytes.HasPrefix(resp.Body, []byte(want)) || resp.Errors != n || to.Len() > 0 {
			t.Errorf("from %d on: %d bytes in memory, %d sent, %d errors: %.200s", above, len(resp.Body), to.Len(), resp.Errors, resp.Body)
		}
	}
}

// crowding has no room for an answer once, and answers then.
type crowding struct {
	answer babbling
	asked  int
}

func (c *crowding) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	if c.asked++; c.asked == 1 {
		return upstream.ErrNoRoom
	}
	return c.answer.Do(ctx, req, resp)
}

// TestQueriesWithoutRoomAreNotAnsweredInPart: there is no memory for what one of two subgraphs says, at first.
func TestQueriesWithoutRoomAreNotAnsweredInPart(t *testing.T) {
	subgraphs := products(3, `{"__typename":"Product","upc":"1"}`)
	subgraphs["reviews"] = &crowding{answer: `{"data":{"_entities":[{"reviews":[]}]}}`}
	program := compileBench(t, "{topProducts{upc reviews{id}}}", subgraphs, exec.Config{})
	var resp exec.Response
	program.Execute(t.Context(), &exec.Request{}, &resp)
	if resp.Refused != exec.NoRoom || !bytes.HasPrefix(resp.Body, []byte(`{"data":null,"errors":[{"message":"The router holds`)) {
		t.Errorf("%d: %.300s", resp.Refused, resp.Body)
	}
	resp = exec.Response{}
	program.Execute(t.Context(), &exec.Request{}, &resp)
	if resp.Refused != 0 || resp.Errors > 0 {
		t.Errorf("then: %d: %.300s", resp.Refused, resp.Body)
	}
}
