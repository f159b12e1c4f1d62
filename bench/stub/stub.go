// Package stub serves the benchmark's four subgraphs from memory and nearly for free: each distinct request is really
// executed once, then its response is kept. It can also misbehave on purpose.
//
// Every subgraph listens on a port of its own and answers POST on any path with GraphQL, except
//
//	GET /stub/calls    the number of requests answered so far, as a JSON number
//	PUT /stub/faults   replaces the subgraph's faults by a JSON object of Faults (durations as text)
package stub

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/definition"
)

// Config says what the stub serves.
type Config struct {
	// Host is the address all four subgraphs listen on, without port.
	Host string `help:"Address to listen on." default:"127.0.0.1"`
	// Port is the first of four consecutive ports (accounts, inventory, products, reviews); 0 takes four free ones.
	Port int `help:"First of four ports: accounts, inventory, products, reviews. 0 takes free ones." default:"0"`
	// Scale repeats the data: 10 gives ten times the users, products and reviews in every answer.
	Scale int `help:"Times to repeat the data." default:"1"`
	// CacheControl adds "Cache-Control: public, max-age=60" to every answer.
	CacheControl bool `help:"Send Cache-Control: public, max-age=60."`
	Faults       `embed:""`
}

// maxKeptBytes bounds the requests and responses one subgraph keeps.
const maxKeptBytes = 64 << 20

// maxRequestBytes bounds a request body: at the largest scale, representations alone take megabytes.
const maxRequestBytes = 32 << 20

// cacheControl is what the workload "cached" has subgraphs say.
const cacheControl = "public, max-age=60"

// Stub is the four running subgraphs.
type Stub struct{ subgraphs []*Subgraph }

// Subgraph is one of them.
type Subgraph struct {
	Name     string
	executor *executor
	answers  *answers
	cache    bool
	calls    atomic.Int64
	faults   atomic.Pointer[Faults] // nil: none
	dice     *dice

	mu       sync.Mutex
	address  string
	server   *fasthttp.Server
	listener *trackingListener
	done     chan struct{}
}

// Start serves the four subgraphs until Stop. It returns once they accept connections.
func Start(config Config) (*Stub, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	g, err := loadGraph(config.Scale)
	if err != nil {
		return nil, err
	}
	stub := &Stub{}
	for i, s := range definition.Subgraphs() {
		executor, err := newSubgraphExecutor(s, g)
		if err != nil {
			stub.Stop()
			return nil, err
		}
		port := 0
		if config.Port != 0 {
			port = config.Port + i
		}
		subgraph := &Subgraph{
			Name:     s.Name,
			executor: executor,
			answers:  newAnswers(maxKeptBytes),
			cache:    config.CacheControl,
			dice:     newDice(),
			address:  net.JoinHostPort(config.Host, strconv.Itoa(port)),
		}
		if err := subgraph.SetFaults(config.Faults); err != nil {
			stub.Stop()
			return nil, err
		}
		if err := subgraph.Start(); err != nil {
			stub.Stop()
			return nil, err
		}
		stub.subgraphs = append(stub.subgraphs, subgraph)
	}
	return stub, nil
}

// Stop closes all four subgraphs and every connection to them.
func (s *Stub) Stop() {
	for _, subgraph := range s.subgraphs {
		subgraph.Stop()
	}
}

// URLs maps each subgraph's name to its GraphQL endpoint.
func (s *Stub) URLs() map[string]string {
	urls := map[string]string{}
	for _, subgraph := range s.subgraphs {
		urls[subgraph.Name] = subgraph.URL()
	}
	return urls
}

// Subgraph returns the one called name, or nil.
func (s *Stub) Subgraph(name string) *Subgraph {
	for _, subgraph := range s.subgraphs {
		if subgraph.Name == name {
			return subgraph
		}
	}
	return nil
}

// Calls returns the number of requests all subgraphs together have answered.
func (s *Stub) Calls() int64 {
	total := int64(0)
	for _, subgraph := range s.subgraphs {
		total += subgraph.Calls()
	}
	return total
}

// URL is the subgraph's GraphQL endpoint. It stays the same over Stop and Start.
func (s *Subgraph) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.address + "/graphql"
}

// Calls returns the number of GraphQL requests answered so far, faults included.
func (s *Subgraph) Calls() int64 { return s.calls.Load() }

// SetFaults makes the subgraph misbehave from the next request on, or behave again (Faults{}).
func (s *Subgraph) SetFaults(f Faults) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if f == (Faults{SlowBy: f.SlowBy}) {
		s.faults.Store(nil)
		return nil
	}
	s.faults.Store(&f)
	return nil
}

// Start listens and serves, on the same port as before when the subgraph was stopped.
func (s *Subgraph) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return fmt.Errorf("subgraph %s is already running", s.Name)
	}
	plain, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("subgraph %s: %w", s.Name, err)
	}
	s.address = plain.Addr().String()
	s.listener = &trackingListener{Listener: plain, open: map[net.Conn]struct{}{}}
	s.server = &fasthttp.Server{
		Handler:               s.handle,
		NoDefaultServerHeader: true,
		NoDefaultDate:         true,
		MaxRequestBodySize:    maxRequestBytes,
		Logger:                discard{},
	}
	s.done = make(chan struct{})
	go func(server *fasthttp.Server, listener net.Listener, done chan struct{}) {
		defer close(done)
		// Serve returns when the listener is closed; what it says then is of no interest.
		_ = server.Serve(listener)
	}(s.server, s.listener, s.done)
	return nil
}

// Stop closes the port and every open connection at once, like a process that is killed.
func (s *Subgraph) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return
	}
	s.listener.kill()
	<-s.done
	s.server, s.listener = nil, nil
}

// discard drops the server's log: connections that break in the middle are part of the experiment.
type discard struct{}

func (discard) Printf(string, ...any) {}

var keys = sync.Pool{New: func() any { return new([]byte) }}

func (s *Subgraph) handle(ctx *fasthttp.RequestCtx) {
	if !ctx.IsPost() {
		s.control(ctx)
		return
	}
	s.calls.Add(1)
	body := ctx.PostBody()
	key := keys.Get().(*[]byte)
	*key = requestKey((*key)[:0], body)
	response := s.answers.get(*key, func() []byte { return s.executor.answer(body) })
	keys.Put(key)
	ctx.SetContentType("application/json")
	if s.cache {
		ctx.Response.Header.Set("Cache-Control", cacheControl)
	}
	if faults := s.faults.Load(); faults != nil {
		s.misbehave(ctx, faults, response)
		return
	}
	ctx.Response.SetBodyRaw(response)
}

// misbehave answers as the drawn fault says.
func (s *Subgraph) misbehave(ctx *fasthttp.RequestCtx, faults *Faults, response []byte) {
	fault, wait := s.dice.draw(faults)
	if wait > 0 {
		time.Sleep(wait) // the slowness that was asked for
	}
	switch fault {
	case noFault:
		ctx.Response.SetBodyRaw(response)
	case failFault:
		ctx.Error("this subgraph fails on purpose", fasthttp.StatusInternalServerError)
	case errorsFault:
		ctx.SetBodyString(
			`{"data":null,"errors":[{"message":"this subgraph fails on purpose","extensions":{"code":"INJECTED"}}]}`,
		)
	case garbageFault:
		ctx.SetBodyString("<html>this is not JSON</html>")
	case truncatedFault:
		ctx.Response.SetBodyRaw(response[:len(response)/2])
	case closeFault:
		ctx.HijackSetNoResponse(true)
		ctx.Hijack(func(c net.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(response))
			// The client sees the connection end whether or not this half arrives.
			_, _ = c.Write(response[:len(response)/2])
		})
	}
}

// control answers the two requests that are not GraphQL.
func (s *Subgraph) control(ctx *fasthttp.RequestCtx) {
	switch {
	case ctx.IsGet() && string(ctx.Path()) == "/stub/calls":
		ctx.SetBodyString(strconv.FormatInt(s.Calls(), 10))
	case ctx.IsPut() && string(ctx.Path()) == "/stub/faults":
		faults, err := parseFaults(ctx.PostBody())
		if err == nil {
			err = s.SetFaults(faults)
		}
		if err != nil {
			ctx.Error(err.Error(), fasthttp.StatusBadRequest)
		}
	default:
		ctx.Error("POST GraphQL, GET /stub/calls or PUT /stub/faults", fasthttp.StatusNotFound)
	}
}
