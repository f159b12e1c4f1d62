package kit

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/subgraphs/kit/events"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

// queryCacheSize is how many parsed documents a service keeps. A router sends few different ones.
const queryCacheSize = 1000

// Assembly is what makes a service out of a generated schema.
type Assembly struct {
	// Name is the subgraph's name.
	Name string
	// Schema is the executable schema gqlgen generated.
	Schema graphql.ExecutableSchema
	// Routes are what the service answers beside /graphql and its health, by patterns of http.ServeMux. Anybody may ask.
	Routes map[string]http.Handler
	// Uploads are the files that come along with operations; none when it is empty.
	Uploads Uploads
	// MaxAge is how long answers may be kept, unless a resolver says less.
	MaxAge time.Duration
	// Dependencies are what the service cannot work without.
	Dependencies []Dependency
	// Events tells how the service's events are doing; nil when it has none.
	Events func(context.Context) (events.Report, error)
	// Closers are run by Close, in order.
	Closers []func() error
}

// Server is a domain service over HTTP.
type Server struct {
	name    string
	handler http.Handler
	health  *health
	closers []func() error
	logger  *slog.Logger
	tls     *tls.Config
}

// NewServer puts the HTTP face of a service together.
func NewServer(a Assembly, config Config) *Server {
	config = config.WithDefaults()
	h := &health{
		name:         a.Name,
		version:      config.Version,
		started:      time.Now(),
		dependencies: a.Dependencies,
		events:       a.Events,
	}
	graphql := withCachePolicy(a.MaxAge,
		withUploadLimit(a.Uploads, config.Limits.Body,
			withIdentity(a.Name, config.Identity, newGraphQL(a, config))))
	if config.Logger.Enabled(context.Background(), slog.LevelDebug) {
		graphql = withRequestLog(config.Logger, graphql)
	}
	if config.TLS != nil && config.TLS.ClientAuth >= tls.VerifyClientCertIfGiven {
		graphql = withCertificate(graphql)
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", telemetry.RequestIDs(config.Telemetry.Requests(graphql)))
	if config.Telemetry != nil && config.Metrics {
		mux.Handle("GET /metrics", config.Telemetry.ServeMetrics())
	}
	for pattern, handler := range a.Routes {
		mux.Handle(pattern, handler)
	}
	mux.HandleFunc("GET /status", h.status)
	mux.HandleFunc("GET /healthz", h.alive)
	mux.HandleFunc("GET /readyz", h.ready)
	return &Server{name: a.Name, handler: mux, health: h, closers: a.Closers, logger: config.Logger, tls: config.TLS}
}

// Name is the subgraph's name.
func (s *Server) Name() string { return s.name }

// Handler answers /graphql, /status, /healthz and /readyz.
func (s *Server) Handler() http.Handler { return s.handler }

// Ready returns nil when every dependency works.
func (s *Server) Ready(ctx context.Context) error { return s.health.Ready(ctx) }

// Close stops background work and closes the database: it runs the closers and returns the first error.
func (s *Server) Close() error {
	var first error
	for _, f := range s.closers {
		if err := f(); err != nil && first == nil {
			first = fmt.Errorf("close subgraph %s: %w", s.name, err)
		}
	}
	return first
}

func newGraphQL(a Assembly, config Config) http.Handler {
	schema, logger := a.Schema, config.Logger
	server := handler.New(schema)
	server.AddTransport(transport.Options{})
	if schema.Schema().Subscription != nil {
		addStreams(server, config.Limits.Body)
	}
	a.Uploads.take(server, config.Limits.Body)
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](queryCacheSize))
	server.SetParserTokenLimit(config.Limits.Tokens)
	server.Use(extension.Introspection{}) // the router reads _service{sdl}; nobody else can reach a service
	server.Use(depthLimit{config.Limits.Depth})
	server.Use(extension.FixedComplexityLimit(config.Limits.Complexity))
	server.SetErrorPresenter(presenter(logger))
	server.SetRecoverFunc(func(ctx context.Context, cause any) error {
		return panicked(ctx, logger, cause)
	})
	server.AroundOperations(collectChanges)
	config.Telemetry.Operations(server)
	useDataloaders(server, config.BatchWait)
	server.AroundResponses(finishResponse)
	return server
}

// finishResponse keeps answers that must not be reused out of caches, and error messages short.
func finishResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil {
		return nil
	}
	if len(response.Errors) > 0 {
		NoStore(ctx)
	}
	if graphql.HasOperationContext(ctx) {
		if op := graphql.GetOperationContext(ctx).Operation; op != nil && op.Operation != ast.Query {
			NoStore(ctx)
		}
	}
	for _, err := range response.Errors {
		if len(err.Message) > maxMessage {
			err.Message = err.Message[:maxMessage] + "..."
		}
	}
	return response
}
