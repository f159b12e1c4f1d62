package cache

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// VisitOptions describe one client request to the cache.
type VisitOptions struct {
	// Identity names the caller, unforgeably (a verified subject, for example); empty for an anonymous caller. Only its
	// digest is kept.
	Identity string
	// Credentials tells that requests to some subgraph carry what says who the caller is.
	Credentials bool
	// Values appends what a request to a subgraph (by supergraph.Subgraph.ID) carries besides Identity, as bytes that are
	// the same only for the same values, and tells whether that says who the caller is. May be nil.
	Values func(subgraph int, to []byte) (values []byte, credentials bool)
	// Header returns all lines of a header of the client's request, for subgraphs whose answers vary by it. May be nil.
	Header func(name string) []string
	// CacheControl is the client's Cache-Control header, all of its lines; it counts only when Config.RequestNoCache
	// allows it.
	CacheControl string
	// Debug collects what happened for every fetch, see Visit.Fetches.
	Debug bool
}

// Visit is the cache's part of one client request: who asks, and what the answer may say about its own caching. It is
// the Session of the execution.
type Visit struct {
	cache           *Cache
	identity        string
	credentials     bool
	values          func(int, []byte) ([]byte, bool)
	header          func(string) []string
	noRead, noStore bool
	debug           bool

	mu sync.Mutex
	// carried is what the requests to each subgraph carry, as far as somebody asked.
	carried []carriedValues
	// any tells that something contributed; left is the shortest time any part may be kept, age the age of the oldest.
	any, private, uncacheable bool
	left                      time.Duration
	age                       time.Duration
	// vary are the client's headers that the answer depends on, each once.
	vary    []string
	fetches []FetchInfo
}

// Visit begins a client request.
func (c *Cache) Visit(o VisitOptions) *Visit {
	v := &Visit{
		cache: c, identity: o.Identity, credentials: o.Credentials, values: o.Values, header: o.Header, debug: o.Debug,
	}
	if c.cfg.RequestNoCache && o.CacheControl != "" {
		said := policy.ParseControl(o.CacheControl, "")
		v.noStore = said.NoStore
		v.noRead = said.NoStore || said.NoCache || said.MaxAge == 0
	}
	return v
}

// varied is the digest of the headers that a subgraph's answers vary by, all of their lines; empty when there are none.
func (v *Visit) varied(names []string) string {
	if len(names) == 0 {
		return ""
	}
	b := []byte("vary")
	for _, name := range names {
		b = append(append(append(b, 0), strings.ToLower(name)...), 0)
		if v.header == nil {
			continue
		}
		for _, line := range v.header(name) {
			b = append(binary.AppendUvarint(append(b, 1), uint64(len(line))), line...)
		}
	}
	return storage.Digest(b)
}

// tally is what some parts of an answer allow together.
type tally struct {
	any, private, uncacheable bool
	// anonymous tells that a part is only for requests without credentials.
	anonymous bool
	left, age int64 // milliseconds
}

func (t *tally) add(left, age int64, private bool) {
	if !t.any || left < t.left {
		t.left = left
	}
	t.any, t.age, t.private = true, max(t.age, age), t.private || private
}

// addValue counts a stored value that was used at now.
func (t *tally) addValue(v *storage.Value, now int64) {
	t.add(max(v.Expires-now, 0), max(now-v.Born, 0), v.Private)
	t.anonymous = t.anonymous || !v.Open && !v.Private
}

// join adds what other parts allow.
func (t *tally) join(o *tally) {
	t.add(o.left, o.age, o.private)
	t.anonymous = t.anonymous || o.anonymous
}

// contribute adds what a request of r allows.
func (v *Visit) contribute(r *requestCache, t *tally) {
	if !t.any && !t.uncacheable {
		return
	}
	if t.anonymous && !r.policy.Public {
		// Somebody with credentials may get another answer.
		carried, _ := r.graph.carriedTo(r.req.Subgraph.ID)
		v.depend(carried.Credentials)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if t.any {
		left := time.Duration(t.left) * time.Millisecond
		if !v.any || left < v.left {
			v.left = left
		}
		v.any = true
		v.age = max(v.age, time.Duration(t.age)*time.Millisecond)
	}
	v.private = v.private || t.private
	v.uncacheable = v.uncacheable || t.uncacheable
}

// CacheControl returns what the answer's Cache-Control header should say, and the Age header's seconds (0: leave it
// out). hasErrors tells that the answer has errors. An empty string means that no subgraph contributed.
// The freshness of the answer is that of its shortest-lived part: max-age minus age is what that part has left.
func (v *Visit) CacheControl(hasErrors bool) (header string, age int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case hasErrors || v.uncacheable || v.noStore:
		return "no-store", 0
	case !v.any:
		return "", 0
	case v.left < time.Second:
		return "no-store", 0
	}
	age = int(v.age / time.Second)
	scope := "public"
	if v.private {
		scope = "private"
	}
	return scope + ", max-age=" + strconv.Itoa(int(v.left/time.Second)+age), age
}

// depend notes headers of the client's request that the answer depends on.
func (v *Visit) depend(names []string) {
	if len(names) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range names {
		if !containsFold(v.vary, name) {
			v.vary = append(v.vary, name)
		}
	}
}

// Vary returns the headers of the client's request that the answer depends on: those that the subgraphs it came from
// are declared to vary by, and those that their answers named; sorted.
func (v *Visit) Vary() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Sorted(slices.Values(v.vary))
}

// FetchInfo tells what the cache did for one entity (or root field) of one fetch; for people who debug.
type FetchInfo struct {
	// Fetch is the ID of the plan's request.
	Fetch    int    `json:"fetch"`
	Subgraph string `json:"subgraph"`
	Type     string `json:"type"`
	Key      string `json:"key"`
	// Status is hit, null, stale, partial, miss, shared or stored.
	Status string `json:"status"`
	// Source is "local" or "redis" for what was found.
	Source string `json:"source,omitempty"`
	// Age and Left are in seconds: of the oldest value, and of the one that ends first.
	Age  float64  `json:"age,omitempty"`
	Left float64  `json:"left,omitempty"`
	Tags []string `json:"tags,omitempty"`
}

// Fetches returns what was collected for debugging.
func (v *Visit) Fetches() []FetchInfo {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]FetchInfo(nil), v.fetches...)
}

// maxFetchInfos bounds what is collected for one request.
const maxFetchInfos = 2000

func (v *Visit) note(i FetchInfo) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.fetches) < maxFetchInfos {
		v.fetches = append(v.fetches, i)
	}
}

// noteValues notes what was found for an entity.
func (v *Visit) noteValues(i FetchInfo, found []*storage.Value, now int64) {
	for _, f := range found {
		if f == nil {
			continue
		}
		i.Age = max(i.Age, float64(now-f.Born)/1000)
		if left := float64(f.Expires-now) / 1000; i.Left == 0 || left < i.Left {
			i.Left = left
		}
		for _, d := range f.Deps {
			if _, tag, ok := strings.Cut(strings.TrimPrefix(d, "g:"), ":"); ok && d[0] == 'g' && !slices.Contains(i.Tags, tag) {
				i.Tags = append(i.Tags, tag)
			}
		}
	}
	v.note(i)
}
