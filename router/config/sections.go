package config

import "time"

// Config is the whole of weft.yaml. Every key has a default that is safe in production, except where the supergraph
// comes from.
type Config struct {
	// Address the router listens at. The default is only reachable from this machine.
	Listen string `koanf:"listen"`
	// Certificate for HTTPS and HTTP/2; plain HTTP when left out.
	TLS ListenTLS `koanf:"tls"`
	// Also take HTTP/2 without TLS, for proxies that speak it.
	H2C bool `koanf:"h2c"`
	// How requests of clients are served.
	Server Server `koanf:"server"`
	// Where the graph comes from.
	Supergraph Supergraph `koanf:"supergraph"`
	// The GraphQL endpoint.
	GraphQL GraphQL `koanf:"graphql"`
	// What clients see of subgraph errors.
	Errors Errors `koanf:"errors"`
	// GraphiQL in the browser.
	Playground Playground `koanf:"playground"`
	// Bounds on what a client may ask for.
	Limits Limits `koanf:"limits"`
	// Which pages of other origins may call the router; none by default.
	CORS CORS `koanf:"cors"`
	// Compression of answers to clients; usually the work of the proxy in front.
	Compression Compression `koanf:"compression"`
	// How subgraphs are called.
	Upstream Upstream `koanf:"upstream"`
	// The entity cache.
	Cache Cache `koanf:"cache"`
	// Sharing of identical work in progress.
	Dedupe Dedupe `koanf:"dedupe"`
	// Query planning.
	Plan Plan `koanf:"plan"`
	// What the router writes to its log.
	Log Log `koanf:"log"`
	// A second listener for operators.
	Admin Admin `koanf:"admin"`
	// How the process ends.
	Shutdown Shutdown `koanf:"shutdown"`
}

// ListenTLS names the files of a certificate.
type ListenTLS struct {
	// PEM file of the certificate, intermediate ones included.
	CertFile string `koanf:"cert_file"`
	// PEM file of its private key.
	KeyFile string `koanf:"key_file"`
}

// Server says how requests of clients are served.
type Server struct {
	// Server for HTTP/1.1 without TLS: weft (the router's own, which costs less) or standard (Go's net/http). All else is
	// net/http's in any case.
	HTTP string `koanf:"http"`
}

// Supergraph says where the graph comes from: a supergraph file, or subgraphs to compose.
type Supergraph struct {
	// File of the composed supergraph.
	Path string `koanf:"path"`
	// Subgraphs to compose when the router starts, instead of a supergraph file.
	Subgraphs []Subgraph `koanf:"subgraphs"`
	// Load the files again when they change. A graph that is not valid is reported and the old one stays.
	Watch bool `koanf:"watch"`
	// How often the files are looked at.
	PollInterval time.Duration `koanf:"poll_interval"`
	// What to do with a graph that links a specification for SECURITY or EXECUTION which the router does not support, as are
	// those of @authenticated, @requiresScopes and @policy: refuse it, or warn in the log and serve it all the same. It is
	// then served to everybody as if the directives were not there.
	UnsupportedFeatures string `koanf:"unsupported_features"`
	// Labels of progressive @override that are on. Labels of the form percent(x) decide for themselves.
	OverrideLabels []string `koanf:"override_labels"`
}

// Subgraph is a subgraph to compose.
type Subgraph struct {
	// Name of the subgraph, unique in the graph.
	Name string `koanf:"name"`
	// Address of its GraphQL endpoint.
	URL string `koanf:"url"`
	// File of its schema.
	Schema string `koanf:"schema"`
}

// GraphQL is about the endpoint clients talk to.
type GraphQL struct {
	// Path of the endpoint.
	Path string `koanf:"path"`
	// Whether clients may ask for the schema (__schema and __type).
	Introspection bool `koanf:"introspection"`
	// Answers of at least this size leave while they are being printed: no more than a piece of them is held in memory. 0
	// means that every answer is printed first and then sent.
	StreamAbove ByteSize `koanf:"stream_above"`
	// Pass the extensions of subgraph answers on to clients, as a list of {name, extensions} in extensions.subgraphs.
	// Answers that came from the entity cache have none.
	SubgraphExtensions bool `koanf:"subgraph_extensions"`
	// JSON arrays of requests.
	Batching Batching `koanf:"batching"`
	// GET requests must carry one of these headers when any is named. GET only runs queries, so this only keeps pages
	// of other origins from causing load.
	RequireHeaders []string `koanf:"require_headers"`
}

// Errors is about the errors of subgraphs in answers to clients.
type Errors struct {
	// Replace the messages of subgraph errors, and of errors that show what a subgraph said, by a fixed text, and leave
	// out the subgraph's name (extensions.service) and all extensions but the code. The log has what was replaced, at
	// the level debug.
	Redact bool `koanf:"redact"`
	// Entries of the extensions of subgraph errors that clients get beside the code; "*" means all.
	Extensions []string `koanf:"extensions"`
	// Most errors in one answer; what is beyond is counted only.
	Max int `koanf:"max"`
}

// Batching is about JSON arrays of requests in one HTTP request.
type Batching struct {
	// Accept arrays.
	Enabled bool `koanf:"enabled"`
	// Most requests in an array.
	Max int `koanf:"max"`
}

// Playground is about GraphiQL.
type Playground struct {
	// Serve the playground to browsers.
	Enabled bool `koanf:"enabled"`
	// Path of the page; the GraphQL endpoint shows it to browsers too.
	Path string `koanf:"path"`
	// Title of the page.
	Title string `koanf:"title"`
	// File with the query that stands in the editor on a first visit.
	DefaultQuery string `koanf:"default_query"`
}

// Limits bound what a client may ask for. For the limits of an operation -1 means none, and 0 the default.
type Limits struct {
	// Largest request body.
	BodyBytes ByteSize `koanf:"body_bytes"`
	// Most memory for the bodies of all requests in progress, 64 KB of each not counted; a request whose body there is no
	// room for is answered 503.
	BodiesBytes ByteSize `koanf:"bodies_bytes"`
	// Largest answer to one operation. An operation whose answer would be larger is answered with an error
	// (RESPONSE_TOO_LARGE).
	ResponseBytes ByteSize `koanf:"response_bytes"`
	// Most memory for all answers in progress, 64 KB of each not counted; what has no room is streamed, or answered 503
	// (OVERLOADED) if it cannot be.
	ResponsesBytes ByteSize `koanf:"responses_bytes"`
	// Most requests in progress, further ones are answered 503; 0 means no bound.
	ConcurrentRequests int `koanf:"concurrent_requests"`
	// Longest time for one request; what is not there then is null with an error. 0 means no bound.
	RequestTimeout time.Duration `koanf:"request_timeout"`
	// Most tokens in a document; -1 means no limit, here and below.
	Tokens int `koanf:"tokens"`
	// Deepest nesting of fields, fragments expanded.
	Depth int `koanf:"depth"`
	// Most fields, fragments expanded.
	Fields int `koanf:"fields"`
	// Most aliases, fragments expanded.
	Aliases int `koanf:"aliases"`
	// Most directives, fragments expanded.
	Directives int `koanf:"directives"`
	// Most fields of the operation's root selection, fragments expanded.
	RootFields int `koanf:"root_fields"`
}

// CORS says which pages of other origins may call the router.
type CORS struct {
	// Origins that may call: https://shop.example, https://*.shop.example, http://localhost:*, or * for any. None switches
	// CORS off.
	Origins []string `koanf:"origins"`
	// Request headers they may send.
	Headers []string `koanf:"headers"`
	// Answer headers they may read.
	ExposedHeaders []string `koanf:"exposed_headers"`
	// Allow cookies and HTTP authentication; not together with the origin *.
	Credentials bool `koanf:"credentials"`
	// How long browsers may remember the permission.
	MaxAge time.Duration `koanf:"max_age"`
}

// Compression is about answers to clients.
type Compression struct {
	// Compress answers with zstd or gzip for clients that take it.
	Enabled bool `koanf:"enabled"`
	// Leave shorter answers as they are.
	MinBytes ByteSize `koanf:"min_bytes"`
}

// Upstream says how subgraphs are called.
type Upstream struct {
	// Settings for all subgraphs.
	All UpstreamSettings `koanf:"all"`
	// Settings of single subgraphs by name; what they leave out comes from "all".
	Subgraphs map[string]UpstreamSettings `koanf:"subgraphs"`
	// Secret shared with the subgraphs. Requests then carry a signed header (Weft-Identity), by which a subgraph knows
	// that they come from the router. Give it as ${VARIABLE}.
	IdentityKey string `koanf:"identity_key"`
	// Most bytes of one subgraph answer.
	MaxResponseBytes ByteSize `koanf:"max_response_bytes"`
	// Most subgraph requests that one client request has in progress.
	MaxConcurrentFetches int `koanf:"max_concurrent_fetches"`
}

// UpstreamSettings say how a subgraph is called. What is left out is inherited.
type UpstreamSettings struct {
	// Address to call instead of the one in the supergraph: http://, https:// or unix:///path/to/socket.
	URL string `koanf:"url"`
	// Longest time for one call, retries included.
	Timeout time.Duration `koanf:"timeout"`
	// Protocol: auto or http1 (HTTP/1.1), http2 (over TLS) or h2c (HTTP/2 without TLS).
	Protocol string `koanf:"protocol"`
	// Client for HTTP/1.1 without TLS: weft (the router's own, which costs less) or standard (Go's net/http). All else is
	// net/http's in any case.
	Client string `koanf:"client"`
	// Most connections to it.
	MaxConnections int `koanf:"max_connections"`
	// Most calls in progress; 0 means no bound.
	MaxConcurrent int `koanf:"max_concurrent"`
	// How long an unused connection is kept; shorter than the server keeps it.
	IdleTimeout time.Duration `koanf:"idle_timeout"`
	// Ask for compressed answers: gzip, br or zstd; none by default. What stands under "all" is not for subgraphs on this
	// machine.
	AcceptEncoding []string `koanf:"accept_encoding"`
	// Headers of the requests.
	Headers UpstreamHeaders `koanf:"headers"`
	// Repeating queries that failed for a passing reason.
	Retries Retries `koanf:"retries"`
	// Not calling a subgraph that keeps failing.
	Breaker Breaker `koanf:"breaker"`
	// A second request when the first is slow.
	Hedge Hedge `koanf:"hedge"`
	// Asking again for a batch of entities that failed as a whole.
	Halving Halving `koanf:"halving"`
	// Certificates of the connection.
	TLS UpstreamTLS `koanf:"tls"`
}

// UpstreamHeaders are the headers of requests to a subgraph.
type UpstreamHeaders struct {
	// The client's headers that are passed on. Headers of the connection or the body never are.
	Forward []string `koanf:"forward"`
	// Headers with fixed values. A client's header of the same name is not passed on, even if it is to be forwarded.
	Set map[string]string `koanf:"set"`
}

// Retries repeat queries, never mutations.
type Retries struct {
	// Most repetitions of one call; 0 means none.
	Max int `koanf:"max"`
	// First pause, which doubles and is jittered.
	Pause time.Duration `koanf:"pause"`
	// Most repetitions as a part of all calls, so that retries cannot bury a struggling subgraph.
	Budget float64 `koanf:"budget"`
}

// Breaker keeps calls away from a subgraph that keeps failing.
type Breaker struct {
	// Failures in a row after which calls fail at once; 0 means never.
	Failures int `koanf:"failures"`
	// How long until one call may try again, and another one if that has no answer yet.
	OpenFor time.Duration `koanf:"open_for"`
}

// Hedge sends a query a second time when the answer is slow, and takes the first answer.
type Hedge struct {
	// How long to wait before the second request; 0 means never.
	After time.Duration `koanf:"after"`
}

// Halving asks again, in halves, for a batch of entities that failed as a whole, until the entities are found that make
// it fail: many servers answer with errors and no data at all because of a single one. Answers without GraphQL errors,
// timeouts and lost connections are not repeated, nor are the statuses 401, 403, 429 and 503.
type Halving struct {
	// Whether such batches are halved.
	Enabled bool `koanf:"enabled"`
	// Most requests more for one batch. One bad entity among 100 takes 14.
	MaxRequests int `koanf:"max_requests"`
}

// UpstreamTLS are the certificates of connections to a subgraph.
type UpstreamTLS struct {
	// PEM file of the authorities to trust instead of the system's.
	CAFile string `koanf:"ca_file"`
	// PEM file of the router's own certificate (mTLS).
	CertFile string `koanf:"cert_file"`
	// PEM file of its private key.
	KeyFile string `koanf:"key_file"`
	// Name the subgraph's certificate must have, when it is not the address's.
	ServerName string `koanf:"server_name"`
}

// Cache is about the entity cache.
type Cache struct {
	// Remember entities.
	Enabled bool `koanf:"enabled"`
	// Separates several graphs in one Redis.
	Namespace string `koanf:"namespace"`
	// The Redis that all replicas share; without an address each remembers for itself.
	Redis Redis `koanf:"redis"`
	// Longest wait for Redis in a request, paid once per outage.
	Timeout time.Duration `koanf:"timeout"`
	// Lifetime of values about which neither the subgraph nor the schema says anything; 0 means they are not kept.
	TTL time.Duration `koanf:"ttl"`
	// Lifetime of "there is no such entity".
	NegativeTTL time.Duration `koanf:"negative_ttl"`
	// Longest lifetime, whoever asks for it.
	MaxTTL time.Duration `koanf:"max_ttl"`
	// The cache in process, in front of Redis.
	L1 L1 `koanf:"l1"`
	// Whether values may be used after their end.
	Stale Stale `koanf:"stale"`
	// Clients may bypass the cache with Cache-Control: no-cache and no-store.
	RequestNoCache bool `koanf:"request_no_cache"`
	// Settings of single subgraphs by name.
	Subgraphs map[string]CacheSubgraph `koanf:"subgraphs"`
	// News of changes from the services.
	Events CacheEvents `koanf:"events"`
	// POST /invalidation on the admin listener.
	Invalidation Invalidation `koanf:"invalidation"`
}

// Redis says how to reach Redis.
type Redis struct {
	// host:port of the server, of some cluster nodes or of the sentinels; or one redis:// or rediss:// URL.
	Addresses []string `koanf:"addresses"`
	// standalone, cluster or sentinel; found out from the addresses when left out.
	Mode string `koanf:"mode"`
	// Name the sentinels know the primary by.
	MasterName string `koanf:"master_name"`
	// ACL user.
	Username string `koanf:"username"`
	// Its password; better given as ${REDIS_PASSWORD} than written down.
	Password string `koanf:"password"`
	// ACL user of the sentinels.
	SentinelUsername string `koanf:"sentinel_username"`
	// Its password.
	SentinelPassword string `koanf:"sentinel_password"`
	// Number of the database.
	DB int `koanf:"db"`
	// Connections per node; 0 means ten per CPU.
	PoolSize int `koanf:"pool_size"`
	// Use TLS.
	TLS RedisTLS `koanf:"tls"`
}

// RedisTLS is about the connection to Redis.
type RedisTLS struct {
	// Use TLS.
	Enabled bool `koanf:"enabled"`
	// PEM file of the authorities to trust instead of the system's.
	CAFile string `koanf:"ca_file"`
	// PEM file of the router's own certificate.
	CertFile string `koanf:"cert_file"`
	// PEM file of its private key.
	KeyFile string `koanf:"key_file"`
	// Name the server's certificate must have, when it is not the address's.
	ServerName string `koanf:"server_name"`
}

// L1 is the cache in process.
type L1 struct {
	// Keep values in process.
	Enabled bool `koanf:"enabled"`
	// Most memory for them.
	MaxBytes ByteSize `koanf:"max_bytes"`
	// How long a value is used without asking Redis again.
	TTL time.Duration `koanf:"ttl"`
}

// Stale says how long after its end a value may still be used.
type Stale struct {
	// While it is fetched anew in the background.
	WhileRevalidate time.Duration `koanf:"while_revalidate"`
	// When its subgraph fails.
	IfError time.Duration `koanf:"if_error"`
}

// CacheSubgraph are the cache settings of a subgraph.
type CacheSubgraph struct {
	// Keep its answers out of the cache.
	Disabled bool `koanf:"disabled"`
	// Overrides cache.ttl.
	TTL time.Duration `koanf:"ttl"`
	// Overrides cache.stale.
	Stale *Stale `koanf:"stale"`
	// Keep private answers, each for its own caller.
	Private bool `koanf:"private"`
	// Request headers its answers depend on.
	Vary []string `koanf:"vary"`
	// Settings of single types by name; Query stands for root fields.
	Types map[string]CacheType `koanf:"types"`
}

// CacheType are the cache settings of a type in a subgraph.
type CacheType struct {
	// Keep the type out of the cache.
	Disabled bool `koanf:"disabled"`
	// Overrides the subgraph's ttl.
	TTL time.Duration `koanf:"ttl"`
	// Overrides the subgraph's stale.
	Stale *Stale `koanf:"stale"`
}

// CacheEvents is about the events by which services tell what they have changed; such entities are fetched anew.
type CacheEvents struct {
	// NATS server with the events: nats://host:port or tls://host:port, several separated by commas.
	NATSURL string `koanf:"nats_url"`
	// NATS credentials file.
	Credentials string `koanf:"credentials"`
}

// Invalidation is about the invalidation endpoint.
type Invalidation struct {
	// Secret that callers send in the Authorization header; the endpoint is off without one. Give it as ${VARIABLE}.
	SharedKey string `koanf:"shared_key"`
}

// Dedupe shares identical work in progress. Only queries are shared, and only between callers with the same identity.
type Dedupe struct {
	// Identical subgraph requests share one call.
	SubgraphRequests bool `koanf:"subgraph_requests"`
	// Identical client queries share one execution.
	ClientQueries bool `koanf:"client_queries"`
	// Client headers that make requests of different callers different, beyond those passed on to subgraphs.
	IdentityHeaders []string `koanf:"identity_headers"`
}

// Plan is about query planning.
type Plan struct {
	// Memory for prepared operations and plans, and for documents that wait to be prepared.
	CacheBytes ByteSize `koanf:"cache_bytes"`
	// Most steps of the search for the best plan of an operation; then the best one so far is used. 0 means the
	// built-in default.
	SearchBudget int `koanf:"search_budget"`
	// Answer the request header Weft-Query-Plan: true with the plan, timings and sizes in extensions.queryPlan. It tells
	// clients about the subgraphs, so it is meant for development.
	Expose bool `koanf:"expose"`
	// Recently used operations that are planned again before a new graph takes over.
	WarmUp int `koanf:"warm_up"`
}

// Log is about the router's log, which goes to standard error.
type Log struct {
	// debug, info, warn or error.
	Level string `koanf:"level"`
	// json, text, or pretty (in colour, for people).
	Format string `koanf:"format"`
	// A line per request.
	Access bool `koanf:"access"`
	// Give each request an id (X-Request-Id), in the answer and in the log.
	RequestIDs bool `koanf:"request_ids"`
}

// Admin is the listener for operators: /healthz, /readyz, /status, /subgraphs (where they are), /metrics and, when
// switched on, /debug/pprof and /invalidation. It has no authentication of its own.
type Admin struct {
	// Address to listen at; no admin listener when empty.
	Listen string `koanf:"listen"`
	// Serve metrics for Prometheus at /metrics.
	Metrics bool `koanf:"metrics"`
	// Serve profiles at /debug/pprof.
	Profiles bool `koanf:"profiles"`
}

// Shutdown is about the end of the process.
type Shutdown struct {
	// How long to go on after /readyz says 503, for load balancers to notice.
	DrainDelay time.Duration `koanf:"drain_delay"`
	// How long requests in progress then get to finish.
	Timeout time.Duration `koanf:"timeout"`
}
