package config

import "time"

// Config is the whole of weft.yaml. Every key has a default that is safe in production, except where the supergraph
// comes from.
type Config struct {
	// For the public: no introspection, a plain page instead of the playground, no suggestions of names ("did you mean"),
	// and errors of subgraphs replaced by a reference to the log, whatever is set elsewhere.
	Production bool `yaml:"production"`
	// Address the router listens at. The default is only reachable from this machine.
	Listen string `yaml:"listen"`
	// Certificate for HTTPS and HTTP/2; plain HTTP when left out.
	TLS ListenTLS `yaml:"tls"`
	// Also take HTTP/2 without TLS, for proxies that speak it.
	H2C bool `yaml:"h2c"`
	// How requests of clients are served.
	Server Server `yaml:"server"`
	// Where the graph comes from.
	Supergraph Supergraph `yaml:"supergraph"`
	// Another graph, or other settings, for some requests first.
	Canary Canary `yaml:"canary"`
	// Further graphs that this process serves, by path or host, each with settings of its own.
	Graphs []Graph `yaml:"graphs"`
	// The GraphQL endpoint.
	GraphQL GraphQL `yaml:"graphql"`
	// What clients see of subgraph errors.
	Errors Errors `yaml:"errors"`
	// GraphiQL in the browser.
	Playground Playground `yaml:"playground"`
	// Bounds on what a client may ask for.
	Limits Limits `yaml:"limits"`
	// Compression of answers to clients; usually the work of the proxy in front.
	Compression Compression `yaml:"compression"`
	// How subgraphs are called.
	Upstream Upstream `yaml:"upstream"`
	// The entity cache.
	Cache Cache `yaml:"cache"`
	// What tells callers apart: whose private answers are whose.
	Caller Caller `yaml:"caller"`
	// Sharing of identical work in progress.
	Dedupe Dedupe `yaml:"dedupe"`
	// Subscriptions of clients, and how subgraphs are asked for events.
	Subscription Subscription `yaml:"subscription"`
	// Query planning.
	Plan Plan `yaml:"plan"`
	// What the router writes to its log.
	Log Log `yaml:"log"`
	// A second listener for operators.
	Admin Admin `yaml:"admin"`
	// How the process ends.
	Shutdown Shutdown `yaml:"shutdown"`
	// Modules are the settings of the modules that were configured, by the name of their section: what Section.New
	// returned, filled.
	Modules map[string]any `yaml:"-"`
}

// ListenTLS names the files of a certificate.
type ListenTLS struct {
	// PEM file of the certificate, intermediate ones included.
	CertFile string `yaml:"cert_file"`
	// PEM file of its private key.
	KeyFile string `yaml:"key_file"`
}

// Server says how requests of clients are served.
type Server struct {
	// Server for HTTP/1.1 without TLS: weft (the router's own, which costs less) or standard (Go's net/http). All else is
	// net/http's in any case.
	HTTP string `yaml:"http"`
}

// Supergraph says where the graph comes from: a supergraph file, or subgraphs to compose.
type Supergraph struct {
	// File of the composed supergraph.
	Path string `yaml:"path"`
	// Subgraphs to compose when the router starts, instead of a supergraph file.
	Subgraphs []Subgraph `yaml:"subgraphs"`
	// Ask for the composed supergraph over HTTP, instead.
	HTTP SupergraphHTTP `yaml:"http"`
	// Take the composed supergraph from S3, or storage with its interface, instead.
	S3 SupergraphS3 `yaml:"s3"`
	// Take the composed supergraph from an OCI registry, instead.
	OCI SupergraphOCI `yaml:"oci"`
	// Whose supergraphs are used.
	Signature SupergraphSignature `yaml:"signature"`
	// File of a supergraph to begin with when the configured one cannot be had or used at the start.
	Fallback string `yaml:"fallback"`
	// Load the files again when they change. A graph that is not valid is reported and the old one stays.
	Watch bool `yaml:"watch"`
	// How often the files are looked at.
	PollInterval time.Duration `yaml:"poll_interval"`
	// What to do with a graph that links a specification for SECURITY or EXECUTION which the router does not support:
	// refuse it, or warn in the log and serve it all the same. It is then served to everybody as if the directives were
	// not there.
	UnsupportedFeatures string `yaml:"unsupported_features"`
	// Labels of progressive @override that are on. Labels of the form percent(x) decide for themselves.
	OverrideLabels []string `yaml:"override_labels"`
}

// SupergraphHTTP is a supergraph at an address: a registry, an object store, or any web server.
type SupergraphHTTP struct {
	// The address, https://… or http://….
	URL string `yaml:"url"`
	// Headers of the requests, such as the key of a registry: give it as ${VARIABLE}.
	Headers map[string]string `yaml:"headers"`
	// How often to ask whether there is another one. Nothing is sent again that has the same ETag or Last-Modified.
	PollInterval time.Duration `yaml:"poll_interval"`
	// How long an answer may take.
	Timeout time.Duration `yaml:"timeout"`
}

// Subgraph is a subgraph to compose.
type Subgraph struct {
	// Name of the subgraph, unique in the graph.
	Name string `yaml:"name"`
	// Address of its GraphQL endpoint.
	URL string `yaml:"url"`
	// File of its schema.
	Schema string `yaml:"schema"`
}

// GraphQL is about the endpoint clients talk to.
type GraphQL struct {
	// Path of the endpoint.
	Path string `yaml:"path"`
	// Whether clients may ask for the schema (__schema and __type).
	Introspection bool `yaml:"introspection"`
	// Tell clients in errors which names of the schema they may have meant.
	Suggestions bool `yaml:"suggestions"`
	// Tell clients what is not valid in their documents on this graph: which fields, arguments and types do not exist,
	// or do not go together. Otherwise whoever guesses names learns which there are from what is refused, and how.
	Explain bool `yaml:"explain"`
	// Answers of at least this size leave while they are being printed: no more than a piece of them is held in memory. 0
	// means that every answer is printed first and then sent.
	StreamAbove ByteSize `yaml:"stream_above"`
	// Pass the extensions of subgraph answers on to clients, as a list of {name, extensions} in extensions.subgraphs.
	// Answers that came from the entity cache have none.
	SubgraphExtensions bool `yaml:"subgraph_extensions"`
	// Which statuses answers have: stable (what clients and proxies know), or draft (the newest draft of GraphQL over
	// HTTP: 422 for documents, variables and parameters that are not valid, 294 for data beside errors).
	OverHTTP string `yaml:"over_http"`
	// Error behaviors: requests that say what becomes of errors (onError).
	OnError OnError `yaml:"on_error"`
	// Compressions that request bodies may have: gzip, br, zstd. limits.body_bytes is for what comes out.
	RequestEncodings []string `yaml:"request_encodings"`
	// JSON arrays of requests.
	Batching Batching `yaml:"batching"`
	// What keeps pages of other sites from sending requests with a visitor's cookies.
	CSRF CSRF `yaml:"csrf"`
	// GET requests must carry one of these headers when any is named. GET only runs queries, so this only keeps pages
	// of other origins from causing load.
	RequireHeaders []string `yaml:"require_headers"`
}

// OnError is about what becomes of a value that is an error where the schema does not allow null: the proposal "error
// behaviors" for the specification of GraphQL.
type OnError struct {
	// Let requests choose with onError: PROPAGATE makes the nearest value null that may be, NULL the value itself,
	// HALT all data. Introspection announces it (__service).
	Enabled bool `yaml:"enabled"`
	// What is done for requests that do not say: PROPAGATE, "NULL" (in quotes) or HALT.
	Default string `yaml:"default"`
}

// CSRF is about requests that browsers send for pages of other sites, without asking the router first (CORS).
type CSRF struct {
	// Refuse such requests: GET from another site or with cookies, with a Content-Type that is not application/json, and
	// POST with anything else than JSON; unless they carry one of the headers.
	Enabled bool `yaml:"enabled"`
	// Headers that browsers only send after having asked; any value will do.
	Headers []string `yaml:"headers"`
}

// Errors is about the errors of subgraphs in answers to clients.
type Errors struct {
	// Replace the messages of subgraph errors, and of errors that show what a subgraph said, by a fixed text, and leave
	// out the subgraph's name (extensions.service) and all extensions but the code. The log has what was replaced, under
	// the reference that the client gets (extensions.reference).
	Redact bool `yaml:"redact"`
	// Entries of the extensions of subgraph errors that clients get beside the code; "*" means all.
	Extensions []string `yaml:"extensions"`
	// Most errors in one answer; what is beyond is counted only.
	Max int `yaml:"max"`
}

// Batching is about JSON arrays of requests in one HTTP request.
type Batching struct {
	// Accept arrays.
	Enabled bool `yaml:"enabled"`
	// Most requests in an array.
	Max int `yaml:"max"`
}

// Playground is about GraphiQL.
type Playground struct {
	// Serve the playground to browsers.
	Enabled bool `yaml:"enabled"`
	// Path of the page; the GraphQL endpoint shows it to browsers too.
	Path string `yaml:"path"`
	// Title of the page.
	Title string `yaml:"title"`
	// File with the query that stands in the editor on a first visit.
	DefaultQuery string `yaml:"default_query"`
}

// Limits bound what a client may ask for. For the limits of an operation -1 means none, and 0 the default.
type Limits struct {
	// Largest request body.
	BodyBytes ByteSize `yaml:"body_bytes"`
	// Most memory for the bodies of all requests in progress, 16 KB of each not counted; a request whose body there is no
	// room for is answered 503.
	BodiesBytes ByteSize `yaml:"bodies_bytes"`
	// Time for a request body; one that takes longer is answered 408.
	BodyTimeout time.Duration `yaml:"body_timeout"`
	// Bytes of a body that earn it another second beyond body_timeout; 0 means that none do.
	BodyRate ByteSize `yaml:"body_rate"`
	// Largest answer to one operation. An operation whose answer would be larger is answered with an error
	// (RESPONSE_TOO_LARGE).
	ResponseBytes ByteSize `yaml:"response_bytes"`
	// Most memory for all answers in progress, 64 KB of each not counted; what has no room is streamed, or answered 503
	// (OVERLOADED) if it cannot be.
	ResponsesBytes ByteSize `yaml:"responses_bytes"`
	// Memory that the process may take: new work is refused with 503 (MEMORY_LIMIT) before it takes more. 0 means what the
	// cgroup or GOMEMLIMIT allow, and no bound when neither says anything.
	Memory ByteSize `yaml:"memory"`
	// Most requests in progress, those not counted whose bodies have not come or whose answers only wait to be read.
	// Further ones are answered 503; 0 means no bound.
	ConcurrentRequests int `yaml:"concurrent_requests"`
	// Bound the requests in progress by how long they take, below concurrent_requests.
	Adaptive Adaptive `yaml:"adaptive"`
	// Longest time for one request; what is not there then is null with an error. 0 means no bound.
	RequestTimeout time.Duration `yaml:"request_timeout"`
	// Most tokens in a document; -1 means no limit, here and below.
	Tokens int `yaml:"tokens"`
	// Deepest nesting of fields, fragments expanded.
	Depth int `yaml:"depth"`
	// Most fields, fragments expanded.
	Fields int `yaml:"fields"`
	// Most aliases, fragments expanded.
	Aliases int `yaml:"aliases"`
	// Most directives, fragments expanded.
	Directives int `yaml:"directives"`
	// Most fields of the operation's root selection, fragments expanded.
	RootFields int `yaml:"root_fields"`
	// Deepest nesting of fields below __schema and __type.
	IntrospectionDepth int `yaml:"introspection_depth"`
	// Most variables that an operation declares.
	Variables int `yaml:"variables"`
	// Most elements of all lists in an operation's literal values, fragments expanded, and of all in the values of its
	// variables.
	ListItems int `yaml:"list_items"`
	// Let requests pass that are beyond these limits, but not beyond the defaults; they are counted
	// (weft_limits_exceeded_total). adaptive has a mode of its own.
	WarnOnly bool `yaml:"warn_only"`
}

// Adaptive bounds requests in progress by how long they take: when answers take longer than they use to, fewer are
// worked on at a time, down to min, and more again when they do not. Who finds no place waits, and is refused with
// 503 (ADAPTIVE_LIMIT) when there is none in time, or too many wait.
type Adaptive struct {
	// "off", "enforce", or "warn", which only counts what would have been refused.
	Mode string `yaml:"mode"`
	// Fewest requests in progress that the bound falls to.
	Min int `yaml:"min"`
	// Most requests in progress that the bound rises to.
	Max int `yaml:"max"`
	// How many requests may wait, as a multiple of the bound; from half of that on some are refused. 0 lets none wait.
	Queue float64 `yaml:"queue"`
	// Longest time that a request waits.
	MaxWait time.Duration `yaml:"max_wait"`
	// Part of the bound, between 0 and 1, that one client address may have while no place is free; what is beyond it is
	// refused with 429 (CLIENT_CONCURRENCY_LIMIT). 0 means all of it.
	ClientShare float64 `yaml:"client_share"`
	// Addresses and networks of proxies whose word on the address of a client counts.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Header in which they say it.
	AddressHeader string `yaml:"address_header"`
}

// Compression is about answers to clients.
type Compression struct {
	// Compress answers with zstd or gzip for clients that take it.
	Enabled bool `yaml:"enabled"`
	// Leave shorter answers as they are.
	MinBytes ByteSize `yaml:"min_bytes"`
}

// Upstream says how subgraphs are called.
type Upstream struct {
	// Settings for all subgraphs.
	All UpstreamSettings `yaml:"all"`
	// Settings of single subgraphs by name; what they leave out comes from "all".
	Subgraphs map[string]UpstreamSettings `yaml:"subgraphs"`
	// Most bytes of one subgraph answer.
	MaxResponseBytes ByteSize `yaml:"max_response_bytes"`
	// Most memory for subgraph answers that are being read or used, 1 MB of each not counted; one that there is no room
	// for has failed.
	MaxResponsesBytes ByteSize `yaml:"max_responses_bytes"`
	// Most subgraph requests that one client request has in progress.
	MaxConcurrentFetches int `yaml:"max_concurrent_fetches"`
}

// UpstreamSettings say how a subgraph is called. What is left out is inherited.
type UpstreamSettings struct {
	// Address to call instead of the one in the supergraph: http://, https:// or unix:///path/to/socket.
	URL string `yaml:"url"`
	// Longest time for one call, retries included.
	Timeout time.Duration `yaml:"timeout"`
	// Protocol: auto or http1 (HTTP/1.1), http2 (over TLS) or h2c (HTTP/2 without TLS).
	Protocol string `yaml:"protocol"`
	// Client for HTTP/1.1 without TLS: weft (the router's own, which costs less) or standard (Go's net/http). All else is
	// net/http's in any case.
	Client string `yaml:"client"`
	// Most connections to it.
	MaxConnections int `yaml:"max_connections"`
	// Most calls in progress; 0 means no bound.
	MaxConcurrent int `yaml:"max_concurrent"`
	// How long an unused connection is kept; shorter than the server keeps it.
	IdleTimeout time.Duration `yaml:"idle_timeout"`
	// Ask for compressed answers: gzip, br or zstd; none by default. What stands under "all" is not for subgraphs on this
	// machine.
	AcceptEncoding []string `yaml:"accept_encoding"`
	// Repeating queries that failed for a passing reason.
	Retries Retries `yaml:"retries"`
	// Not calling a subgraph that keeps failing.
	Breaker Breaker `yaml:"breaker"`
	// A second request when the first is slow.
	Hedge Hedge `yaml:"hedge"`
	// Asking again for a batch of entities that failed as a whole.
	Halving Halving `yaml:"halving"`
	// Certificates of the connection.
	TLS UpstreamTLS `yaml:"tls"`
}

// Retries repeat queries, never mutations.
type Retries struct {
	// Most repetitions of one call; 0 means none.
	Max int `yaml:"max"`
	// First pause, which doubles and is jittered.
	Pause time.Duration `yaml:"pause"`
	// Most repetitions as a part of all calls, so that retries cannot bury a struggling subgraph.
	Budget float64 `yaml:"budget"`
}

// Breaker keeps calls away from a subgraph that keeps failing.
type Breaker struct {
	// Failures in a row after which calls fail at once; 0 means never.
	Failures int `yaml:"failures"`
	// How long until one call may try again, and another one if that has no answer yet.
	OpenFor time.Duration `yaml:"open_for"`
}

// Hedge sends a query a second time when the answer is slow, and takes the first answer.
type Hedge struct {
	// How long to wait before the second request; 0 means never.
	After time.Duration `yaml:"after"`
}

// Halving asks again, in halves, for a batch of entities that failed as a whole, until the entities are found that make
// it fail: many servers answer with errors and no data at all because of a single one. Answers without GraphQL errors,
// timeouts and lost connections are not repeated, nor are the statuses 401, 403, 429 and 503.
type Halving struct {
	// Whether such batches are halved.
	Enabled bool `yaml:"enabled"`
	// Most requests more for one batch. One bad entity among 100 takes 14.
	MaxRequests int `yaml:"max_requests"`
}

// UpstreamTLS are the certificates of connections to a subgraph.
type UpstreamTLS struct {
	// PEM file of the authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file"`
	// PEM file of the router's own certificate (mTLS).
	CertFile string `yaml:"cert_file"`
	// PEM file of its private key.
	KeyFile string `yaml:"key_file"`
	// Name the subgraph's certificate must have, when it is not the address's.
	ServerName string `yaml:"server_name"`
}

// Cache is about the entity cache.
type Cache struct {
	// Remember entities.
	Enabled bool `yaml:"enabled"`
	// Separates several graphs in one Redis.
	Namespace string `yaml:"namespace"`
	// The Redis that all replicas share; without an address each remembers for itself.
	Redis Redis `yaml:"redis"`
	// Longest wait for Redis in a look-up of a few hundred entities; larger ones wait in proportion, up to 1s. After three
	// failures in a row no request waits until Redis answers again.
	Timeout time.Duration `yaml:"timeout"`
	// Lifetime of values about which neither the subgraph nor the schema says anything; 0 means they are not kept.
	TTL time.Duration `yaml:"ttl"`
	// Lifetime of "there is no such entity".
	NegativeTTL time.Duration `yaml:"negative_ttl"`
	// Longest lifetime, whoever asks for it.
	MaxTTL time.Duration `yaml:"max_ttl"`
	// The cache in process, in front of Redis.
	L1 L1 `yaml:"l1"`
	// Whether values may be used after their end.
	Stale Stale `yaml:"stale"`
	// Clients may bypass the cache with Cache-Control: no-cache and no-store.
	RequestNoCache bool `yaml:"request_no_cache"`
	// Settings of single subgraphs by name.
	Subgraphs map[string]CacheSubgraph `yaml:"subgraphs"`
	// News of changes from the services.
	Events CacheEvents `yaml:"events"`
	// POST /invalidation on the admin listener.
	Invalidation Invalidation `yaml:"invalidation"`
}

// Redis says how to reach Redis.
type Redis struct {
	// host:port of the server, of some cluster nodes or of the sentinels; or one redis:// or rediss:// URL.
	Addresses []string `yaml:"addresses"`
	// standalone, cluster or sentinel; found out from the addresses when left out.
	Mode string `yaml:"mode"`
	// Name the sentinels know the primary by.
	MasterName string `yaml:"master_name"`
	// ACL user.
	Username string `yaml:"username"`
	// Its password; better given as ${REDIS_PASSWORD} than written down.
	Password string `yaml:"password"`
	// ACL user of the sentinels.
	SentinelUsername string `yaml:"sentinel_username"`
	// Its password.
	SentinelPassword string `yaml:"sentinel_password"`
	// Number of the database.
	DB int `yaml:"db"`
	// Connections per node; 0 means ten per CPU.
	PoolSize int `yaml:"pool_size"`
	// Use TLS.
	TLS RedisTLS `yaml:"tls"`
}

// RedisTLS is about the connection to Redis.
type RedisTLS struct {
	// Use TLS.
	Enabled bool `yaml:"enabled"`
	// PEM file of the authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file"`
	// PEM file of the router's own certificate.
	CertFile string `yaml:"cert_file"`
	// PEM file of its private key.
	KeyFile string `yaml:"key_file"`
	// Name the server's certificate must have, when it is not the address's.
	ServerName string `yaml:"server_name"`
}

// L1 is the cache in process.
type L1 struct {
	// Keep values in process.
	Enabled bool `yaml:"enabled"`
	// Most memory for them.
	MaxBytes ByteSize `yaml:"max_bytes"`
	// How long a value is used without asking Redis again.
	TTL time.Duration `yaml:"ttl"`
}

// Stale says how long after its end a value may still be used.
type Stale struct {
	// While it is fetched anew in the background.
	WhileRevalidate time.Duration `yaml:"while_revalidate"`
	// When its subgraph fails.
	IfError time.Duration `yaml:"if_error"`
}

// CacheSubgraph are the cache settings of a subgraph.
type CacheSubgraph struct {
	// Keep its answers out of the cache.
	Disabled bool `yaml:"disabled"`
	// Overrides cache.ttl.
	TTL time.Duration `yaml:"ttl"`
	// Overrides cache.stale.
	Stale *Stale `yaml:"stale"`
	// Keep private answers, each for its own caller.
	Private bool `yaml:"private"`
	// Its answers do not depend on who asks: share them although requests carry credentials (Authorization,
	// caller.headers, claims), unless an answer or the schema says private.
	Public bool `yaml:"public"`
	// Request headers its answers depend on.
	Vary []string `yaml:"vary"`
	// Settings of single types by name; Query stands for root fields.
	Types map[string]CacheType `yaml:"types"`
}

// CacheType are the cache settings of a type in a subgraph.
type CacheType struct {
	// Keep the type out of the cache.
	Disabled bool `yaml:"disabled"`
	// Overrides the subgraph's ttl.
	TTL time.Duration `yaml:"ttl"`
	// Overrides the subgraph's stale.
	Stale *Stale `yaml:"stale"`
}

// CacheEvents is about the events by which services tell what they have changed; such entities are fetched anew.
type CacheEvents struct {
	// NATS server with the events: nats://host:port or tls://host:port, several separated by commas.
	NATSURL string `yaml:"nats_url"`
	// NATS credentials file.
	Credentials string `yaml:"credentials"`
}

// Invalidation is about the invalidation endpoint.
type Invalidation struct {
	// Secret that callers send in the Authorization header; the endpoint is off without one. Give it as ${VARIABLE}.
	SharedKey string `yaml:"shared_key"`
}

// Caller says what tells callers apart. Two requests of different callers never share anything private: neither an
// execution in progress nor what the entity cache keeps for one of them.
type Caller struct {
	// Claims of callers whom somebody vouches for. A new token with the same claims is the same caller.
	Claims []string `yaml:"claims"`
	// Headers that tell anonymous callers apart: their credentials, which nobody has verified.
	Headers []string `yaml:"headers"`
}

// Dedupe shares identical work in progress. Only queries are shared, and only between callers with the same identity.
type Dedupe struct {
	// Identical subgraph requests share one call.
	SubgraphRequests bool `yaml:"subgraph_requests"`
	// Identical client queries share one execution.
	ClientQueries bool `yaml:"client_queries"`
}

// Plan is about query planning.
type Plan struct {
	// Memory for prepared operations and plans, and for documents that wait to be prepared. 0 means as much as fits: 32MB,
	// or a sixteenth of the memory that the process may have (its cgroup, GOMEMLIMIT) if that is less.
	CacheBytes ByteSize `yaml:"cache_bytes"`
	// Most steps of the search for the best plan of an operation; then the best one so far is used. 0 means the
	// built-in default.
	SearchBudget int `yaml:"search_budget"`
	// Recently used operations that are planned again before a new graph takes over.
	WarmUp int `yaml:"warm_up"`
}

// Log is about the router's log, which goes to standard error.
type Log struct {
	// debug, info, warn or error.
	Level string `yaml:"level"`
	// json, text, or pretty (in colour, for people).
	Format string `yaml:"format"`
	// Give each request an id (X-Request-Id), in the answer, in the log, in traces, and in requests to subgraphs.
	RequestIDs bool `yaml:"request_ids"`
	// Leave out lines that are repeated. The access log has a sampling of its own.
	Sampling LogSampling `yaml:"sampling"`
}

// LogSampling leaves out lines that are repeated.
type LogSampling struct {
	// How many lines with the same level and message are written in each period; how many more there were is told at its
	// end. 0 writes all.
	First int `yaml:"first"`
	// The period.
	Per time.Duration `yaml:"per"`
}

// AdminTLS are the certificates of listeners for operators. Changed files are read again.
type AdminTLS struct {
	// PEM file of the certificate, intermediate ones included.
	CertFile string `yaml:"cert_file"`
	// PEM file of its private key.
	KeyFile string `yaml:"key_file"`
	// PEM file of the authorities that vouch for operators: without a certificate of theirs (mTLS) there is nothing but
	// /healthz and /readyz.
	ClientCAFile string `yaml:"client_ca_file"`
}

// Admin is the listener for operators: /healthz, /readyz, /status, /subgraphs (where they are), /supergraph (its SDL),
// /metrics and, when switched on, /debug/pprof and /invalidation. Without a token it asks nobody who they are.
type Admin struct {
	// Address to listen at; no admin listener when empty.
	Listen string `yaml:"listen"`
	// Secret that requests must carry (Authorization: Bearer …), but for /healthz, /readyz, and /invalidation, which has
	// a key of its own. Give it as ${VARIABLE}, or as token_file.
	Token string `yaml:"token"`
	// TLS of the listener, and of those for metrics and invalidation.
	TLS AdminTLS `yaml:"tls"`
	// Address of a listener for /metrics alone, which is not at listen then.
	MetricsListen string `yaml:"metrics_listen"`
	// Address of a listener for /invalidation alone, which is not at listen then.
	InvalidationListen string `yaml:"invalidation_listen"`
	// Address of a listener for /healthz and /readyz alone, without TLS: probes need not reach anything else.
	HealthListen string `yaml:"health_listen"`
	// Serve profiles at /debug/pprof.
	Profiles bool `yaml:"profiles"`
}

// Shutdown is about the end of the process.
type Shutdown struct {
	// How long to go on after /readyz says 503, for load balancers to notice.
	DrainDelay time.Duration `yaml:"drain_delay"`
	// How long requests in progress then get to finish.
	Timeout time.Duration `yaml:"timeout"`
}
