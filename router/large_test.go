package router_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
)

const peopleSDL = link + `
type Query { people: [Person!]!  person(id: ID!): Person }
type Mutation { reset: [Person!]! }
type Person @key(fields: "id") { id: ID! name: String }`

// people is a subgraph with many of them.
type people struct {
	list    string
	entered chan struct{}
	leave   chan struct{}
}

var longName = strings.Repeat(" and so on", 20)

func newPeople(n int) *people {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","name":"%d%s"}`, i, i, longName)
	}
	return &people{list: b.String()}
}

func (p *people) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if p.entered != nil {
		p.entered <- struct{}{}
		<-p.leave
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.Contains(string(body), "reset"):
		_, _ = io.WriteString(w, `{"data":{"reset":[`+p.list+`]}}`)
	case strings.Contains(string(body), "people"):
		_, _ = io.WriteString(w, `{"data":{"people":[`+p.list+`]}}`)
	default:
		_, _ = io.WriteString(w, `{"data":{"person":{"id":"1","name":"Ada"}}}`)
	}
}

// answer is what a client gets of `{ people { id name } }`.
func (p *people) answer() string { return `{"data":{"people":[` + p.list + `]}}` }

func newPeopleRouter(t *testing.T, p *people, change func(*config.Config)) *router.Router {
	t.Helper()
	return newPeopleRouterOf(t, p, change)
}

func newPeopleRouterOf(t *testing.T, p http.Handler, change func(*config.Config)) *router.Router {
	t.Helper()
	cfg := config.Default()
	if change != nil {
		change(&cfg)
	}
	r, err := router.New(&cfg, router.Options{
		Supergraph: supergraphOf(t, peopleSDL), Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"names": p, "ages": p},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// meter is a client that measures what it gets and keeps none of it, unless it is told to.
type meter struct {
	header                 http.Header
	total, largest, writes int
	kept                   *strings.Builder
}

func (m *meter) Header() http.Header { return m.header }
func (m *meter) WriteHeader(int)     {}
func (m *meter) Write(p []byte) (int, error) {
	m.total, m.largest, m.writes = m.total+len(p), max(m.largest, len(p)), m.writes+1
	if m.kept != nil {
		m.kept.Write(p)
	}
	return len(p), nil
}

func ask(h http.Handler, query string, keep bool, header ...string) *meter {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":`+strconv.Quote(query)+`}`))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	m := &meter{header: http.Header{}}
	if keep {
		m.kept = &strings.Builder{}
	}
	h.ServeHTTP(m, r)
	return m
}

// whole tells that an answer was printed before it left: it leaves in the pieces that a client must take at a time.
func (m *meter) whole() bool { return m.writes == (m.total-1)/(256<<10)+1 }

const everybody = `{ people { id name } }`

// held is the memory in use, what lies in pools included: these are emptied by the second collection in a row.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestNothingLargeStaysInPools(t *testing.T) {
	p := newPeople(240_000)
	size := len(p.answer())
	if size < 50<<20 {
		t.Fatalf("the answer has only %d bytes", size)
	}
	for name, change := range map[string]func(*config.Config){
		"streamed":   nil,
		"in a piece": func(c *config.Config) { c.GraphQL.StreamAbove = 0 },
		"compressed and shared": func(c *config.Config) {
			c.GraphQL.StreamAbove, c.Compression.Enabled, c.Dedupe.ClientQueries = 0, true, true
		},
	} {
		r := newPeopleRouter(t, p, func(c *config.Config) {
			c.Upstream.MaxResponseBytes = 256 << 20
			if change != nil {
				change(c)
			}
		})
		ask(r, `{ person(id: 1) { name } }`, false)
		held()
		before := held()
		m := ask(r, everybody, false, "Accept-Encoding", "gzip")
		if name == "streamed" && (m.total != size || m.largest > 64<<10 || m.header.Get("Content-Length") != strconv.Itoa(size)) {
			t.Errorf("%d bytes of %d in pieces of up to %d, Content-Length %s", m.total, size, m.largest, m.header.Get("Content-Length"))
		}
		if name == "in a piece" && !m.whole() {
			t.Errorf("the answer left in %d writes although nothing is to be streamed", m.writes)
		}
		// Buffers and slabs of modest size may stay; those that the answer needed may not.
		if more := held() - before; more > 4<<20 {
			t.Errorf("%s: %d bytes are still held after an answer of %d", name, more, size)
		}
		runtime.KeepAlive(r)
	}
}

func TestLargeAnswersAreStreamedWhereThatIsPossible(t *testing.T) {
	p := newPeople(12_000)
	streamed := func(m *meter) bool { return m.writes > 10 && m.largest <= 64<<10 }
	plain := newPeopleRouter(t, p, nil)
	if m := ask(plain, everybody, true); !streamed(m) || m.kept.String() != p.answer() {
		t.Errorf("%d bytes in %d writes, right: %v", m.total, m.writes, m.kept.String() == p.answer())
	}
	if m := ask(plain, `mutation { reset { id name } }`, false); !streamed(m) {
		t.Errorf("a mutation's answer: %d writes", m.writes)
	}
	if m := ask(newPeopleRouter(t, p, func(c *config.Config) { c.GraphQL.StreamAbove = 10 << 20 }), everybody, false); !m.whole() {
		t.Errorf("an answer below the limit: %d writes", m.writes)
	}
	expose := newPeopleRouter(t, p, func(c *config.Config) {
		modules.In[*queryplan.QueryPlan](c, queryplan.Info).Expose = true
	})
	if m := ask(expose, everybody, true, "Weft-Query-Plan", "true"); !m.whole() || !strings.Contains(m.kept.String(), `"queryPlan"`) {
		t.Errorf("an answer with its plan: %d writes", m.writes)
	}
	shared := newPeopleRouter(t, p, func(c *config.Config) { c.Dedupe.ClientQueries = true })
	if m := ask(shared, everybody, true); !streamed(m) || m.kept.String() != p.answer() {
		t.Errorf("a query that nobody shares: %d writes", m.writes)
	}
	cached := newPeopleRouter(t, p, func(c *config.Config) { c.Cache.Enabled = true })
	if m := ask(cached, everybody, false); !streamed(m) || m.header.Get("Cache-Control") == "" {
		t.Errorf("with a cache: %d writes, headers %v", m.writes, m.header)
	}
}
