package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

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
	// MaxBodiesBytes bounds what the bodies of all requests in progress take together beyond 64 KiB of each; a body that
	// there is no room for is answered 503. 256 MiB when zero.
	MaxBodiesBytes int64
	// MaxConcurrent bounds the requests in progress, further ones are answered 503; no bound when zero.
	MaxConcurrent int
	// Timeout bounds the time of one request; none when zero.
	Timeout time.Duration
	// MaxBatch is how many requests a JSON array may hold; batching is off when zero.
	MaxBatch int
	// RequireHeaders, when not empty, lets GET requests pass only if they carry one of these headers, which browsers
	// do not send to another origin without asking first. GET only runs queries, so this only matters to those who do
	// not want another site to cause load.
	RequireHeaders []string
	// Compress compresses answers of at least CompressAbove bytes for clients that take gzip or zstd.
	Compress      bool
	CompressAbove int
	// RequestIDs gives every request an id: the client's X-Request-Id, or a new one.
	RequestIDs bool
	// Observers are told of every GraphQL request after it was answered.
	Observers []func(*Observation)
	// Health answers /healthz, /readyz and /status; they are left out when nil. OpenStatus shows its Detail to clients.
	Health     *Health
	OpenStatus bool
	// Logger receives what operators must know; slog.Default when nil.
	Logger *slog.Logger
}

// Handler is the router's http.Handler.
type Handler struct {
	opts     Options
	inFlight atomic.Int64
	bodies   budget
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
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	h := &Handler{opts: opts}
	h.bodies.left.Store(opts.MaxBodiesBytes)
	h.pages = http.HandlerFunc(h.servePage)
	if opts.Compress {
		var err error
		if h.pages, err = compressPages(h.pages, opts.CompressAbove); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// InFlight is the number of GraphQL requests in progress.
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
	h.notFound(w)
}

// isPageVisit tells whether a person opened the GraphQL endpoint in a browser.
func (h *Handler) isPageVisit(r *http.Request) bool {
	return h.opts.Playground != nil && r.Method == http.MethodGet && r.URL.RawQuery == "" && wantsHTML(r.Header["Accept"])
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
		w.WriteHeader(http.StatusNoContent)
		return
	}
	x := newExchange()
	defer x.release()
	x.handler, x.writer, x.httpRequest = h, w, r
	var started time.Time
	if len(h.opts.Observers) > 0 {
		started = time.Now()
	}
	if h.opts.RequestIDs {
		setRequestID(w, r)
	}
	h.answer(w, r, x)
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

const allowedMethods = "GET, HEAD, POST, OPTIONS"

// answer fills the exchange's status and body, or streams the answer. A panic below it becomes a plain 500, or breaks off
// the stream.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, x *exchange) {
	n := h.inFlight.Add(1)
	defer h.inFlight.Add(-1)
	defer h.recover(r, x)
	var ok bool
	if x.accepted, ok = negotiate(r.Header["Accept"]); !ok {
		x.fail(failNotAcceptable)
		return
	}
	if h.opts.MaxConcurrent > 0 && n > int64(h.opts.MaxConcurrent) {
		w.Header().Set("Retry-After", "1")
		x.fail(failOverloaded)
		return
	}
	ctx := r.Context()
	if h.opts.Timeout > 0 {
		limited := withDeadline(ctx, h.opts.Timeout)
		defer limited.end()
		ctx = limited
	}
	x.request.Header = r.Header
	x.request.ShowPlan = len(r.Header[planHeader]) > 0 && r.Header[planHeader][0] != "false"
	switch r.Method {
	case http.MethodPost:
		h.post(ctx, r, x)
	case http.MethodGet, http.MethodHead:
		h.get(ctx, r, x)
	default:
		w.Header().Set("Allow", allowedMethods)
		x.fail(failMethod)
	}
	if x.response.Outcome == NotAQuery {
		w.Header().Set("Allow", "POST")
	}
}

// planHeader is the request header that asks for the query plan in the answer's extensions.
const planHeader = "Weft-Query-Plan"

func (h *Handler) post(ctx context.Context, r *http.Request, x *exchange) {
	if f := x.readBody(r, h.opts.MaxBodyBytes); f != nil {
		x.fail(f)
		return
	}
	if isBatch(x.input) {
		h.batch(ctx, x)
		return
	}
	x.request.Stream = x
	if err := parseBody(x.input, &x.request); err != nil {
		x.fail(badRequest(err.Error()))
		return
	}
	h.execute(ctx, x)
}

func (h *Handler) get(ctx context.Context, r *http.Request, x *exchange) {
	if len(h.opts.RequireHeaders) > 0 && !hasAny(r.Header, h.opts.RequireHeaders) {
		x.fail(&failure{http.StatusForbidden, CodeCSRF,
			"A GET request must carry the header " + h.opts.RequireHeaders[0] + "; any value will do."})
		return
	}
	if f := x.readURL(r); f != nil {
		x.fail(f)
		return
	}
	x.request.Stream = x
	h.execute(ctx, x)
}

func hasAny(header http.Header, names []string) bool {
	for _, name := range names {
		if header.Get(name) != "" {
			return true
		}
	}
	return false
}

// execute lets the engine answer the exchange's request.
func (h *Handler) execute(ctx context.Context, x *exchange) {
	if f := checkQuery(&x.request); f != nil {
		x.fail(f)
		return
	}
	h.opts.Engine.Execute(ctx, &x.request, &x.response)
	x.status = statusOf(x.response.Outcome, x.accepted)
}

// statusOf is the HTTP status of an answer.
//
// Specification: GraphQL over HTTP, sections 6.4.1 "application/json" and 6.4.2 "application/graphql-response+json".
func statusOf(outcome Outcome, accepted mediaType) int {
	switch outcome {
	case Rejected:
		if accepted == responseJSON {
			return http.StatusBadRequest
		}
		return http.StatusOK
	case NotAQuery:
		return http.StatusMethodNotAllowed
	case Unavailable:
		return http.StatusServiceUnavailable
	case Unauthenticated:
		return http.StatusUnauthorized
	case Forbidden:
		return http.StatusForbidden
	case TooMany:
		return http.StatusTooManyRequests
	default:
		return http.StatusOK
	}
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
	x.response = Response{}
	x.fail(failInternal)
}
