package fedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

const (
	// clients is how many connections ask the router at the same time.
	clients = 20
	// outageTimeout is what ends a call to a subgraph that delays its answers; it is below their delay, and far above what
	// one needs that does not, on a busy machine as well.
	outageTimeout = 4 * time.Second
	// stuck is far beyond every deadline of the routers in these tests.
	stuck = time.Minute
)

// shopQuery asks for everything three times: with nulls allowed where reviews stand, with none allowed below the
// product, and without any reviews.
const shopQuery = `query($ids: [ID!]!) {
	lax: products(ids: $ids) { id name stars }
	strict: products(ids: $ids) { id rating { value text } }
	others: products(ids: $ids) { name weight }
}`

// shop is a router as weft router serves it, over subgraphs on connections that can be cut.
type shop struct {
	t          *testing.T
	subgraphs  []*flaky
	url        string
	client     *http.Client
	end        context.CancelFunc
	background sync.WaitGroup

	// phase is odd while a subgraph misbehaves, the one in faulty.
	phase  atomic.Int64
	faulty atomic.Pointer[string]
	// strict tells that an answer must be complete when no subgraph misbehaved while it was made: a breaker may go on
	// refusing calls for a while.
	strict bool
	// partial and all count the answers since the phase began; all only those whose request began in it.
	partial, all atomic.Int64
	// changed is signalled after every answer.
	changed chan struct{}
	// complete counts the answers of them that lacked nothing.
	complete atomic.Int64
	stopped  atomic.Bool
}

// openShop is newShop with its clients.
func openShop(t *testing.T, strict bool, change func(*config.Config)) *shop {
	t.Helper()
	s := newShop(t, strict, change)
	for i := range clients {
		s.background.Go(func() {
			for n := 0; !s.stopped.Load(); n++ {
				s.visit(fmt.Sprintf("%d.%d", i, n))
			}
		})
	}
	return s
}

func newShop(t *testing.T, strict bool, change func(*config.Config)) *shop {
	t.Helper()
	s := &shop{t: t, strict: strict, changed: make(chan struct{}, 1)}
	s.faulty.Store(new(string))
	var sources []compose.Subgraph
	for name, sdl := range shopSDL {
		sub := &flaky{name: name}
		if err := sub.start(); err != nil {
			t.Fatal(err)
		}
		s.subgraphs = append(s.subgraphs, sub)
		sources = append(sources, compose.Subgraph{Name: name, URL: "http://" + sub.address + "/graphql", SDL: sdl})
	}
	composed, errs := compose.Compose(sources, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	change(&cfg)
	r, err := router.New(&cfg, router.Options{Supergraph: composed.SupergraphSDL, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	s.end, s.url = end, "http://"+socket.Addr().String()+cfg.GraphQL.Path
	s.client = &http.Client{Timeout: stuck, Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	s.background.Go(func() {
		defer r.Close()
		err := server.Run(ctx, []server.Listener{{Name: "main", Socket: socket, Handler: r}}, server.RunOptions{
			ShutdownTimeout: stuck, Health: r.Health(), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Error(err)
		}
	})
	return s
}

// close ends everything and waits for it.
func (s *shop) close() {
	s.stopped.Store(true)
	s.client.CloseIdleConnections()
	s.end()
	s.background.Wait()
	s.client.CloseIdleConnections()
	for _, sub := range s.subgraphs {
		sub.kill()
	}
}

func (s *shop) subgraph(name string) *flaky {
	for _, sub := range s.subgraphs {
		if sub.name == name {
			return sub
		}
	}
	s.t.Fatalf("there is no subgraph %s", name)
	return nil
}

// visit sends one request that no other is equal to, and judges its answer.
func (s *shop) visit(name string) {
	ids := make([]string, 10)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s.%d", name, i)
	}
	body, err := json.Marshal(map[string]any{"query": shopQuery, "variables": map[string]any{"ids": ids}})
	if err != nil {
		s.t.Error(err)
		return
	}
	began := s.phase.Load()
	resp, err := s.client.Post(s.url, "application/json", bytes.NewReader(body))
	if err != nil {
		if !s.stopped.Load() {
			s.t.Errorf("no answer from the router: %v", err)
			s.stopped.Store(true)
		}
		return
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // everything was read
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Errorf("status %d, %v: %.300s", resp.StatusCode, err, text)
		return
	}
	var faulty []string
	ended := s.phase.Load()
	switch {
	case began != ended:
		// It may have met any of the outages.
		faulty = []string{"products", "reviews"}
	case began%2 == 1 || !s.strict:
		faulty = []string{*s.faulty.Load()}
	}
	complete, err := judge(text, ids, faulty)
	if err != nil {
		s.t.Errorf("%v\n%.300s", err, text)
		s.stopped.Store(true)
	}
	s.count(complete, began == ended)
}

// count counts an answer; whole tells that all of it was made in this phase.
func (s *shop) count(complete, whole bool) {
	if whole {
		s.all.Add(1)
	}
	if !complete {
		s.partial.Add(1)
	} else if whole {
		s.complete.Add(1)
	}
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// enter begins a phase.
func (s *shop) enter() {
	s.phase.Add(1)
	s.all.Store(0)
	s.partial.Store(0)
	s.complete.Store(0)
}

// await waits until the condition holds after some answer.
func (s *shop) await(what string, condition func() bool) {
	s.t.Helper()
	patience := time.NewTimer(2 * stuck)
	defer patience.Stop()
	for !condition() && !s.stopped.Load() {
		select {
		case <-s.changed:
		case <-patience.C:
			s.t.Errorf("%s: not so after %d answers, %d of them partial", what, s.all.Load(), s.partial.Load())
			s.stopped.Store(true)
		}
	}
}

// outage lets a subgraph fail until all clients have noticed, then lets it return, and checks that the clients get
// complete answers again.
func (s *shop) outage(name string, o *outage) {
	s.t.Helper()
	if s.stopped.Load() {
		return
	}
	sub := s.subgraph(name)
	s.faulty.Store(&name)
	s.enter()
	sub.fault.Store(o)
	if o.kill {
		sub.kill()
	}
	s.await(name+" "+o.name, func() bool {
		if o.harmless {
			return s.all.Load() >= 2*clients
		}
		return s.partial.Load() >= clients
	})
	sub.fault.Store(nil)
	if o.kill {
		if err := sub.start(); err != nil {
			s.t.Fatal(err)
		}
	}
	s.enter()
	// Where nothing may still refuse calls, judge wants every answer from here on to be complete.
	s.await(name+" after "+o.name, func() bool { return s.complete.Load() >= clients })
}

// judge tells whether an answer is complete, and what is wrong with it: values that are not the truth, nulls where
// there must be none, and nulls that no error of a faulty subgraph explains.
func judge(text []byte, ids, faulty []string) (complete bool, err error) {
	var got struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Message    string
			Path       []any
			Extensions struct{ Service string }
		}
	}
	if err := json.Unmarshal(text, &got); err != nil || len(got.Data) != 3 {
		return false, fmt.Errorf("this is no answer: %w", err)
	}
	explained := map[string]bool{}
	for _, e := range got.Errors {
		if !slices.Contains(faulty, e.Extensions.Service) || !strings.Contains(e.Message, strconv.Quote(e.Extensions.Service)) {
			return false, fmt.Errorf("the error %q of %q, where %q failed", e.Message, e.Extensions.Service, faulty)
		}
		if len(e.Path) == 0 {
			return false, fmt.Errorf("the error %q has no path", e.Message)
		}
		explained[fmt.Sprint(e.Path[0])] = true
	}
	complete = true
	for part, raw := range got.Data {
		whole := shopTruth(part, ids, false)
		if string(raw) == whole {
			if explained[part] {
				return false, fmt.Errorf("%s is complete and has an error", part)
			}
			continue
		}
		complete = false
		var allowed []string
		if slices.Contains(faulty, "products") {
			// A list of three numbers has no products in it.
			allowed = append(allowed, "null", "[null,null,null]")
		}
		if slices.Contains(faulty, "reviews") && part != "others" {
			allowed = append(allowed, shopTruth(part, ids, true))
		}
		if !slices.Contains(allowed, string(raw)) {
			return false, fmt.Errorf("%s is wrong: %.300s\nwhere there should be %.300s", part, raw, whole)
		}
		if !explained[part] {
			return false, fmt.Errorf("no error explains what is missing of %s", part)
		}
	}
	return complete, nil
}

// chosen are the outages with these names.
func chosen(names ...string) []*outage {
	return slices.DeleteFunc(slices.Clone(outages), func(o *outage) bool { return !slices.Contains(names, o.name) })
}

func TestSubgraphOutagesUnderLoad(t *testing.T) {
	before := goleak.IgnoreCurrent()
	limited := func(c *config.Config) { c.Upstream.All.Timeout = outageTimeout }
	cases := []struct {
		name   string
		change func(*config.Config)
		// strict: see shop.
		strict  bool
		outages []*outage
	}{
		{"as it comes", limited, true, append(slices.Clone(outages), delayed)},
		{"with breaker, retries and hedging", func(c *config.Config) {
			limited(c)
			c.Upstream.All.Breaker.Failures = 5
			c.Upstream.All.Retries.Max = 2
			c.Upstream.All.Hedge.After = 500 * time.Millisecond
		}, false, append(chosen("killed and restarted", "cut", "unavailable", "closed in the body"), delayed)},
		{"with a deadline of the router", func(c *config.Config) { c.Limits.RequestTimeout = outageTimeout }, true, []*outage{delayed}},
	}
	t.Run("at once", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel() // they mostly wait for subgraphs that do not answer
				s := openShop(t, c.strict, c.change)
				defer s.close()
				for _, o := range c.outages {
					s.outage("reviews", o)
					if o != delayed {
						s.outage("products", o)
					}
				}
			})
		}
	})
	goleak.VerifyNone(t, before)
}
