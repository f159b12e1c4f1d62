package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/jsontext"
	"github.com/weft-graphql/weft/router/server/adaptive"
)

// Buffers larger than these are left to the garbage collector instead of going back to the pool.
const (
	keepInput  = 256 << 10
	keepOutput = 1 << 20
)

// exchange is the state of one request, from a pool: reading and answering a small request allocates nothing here.
type exchange struct {
	input []byte
	// paid is what of the budget for bodies the input takes.
	paid     int64
	request  Request
	response Response
	accepted mediaType
	status   int
	// deliveries are how the client takes an answer of several parts; takesWhole tells that it takes one in JSON, too.
	// executed tells that the engine has answered.
	deliveries
	takesWhole, executed bool
	// size is the length of the answer, not compressed.
	size int64

	turn turn
	// counted tells that the request counts among those in progress.
	counted bool

	handler     *Handler
	writer      http.ResponseWriter
	httpRequest *http.Request
	// streamed tells that the answer is on its way already; left is how much of it is to come. broken means that the
	// client does not get the rest. encoder compresses it; nil when it is not to be.
	streamed, broken bool
	left             int64
	encoder          io.WriteCloser
	// reader is the client that takes a streamed answer.
	reader *reader
}

var exchanges = sync.Pool{New: func() any {
	return &exchange{input: make([]byte, 0, 4<<10)}
}}

func newExchange() *exchange { return exchanges.Get().(*exchange) }

// release gives the exchange back. Nothing may refer to its buffers any more.
func (x *exchange) release() {
	input := x.input
	x.leave()
	x.response.Release()
	if x.paid > 0 {
		x.handler.bodies.GiveBack(x.paid)
	}
	if cap(input) > keepInput || cap(input) == 0 {
		input = make([]byte, 0, 4<<10)
	}
	*x = exchange{input: input[:0]}
	exchanges.Put(x)
}

// enter counts the request, whose body is there, among those in progress, unless there are too many or no memory.
func (x *exchange) enter(r *http.Request) *failure {
	f := x.handler.enter(r.Context(), r.RemoteAddr, r.Header, &x.turn)
	x.counted = f == nil
	return f
}

// turn is a request's place among those in progress.
type turn struct {
	adaptive.Place
	// exceeded are the codes of limits that only warn, and due is when one on the request's time is exceeded.
	exceeded []string
	due      time.Time
}

// Warnings are bounds that only warn: requests beyond them pass, and OperationInfo.Exceeded has the codes. Zero fields
// are none.
type Warnings struct {
	BodyBytes    int64
	BodiesBytes  int64
	AnswersBytes int64
	BodyTimeout  time.Duration
	Concurrent   int
	Timeout      time.Duration
}

func (t *turn) exceed(code string) {
	if !slices.Contains(t.exceeded, code) {
		t.exceeded = append(t.exceeded, code)
	}
}

// enter counts a request among those in progress, or says why there is no room for it.
func (h *Handler) enter(ctx context.Context, remote string, header http.Header, t *turn) *failure {
	if h.opts.Memory != nil {
		if h.opts.Memory.Full() {
			return failMemory
		}
		if h.opts.Memory.Warns() {
			t.exceed(CodeMemory)
		}
	}
	if n := h.inFlight.Add(1); h.opts.MaxConcurrent > 0 && n > int64(h.opts.MaxConcurrent) {
		h.inFlight.Add(-1)
		return failOverloaded
	} else if h.opts.Warn.Concurrent > 0 && n > int64(h.opts.Warn.Concurrent) {
		t.exceed(CodeOverloaded)
	}
	if h.opts.Warn.Timeout > 0 {
		t.due = time.Now().Add(h.opts.Warn.Timeout)
	}
	if h.opts.Adaptive == nil {
		return nil
	}
	f := h.takePlace(ctx, remote, header, t)
	if f != nil {
		h.inFlight.Add(-1)
	}
	return f
}

// takePlace waits for one of the places that there are at present.
func (h *Handler) takePlace(ctx context.Context, remote string, header http.Header, t *turn) *failure {
	place, verdict := h.opts.Adaptive.Enter(ctx, h.opts.Client(remote, header))
	var f *failure
	switch verdict {
	case adaptive.Full:
		f = failAdaptive
	case adaptive.Greedy:
		f = failGreedy
	}
	if f != nil && !h.opts.Adaptive.Warns() {
		return f
	}
	if t.Place = place; f != nil {
		t.exceed(f.code)
	}
	return nil
}

// end gives the place back, and tells in the response which limits the request was beyond.
func (t *turn) end(resp *Response) {
	t.Leave(resp.Outcome == Executed && resp.Sequel == nil && resp.Operation.Kind != "")
	if !t.due.IsZero() && time.Now().After(t.due) {
		t.exceed(CodeTooSlow)
	}
	for _, code := range t.exceeded {
		resp.Operation.Exceed(code)
	}
	t.exceeded, t.due = nil, time.Time{}
}

// leave ends what enter began.
func (x *exchange) leave() {
	if x.counted {
		x.counted = false
		x.turn.end(&x.response)
		x.handler.inFlight.Add(-1)
	}
}

// fail makes the answer a failure of the server.
func (x *exchange) fail(f *failure) {
	if x.status = f.status; x.status == http.StatusUnprocessableEntity && !x.handler.opts.Draft {
		x.status = http.StatusBadRequest
	}
	x.response.Operation.Code = f.code
	x.response.Release()
	x.response.Body = appendFailure(x.response.Buffer(), f)
	if x.httpRequest != nil && x.httpRequest.Method != http.MethodPost {
		x.response.CacheControl = "no-store"
	}
}

// readBody reads the body of a POST request into the input buffer.
func (x *exchange) readBody(r *http.Request, limit int64) *failure {
	if !isJSON(r.Header["Content-Type"]) {
		return failMediaType
	}
	h := x.handler
	coding, f := h.codingOf(r)
	if f != nil {
		x.writer.Header()["Accept-Encoding"] = h.decoders.accepted
		return f
	}
	if r.ContentLength > limit {
		return tooLarge(limit)
	}
	bodies := h.bodies
	if !x.charge(bodies, cap(x.input)) {
		x.input = make([]byte, 0, 4<<10)
	}
	var slow waiting
	warned := pace{h.opts.Warn.BodyTimeout, h.opts.BodyRate}
	if warned.timeout > 0 {
		slow.began = time.Now()
	}
	// The announced length is not trusted with memory: the buffer grows as bytes arrive.
	for {
		if len(x.input) == cap(x.input) && !x.grow(bodies, limit) {
			return failBodies
		}
		n, err := r.Body.Read(x.input[len(x.input):cap(x.input)])
		slow.late = slow.late || warned.timeout > 0 && time.Now().After(warned.deadline(slow.began, len(x.input)))
		x.input = x.input[:len(x.input)+n]
		if int64(len(x.input)) > limit {
			return tooLarge(limit)
		}
		if errors.Is(err, io.EOF) {
			if slow.over(WriteTimeout(h.opts.Timeout)); slow.late {
				x.turn.exceed(CodeTooSlow)
			}
			if coding != "" {
				return x.decode(r.Context(), coding, limit)
			}
			return nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return failSlowBody
		}
		if err != nil {
			return badRequest("The request body could not be read to its end.")
		}
		if int64(len(x.input)) != r.ContentLength {
			slow.on(x.writer, h.opts.pace(), len(x.input))
		}
	}
}

// readURL reads the parameters of a GET request.
//
// Specification: GraphQL over HTTP, section 5.3 "GET".
func (x *exchange) readURL(r *http.Request) *failure {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("The query of the URL is malformed: write ; and % in it as %3B and %25.")
	}
	req := &x.request
	req.QueryOnly = true
	for _, name := range [...]string{"query", "documentId", "operationName", "variables", "extensions", "onError"} {
		if !utf8.ValidString(params.Get(name)) {
			return badRequest("The " + name + " parameter is not valid UTF-8.")
		}
	}
	req.Query = []byte(params.Get("query"))
	req.DocumentID = []byte(params.Get("documentId"))
	req.OperationName = []byte(params.Get("operationName"))
	req.OnError = []byte(params.Get("onError"))
	for name, target := range map[string]*[]byte{"variables": &req.Variables, "extensions": &req.Extensions} {
		text := strings.TrimSpace(params.Get(name))
		if text == "" || text == "null" {
			continue
		}
		*target = []byte(text)
		if !jsontext.IsObject(*target) {
			return illFormed("The " + name + " parameter must be a JSON object.")
		}
	}
	return nil
}

// checkQuery refuses a request without a document.
func (x *exchange) checkQuery() *failure {
	if !x.request.hasDocument() {
		return failNoQuery
	}
	return nil
}

// hasDocument tells that the request has a document, or names one. Whether that is known is for the engine to say.
func (r *Request) hasDocument() bool {
	return len(r.Query) > 0 || len(r.DocumentID) > 0 || bytes.Contains(r.Extensions, []byte(`"persistedQuery"`))
}
