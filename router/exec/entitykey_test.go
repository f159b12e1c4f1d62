package exec_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/upstream"
)

// keyNoter is an entity cache that writes representations from the keys it is given, and wants every hit to be
// refreshed.
type keyNoter struct {
	mu     sync.Mutex
	values map[string][][]byte
	// finished are the representations of what was fetched.
	finished chan []string
}

func (n *keyNoter) Prepare(req *plan.Request) exec.RequestCache {
	return &requestNoter{keyNoter: n, request: req}
}

type requestNoter struct {
	*keyNoter
	request *plan.Request
}

// representation is what an entity was asked for with.
func (n *requestNoter) representation(e *exec.CacheEntity) string {
	call := n.request.Calls[e.Call]
	if !call.Entities {
		return fmt.Sprint("root of ", n.request.ID)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `{"__typename":%q`, e.Type.Name)
	for i, f := range call.Input[e.Key.Input].Fields {
		if v := e.Key.Fields[i]; v != nil {
			fmt.Fprintf(&b, ",%q:%s", f.Name, v)
		}
	}
	return b.String() + "}"
}

func (n *requestNoter) Lookup(_ context.Context, f *exec.CacheFetch) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range f.Entities {
		e := &f.Entities[i]
		if values := n.values[fmt.Sprint(n.request.ID, n.representation(e))]; values != nil {
			e.Status, e.Refresh = exec.CacheHit, true
			copy(e.Values, values)
		}
	}
}

func (n *requestNoter) Finish(_ context.Context, f *exec.CacheFetch, _ *exec.CacheOutcome) {
	var fetched []string
	n.mu.Lock()
	for i := range f.Entities {
		e := &f.Entities[i]
		if !e.Fetched {
			continue
		}
		fetched = append(fetched, n.representation(e))
		var values [][]byte
		for _, v := range e.Values {
			values = append(values, bytes.Clone(v))
		}
		n.values[fmt.Sprint(n.request.ID, n.representation(e))] = values
	}
	n.mu.Unlock()
	if fetched != nil {
		n.finished <- fetched
	}
}

func (n *requestNoter) Wait(context.Context, *exec.CacheFetch)                        {}
func (n *requestNoter) Rescue(*exec.CacheFetch, int)                                  {}
func (n *requestNoter) Mutated(context.Context, *exec.CacheFetch, *exec.CacheOutcome) {}

// bodies keeps what a subgraph is asked.
type bodies struct {
	upstream.Subgraph
	mu    *sync.Mutex
	asked *[]string
}

func (b bodies) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	b.mu.Lock()
	*b.asked = append(*b.asked, string(req.Body))
	b.mu.Unlock()
	return b.Subgraph.Do(ctx, req, resp)
}

// TestEntityKeysAreWhatIsSent writes representations from the keys that the cache gets, and looks for them in what the
// subgraphs are asked, also when that is in the background.
func TestEntityKeysAreWhatIsSent(t *testing.T) {
	noter := &keyNoter{values: map[string][][]byte{}, finished: make(chan []string, 100)}
	var mu sync.Mutex
	var asked []string
	b := newBenchmarkWith(t, "distinct", 1, func(c *exec.Config) {
		c.Cache = noter
		for i := range c.Subgraphs {
			c.Subgraphs[i] = bodies{c.Subgraphs[i], &mu, &asked}
		}
	})
	var before []string
	for _, background := range []bool{false, true} {
		asked = nil
		if got := b.run(nil); !bytes.Equal(got, b.expected) {
			t.Fatalf("background %t: the answer is wrong: %.300s", background, got)
		}
		var fetched []string
		for len(fetched) == 0 || len(fetched) < len(before) {
			select {
			case more := <-noter.finished:
				fetched = append(fetched, more...)
			case <-time.After(30 * time.Second):
				t.Fatalf("background %t: %d entities were fetched, before %d", background, len(fetched), len(before))
			}
			for !background && len(noter.finished) > 0 {
				fetched = append(fetched, <-noter.finished...)
			}
		}
		mu.Lock()
		sent := strings.Join(asked, "\n")
		mu.Unlock()
		inputs := 0
		for _, rep := range fetched {
			if strings.HasPrefix(rep, "root") {
				continue
			}
			if inputs += strings.Count(rep, `"weight":`); !strings.Contains(sent, rep) {
				t.Fatalf("background %t: the key says %s, which nobody was asked for", background, rep)
			}
		}
		if inputs == 0 {
			t.Errorf("background %t: no key has an input", background)
		}
		slices.Sort(fetched)
		if before != nil && !slices.Equal(fetched, before) {
			t.Errorf("asked for %d entities, and in the background for others (%d)", len(before), len(fetched))
		}
		before = fetched
	}
}
