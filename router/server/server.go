package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/memory"
	"github.com/weft-graphql/weft/router/server/adaptive"
	"github.com/weft-graphql/weft/router/server/graphiql"
)

// Options say how a Handler serves. The zero value of every field but Engine is a safe default.
type Options struct {
	// Engine answers the requests.
	Engine Engine
	// Path is where GraphQL is served; "/graphql" when empty.
	Path string
	// Playground, when not nil, is shown to browsers at PlaygroundPath ("/" when empty) and at Path.
	Playground     *graphiql.Playground
	PlaygroundPath string
	// MaxBodyBytes bounds a request's body; 1 MiB when zero.
	MaxBodyBytes int64
	// MaxBodiesBytes bounds what the bodies of all requests in progress take together beyond 16 KiB of each; a body that
	// there is no room for is answered 503. 256 MiB when zero.
	MaxBodiesBytes int64
	// MaxAnswersBytes bounds what the answers in progress take together beyond 64 KiB of each. Those that there is no room
	// for are streamed, or answered 503 where that is not possible. 256 MiB when zero.
	MaxAnswersBytes int64
	// Memory is what the process may take: there is no new work when it is full. No bound when nil.
	Memory *memory.Process
	// Adaptive, when not nil, gives requests in progress their places, and Client says whose a request is.
	Adaptive *adaptive.Limiter
	Client   func(remote string, header http.Header) string
	// RequestEncodings are the compressions that bodies may have, of gzip, br and zstd. MaxBodyBytes is for what comes
	// out.
	RequestEncodings []string
	// BodyTimeout is how long the body of a request may take, and BodyRate how many of its bytes earn it another second;
	// a body that takes longer is answered 408. No bound, and no further time, when zero.
	BodyTimeout time.Duration
	BodyRate    int64
	// ReadTimeout is how long a client may take to read 256 KiB of a large answer; 20 seconds when zero.
	ReadTimeout time.Duration
	// MaxConcurrent bounds the requests in progress, from when their bodies are there until their answers are; further
	// ones are answered 503. No bound when zero.
	MaxConcurrent int
	// Timeout bounds the time of one request; none when zero.
	Timeout time.Duration
	// Warn are bounds below MaxBodyBytes, MaxBodiesBytes, MaxAnswersBytes, BodyTimeout, MaxConcurrent and Timeout beyond
	// which requests pass.
	Warn Warnings
	// Draft gives answers the statuses of the newest draft of GraphQL over HTTP. See statusOf.
	Draft bool
	// MaxBatch is how many requests a JSON array may hold; batching is off when zero.
	MaxBatch int
	// RequireHeaders, when not empty, lets GET requests pass only if they carry one of these headers, which browsers
	// do not send to another origin without asking first. GET only runs queries, so this only matters to those who do
	// not want another site to cause load.
	RequireHeaders []string
	// PreflightHeaders, when not empty, refuses requests that pages of other sites can make a browser send without asking
	// first, unless they carry one of these headers. See foreign.
	PreflightHeaders []string
	// Landing is shown to browsers at PlaygroundPath and Path when there is no playground; nothing when empty.
	Landing string
	// Compress compresses answers of at least CompressAbove bytes for clients that take gzip or zstd.
	Compress      bool
	CompressAbove int
	// RequestIDs gives every request an id: the client's X-Request-Id, or a new one.
	RequestIDs bool
	// Observers are told of every GraphQL request after it was answered.
	Observers []func(*Observation)
	// WebSocket takes requests to Path that want to be a WebSocket; they are refused when it is nil.
	WebSocket http.Handler
	// Heartbeat is the longest time without a byte on an answer of several parts; 10 seconds when zero.
	Heartbeat time.Duration
	// Streams, when not nil, are those whose connections are taken from net/http, so that they wait for events without a
	// goroutine; they last until their subscriptions end. Run's connections can be, without TLS.
	Streams *Streams
	// Detach runs what lasts as long as a client wants, on behalf of a request that is not to count as one in progress;
	// nil: it is just run.
	Detach func(run func())
	// Health answers /healthz, /readyz and /status; they are left out when nil. OpenStatus shows its Detail to clients.
	Health     *Health
	OpenStatus bool
	// Logger receives what operators must know; slog.Default when nil.
	Logger *slog.Logger
}

func (o *Options) pace() pace { return pace{o.BodyTimeout, o.BodyRate} }

// Handler is the router's http.Handler.
type Handler struct {
	opts     Options
	inFlight atomic.Int64
	bodies   *memory.Budget
	answers  *memory.Budget
	decoders decoders
	// streams are the settings of streams whose connections are taken from net/http; nil when none is.
	streams *streamSettings
	// pages serves everything but GraphQL.
	pages http.Handler
}

// NewHandler returns a handler that serves as opts say.
func NewHandler(opts Options) (*Handler, error) {
	if opts.Engine == nil {
		return nil, errors.New("the handler needs an engine")
	}
	if opts.Path == "" {
		opts.Path = "/graphql"
	}
	if opts.PlaygroundPath == "" {
		opts.PlaygroundPath = "/"
	}
	if opts.MaxBodyBytes == 0 {
		opts.MaxBodyBytes = 1 << 20
	}
	if opts.MaxBodiesBytes == 0 {
		opts.MaxBodiesBytes = 256 << 20
	}
	if opts.Heartbeat <= 0 {
		opts.Heartbeat = 10 * time.Second
	}
	if opts.ReadTimeout == 0 {
		opts.ReadTimeout = 20 * time.Second
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.MaxAnswersBytes == 0 {
		opts.MaxAnswersBytes = 256 << 20
	}
	h := &Handler{
		opts: opts, bodies: memory.NewBudget(opts.MaxBodiesBytes, opts.Memory, bodyWeight),
		answers: memory.NewBudget(opts.MaxAnswersBytes, opts.Memory, 1), decoders: newDecoders(opts.RequestEncodings),
	}
	if opts.Streams != nil {
		h.streams = &streamSettings{opts.Streams, opts.Heartbeat, opts.ReadTimeout, opts.Logger}
	}
	if bytes := opts.Warn.BodiesBytes; bytes > 0 {
		h.bodies.WarnBeyond(bytes)
	}
	if bytes := opts.Warn.AnswersBytes; bytes > 0 {
		h.answers.WarnBeyond(bytes)
	}
	h.pages = http.HandlerFunc(h.servePage)
	if opts.Compress {
		var err error
		if h.pages, err = compressPages(h.pages, opts.CompressAbove); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// InFlight is the number of GraphQL requests in progress: their bodies are there, and their answers not yet.
func (h *Handler) InFlight() int64 { return h.inFlight.Load() }

// ServeHTTP routes a request by its path.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == h.opts.Path && !h.isPageVisit(r) {
		h.serveGraphQL(w, r)
		return
	}
	h.pages.ServeHTTP(w, r)
}

// servePage answers what is not a GraphQL request.
func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if h.opts.Health != nil && h.opts.Health.serve(w, r, h.opts.OpenStatus) {
		return
	}
	if h.opts.Playground != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		switch {
		case len(path) > len(graphiql.AssetPrefix) && path[:len(graphiql.AssetPrefix)] == graphiql.AssetPrefix:
			h.opts.Playground.ServeAsset(w, r)
			return
		case path == h.opts.PlaygroundPath || path == h.opts.Path:
			h.opts.Playground.ServePage(w, r)
			return
		}
	}
	if h.opts.Landing != "" && (path == h.opts.PlaygroundPath || path == h.opts.Path) {
		h.serveLanding(w)
		return
	}
	h.notFound(w)
}

// isPageVisit tells whether a person opened the GraphQL endpoint in a browser.
func (h *Handler) isPageVisit(r *http.Request) bool {
	return (h.opts.Playground != nil || h.opts.Landing != "") && r.Method == http.MethodGet && r.URL.RawQuery == "" &&
		wantsHTML(r.Header["Accept"])
}

func (h *Handler) notFound(w http.ResponseWriter) {
	w.Header()["Content-Type"] = contentTypes[legacyJSON]
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(appendFailure(nil, &failure{code: CodeNotFound,
		message: "There is nothing here. The GraphQL endpoint is " + h.opts.Path + "."}))
}

// serveGraphQL answers a request to the GraphQL endpoint.
func (h *Handler) serveGraphQL(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", allowedMethods)
		w.Header()[acceptQuery] = queryTypes
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if h.opts.RequestIDs {
		setRequestID(w, r)
	}
	if wantsWebSocket(r.Header) {
		h.serveWebSocket(w, r)
		return
	}
	x := newExchange()
	defer x.release()
	x.handler, x.writer, x.httpRequest = h, w, r
	x.response.budget = h.answers
	var started time.Time
	if len(h.opts.Observers) > 0 {
		started = time.Now()
	}
	h.answer(w, r, x)
	if x.isDelivered() {
		h.deliver(x, func() {
			if len(h.opts.Observers) > 0 {
				h.observe(r, x, time.Since(started))
			}
		})
		return
	}
	h.write(x)
	broken := x.streamed && !x.finish()
	if len(h.opts.Observers) > 0 {
		h.observe(r, x, time.Since(started))
	}
	if broken {
		// What has left must not look like the whole answer.
		panic(http.ErrAbortHandler)
	}
}

const allowedMethods = "GET, HEAD, POST, QUERY, OPTIONS"

// methodQuery is that of requests with a body that change nothing: queries. The header says in which types.
//
// Specification: RFC 10008 "The HTTP QUERY Method".
const methodQuery, acceptQuery = "QUERY", "Accept-Query"

var queryTypes = []string{"application/json"}

// answer fills the exchange's status and body, or streams the answer. A panic below it becomes a plain 500, or breaks
// off the stream.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, x *exchange) {
	// Who waits for the bytes of a client, or for a client to take bytes, is not in progress.
	defer x.leave()
	defer h.recover(r, x)
	x.accepted, x.takesWhole = negotiate(r.Header["Accept"])
	switch x.deliveries = deliveriesOf(r.Header["Accept"]); r.Method {
	case http.MethodHead:
		x.deliveries = deliveries{}
	case methodQuery:
		x.events = whole
	}
	if len(h.opts.PreflightHeaders) > 0 {
		if f := h.foreign(r); f != nil {
			x.fail(f)
			return
		}
	}
	if !x.takesWhole && !x.takesParts() {
		x.fail(failNotAcceptable)
		return
	}
	if f := h.read(r, x); f != nil {
		x.fail(f)
		return
	}
	if b := h.opts.Warn.BodyBytes; b > 0 && int64(len(x.input)) > b {
		x.turn.exceed(CodeTooLarge)
	}
	if f := x.enter(r); f != nil {
		w.Header().Set("Retry-After", "1")
		x.fail(f)
		return
	}
	ctx := r.Context()
	if h.opts.Timeout > 0 {
		limited := withDeadline(ctx, h.opts.Timeout)
		defer limited.end()
		ctx = limited
	}
	x.request.Header, x.request.RemoteAddr = r.Header, r.RemoteAddr
	x.request.ShowPlan = len(r.Header[planHeader]) > 0 && r.Header[planHeader][0] != "false"
	if r.Method == http.MethodPost || r.Method == methodQuery {
		h.post(ctx, x)
	} else {
		h.get(ctx, x)
	}
	if x.response.Outcome == NotAQuery {
		w.Header().Set("Allow", "POST")
	}
}

// read reads what the client has sent beside the headers.
func (h *Handler) read(r *http.Request, x *exchange) *failure {
	switch r.Method {
	case http.MethodPost:
		return x.readBody(r, h.opts.MaxBodyBytes)
	case methodQuery:
		x.request.QueryOnly = true
		f := x.readBody(r, h.opts.MaxBodyBytes)
		if f == failMediaType {
			x.writer.Header()[acceptQuery] = queryTypes
		}
		return f
	case http.MethodGet, http.MethodHead:
		if len(h.opts.RequireHeaders) > 0 && !HasAny(r.Header, h.opts.RequireHeaders) {
			return &failure{http.StatusForbidden, CodeCSRF,
				"A GET request must carry the header " + h.opts.RequireHeaders[0] + "; any value will do."}
		}
		return x.readURL(r)
	}
	x.writer.Header().Set("Allow", allowedMethods)
	x.writer.Header()[acceptQuery] = queryTypes
	return failMethod
}

// planHeader is the request header that asks for the query plan in the answer's extensions.
const planHeader = "Weft-Query-Plan"

func (h *Handler) post(ctx context.Context, x *exchange) {
	if isBatch(x.input) {
		h.batch(ctx, x)
		return
	}
	x.stream()
	if err := parseBody(x.input, &x.request); err != nil {
		x.fail(unreadable(err))
		return
	}
	h.execute(ctx, x)
}

func (h *Handler) get(ctx context.Context, x *exchange) {
	x.stream()
	h.execute(ctx, x)
}

// stream offers the engine what the exchange can do with an answer beside sending it as a whole.
func (x *exchange) stream() {
	if x.takesWhole {
		x.request.Stream = x
	}
	x.request.Incremental = x.form
	if x.events != whole {
		x.request.Events = true
		x.request.LastEventID = x.request.Header.Get("Last-Event-ID")
	}
}

// serveWebSocket hands the request to who serves WebSockets.
func (h *Handler) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if h.opts.WebSocket != nil {
		h.opts.WebSocket.ServeHTTP(w, r)
		return
	}
	w.Header()["Content-Type"] = contentTypes[legacyJSON]
	w.WriteHeader(failWebSocket.status)
	_, _ = w.Write(appendFailure(nil, failWebSocket)) // the client has gone; there is nobody to tell
}

// PreflightHeaders are the headers that GraphQL clients send so that browsers ask before they send a request to another
// origin (the CORS protocol's preflight).
var PreflightHeaders = []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name"}

// HasAny tells whether a request carries one of the headers, with any value but an empty one.
func HasAny(header http.Header, names []string) bool {
	for _, name := range names {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}

// execute lets the engine answer the exchange's request.
func (h *Handler) execute(ctx context.Context, x *exchange) {
	if f := x.checkQuery(); f != nil {
		x.fail(f)
		return
	}
	x.executed = true
	h.opts.Engine.Execute(ctx, &x.request, &x.response)
	x.status = x.statusOf(&x.response)
}

// recover turns a panic into an answer that tells the client nothing and the log everything. Deferred.
func (h *Handler) recover(r *http.Request, x *exchange) {
	cause := recover()
	if cause == nil {
		return
	}
	h.opts.Logger.Error("a request panicked", "panic", cause, "method", r.Method, "path", r.URL.Path,
		"request_id", r.Header.Get(requestIDHeader), "stack", string(debug.Stack()))
	if x.streamed {
		x.broken = true
		return
	}
	// The buffer may still be in use: it is not for others.
	x.response.refund()
	x.response = Response{budget: x.response.budget}
	x.fail(failInternal)
}
