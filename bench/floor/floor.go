// Package floor is a router that does nothing: a net/http server that makes the calls of a workload's plan with fixed
// bodies through fasthttp's client, wave after wave, reads the answers and writes a fixed response. What it costs is
// what the libraries cost; a real router on the same libraries is measured by how much more it needs.
package floor

import (
	"fmt"
	"io"
	"net/http"
	"net/http/pprof"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// callTimeout bounds one subgraph call.
const callTimeout = 10 * time.Second

// maxConnections bounds the connections to one subgraph.
const maxConnections = 1024

// New returns the floor for the subgraphs at urls (name to GraphQL endpoint), whose data is repeated scale times.
// It serves POST /same, /distinct, /small and /cached, and GET /debug/pprof/heap.
func New(urls map[string]string, scale int) (http.Handler, error) {
	all, err := plans(scale)
	if err != nil {
		return nil, err
	}
	clients := map[string]*upstream{}
	for name, address := range urls {
		if clients[name], err = newUpstream(name, address); err != nil {
			return nil, err
		}
	}
	mux := http.NewServeMux()
	for name, p := range all {
		h := &handler{plan: p, upstreams: make([][]*upstream, len(p.waves))}
		for i, wave := range p.waves {
			for _, c := range wave {
				if clients[c.subgraph] == nil {
					return nil, fmt.Errorf("no URL is given for subgraph %q", c.subgraph)
				}
				h.upstreams[i] = append(h.upstreams[i], clients[c.subgraph])
			}
		}
		h.length = strconv.Itoa(len(p.response))
		mux.Handle("POST /"+name, h)
	}
	mux.Handle("GET /debug/pprof/heap", pprof.Handler("heap")) // to count its allocations
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	return mux, nil
}

// upstream is one subgraph as fasthttp's client sees it.
type upstream struct {
	client *fasthttp.HostClient
	url    string
}

func newUpstream(name, address string) (*upstream, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" || parsed.Host == "" {
		return nil, fmt.Errorf("subgraph %s: %q is not an http:// URL", name, address)
	}
	return &upstream{
		client: &fasthttp.HostClient{
			Addr:                     parsed.Host,
			MaxConns:                 maxConnections,
			NoDefaultUserAgentHeader: true,
			ReadTimeout:              callTimeout,
			WriteTimeout:             callTimeout,
		},
		url: address,
	}, nil
}

func (u *upstream) call(body []byte) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	request.SetRequestURI(u.url)
	request.SetBodyRaw(body)
	if err := u.client.Do(request, response); err != nil {
		return err
	}
	if status := response.StatusCode(); status != fasthttp.StatusOK || len(response.Body()) == 0 {
		return fmt.Errorf("%s answered with status %d and %d bytes", u.url, status, len(response.Body()))
	}
	return nil
}

// handler serves one workload.
type handler struct {
	plan      plan
	upstreams [][]*upstream // per call of the plan
	length    string        // of the response
}

var requestBodies = sync.Pool{New: func() any { return new([4096]byte) }}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buffer := requestBodies.Get().(*[4096]byte)
	defer requestBodies.Put(buffer)
	for {
		if _, err := r.Body.Read(buffer[:]); err == io.EOF {
			break
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	for i, wave := range h.plan.waves {
		if err := h.run(wave, h.upstreams[i]); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
	}
	header := w.Header()
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{h.length}
	// When the client is gone there is nobody to tell.
	_, _ = w.Write(h.plan.response)
}

// run makes the calls of one wave at the same time and returns the first error in their order.
func (h *handler) run(wave []call, upstreams []*upstream) error {
	if len(wave) == 1 {
		return upstreams[0].call(wave[0].body)
	}
	var pending sync.WaitGroup
	errs := make([]error, len(wave))
	for i := 1; i < len(wave); i++ {
		pending.Go(func() { errs[i] = upstreams[i].call(wave[i].body) })
	}
	errs[0] = upstreams[0].call(wave[0].body)
	pending.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
