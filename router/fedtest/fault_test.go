package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/config"
)

// spoiler answers a subgraph request wrongly.
type spoiler struct {
	name  string
	spoil func(rnd *rand.Rand, w http.ResponseWriter, r *http.Request, answer []byte)
}

func rewrite(change func(rnd *rand.Rand, answer []byte) []byte) func(*rand.Rand, http.ResponseWriter, *http.Request, []byte) {
	return func(rnd *rand.Rand, w http.ResponseWriter, _ *http.Request, answer []byte) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(change(rnd, answer)) // who asked has gone; there is nobody to tell
	}
}

// always answers the same.
func always(text string) func(*rand.Rand, http.ResponseWriter, *http.Request, []byte) {
	return rewrite(func(*rand.Rand, []byte) []byte { return []byte(text) })
}

var spoilers = []spoiler{
	{"status 500 with a body", func(_ *rand.Rand, w http.ResponseWriter, _ *http.Request, _ []byte) {
		http.Error(w, `{"error":"database gone"}`, http.StatusInternalServerError)
	}},
	{"status 404 in HTML", func(_ *rand.Rand, w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<html>")) // who asked has gone; there is nobody to tell
	}},
	{"broken off", func(*rand.Rand, http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) }},
	{"no answer in time", func(_ *rand.Rand, _ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }},
	{"cut", rewrite(func(rnd *rand.Rand, a []byte) []byte { return a[:rnd.IntN(len(a))] })},
	{"nothing", always("")},
	{"no object", always("[]")},
	{"null", always("null")},
	{"no data", always("{}")},
	{"data of another kind", always(`{"data":[{"id":1}]}`)},
	{"errors of another kind", always(`{"data":null,"errors":{"message":7}}`)},
	{"errors without messages", always(`{"errors":[null,7,{},{"path":["x",-1,{}],"locations":"here"}]}`)},
	{"deep nesting", always(`{"data":` + strings.Repeat(`[`, 100_000))},
	{"text behind", rewrite(func(_ *rand.Rand, a []byte) []byte { return append(bytes.Clone(a), `{"data":{}}`...) })},
	{"a wrong escape", rewrite(func(_ *rand.Rand, a []byte) []byte { return bytes.ReplaceAll(a, []byte(`:"`), []byte(`:"\x`)) })},
	{"a control character", rewrite(func(_ *rand.Rand, a []byte) []byte { return bytes.ReplaceAll(a, []byte(`:"`), []byte(":\"\n")) })},
	{"entities missing", entities(func(list []json.RawMessage) []json.RawMessage { return list[:len(list)-1] })},
	{"entities too many", entities(func(list []json.RawMessage) []json.RawMessage { return append(list, list[0]) })},
	{"objects as numbers", rewrite(func(_ *rand.Rand, a []byte) []byte { return replaceComposites(a, '{', "7") })},
	{"lists as objects", rewrite(func(_ *rand.Rand, a []byte) []byte { return replaceComposites(a, '[', `{"a":1}`) })},
}

// entities changes the lists of entities in an answer; an answer without any breaks off.
func entities(change func([]json.RawMessage) []json.RawMessage) func(*rand.Rand, http.ResponseWriter, *http.Request, []byte) {
	return func(_ *rand.Rand, w http.ResponseWriter, r *http.Request, a []byte) {
		var answer struct {
			Data map[string]json.RawMessage `json:"data"`
		}
		var req request
		_ = json.NewDecoder(r.Body).Decode(&req) // the stub has complained if it is not JSON
		changed := false
		if json.Unmarshal(a, &answer) == nil {
			for key, raw := range answer.Data {
				var list []json.RawMessage
				asked := strings.Contains(req.Query, "{"+key+"(representations:") || strings.Contains(req.Query, key+":_entities(representations:")
				if asked && json.Unmarshal(raw, &list) == nil && len(list) > 0 {
					answer.Data[key], _ = json.Marshal(change(list)) // raw messages that came from JSON
					changed = true
				}
			}
		}
		if !changed {
			panic(http.ErrAbortHandler)
		}
		_ = json.NewEncoder(w).Encode(answer) // who asked has gone; there is nobody to tell
	}
}

// replaceComposites replaces the objects or lists two levels down in the data.
func replaceComposites(a []byte, open byte, with string) []byte {
	var answer struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(a, &answer) != nil {
		return nil
	}
	for key, raw := range answer.Data {
		if len(raw) > 0 && raw[0] == open {
			answer.Data[key] = json.RawMessage(with)
			continue
		}
		return []byte(`{"data":` + with + `}`)
	}
	out, _ := json.Marshal(answer) // raw messages that came from JSON
	return out
}

// breaks makes the subgraphs of a rig answer wrongly: every other request.
type breaks struct {
	mu    sync.Mutex
	rnd   *rand.Rand
	which *spoiler
	count int
}

// turn says how the next answer is spoiled; nil when it is not.
func (b *breaks) turn() (*rand.Rand, *spoiler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	rnd, which := rand.New(rand.NewPCG(b.rnd.Uint64(), 1)), b.which
	if b.rnd.IntN(2) == 1 {
		which = nil
	}
	return rnd, which
}

// use changes how answers are spoiled. Requests that were given up can still be on their way.
func (b *breaks) use(which *spoiler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.which = which
}

func (b *breaks) install(r *rig) {
	for _, s := range r.stubs {
		s.spoil = func(w http.ResponseWriter, req *http.Request, answer []byte) {
			if rnd, which := b.turn(); which != nil {
				which.spoil(rnd, w, req, answer)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer) // who asked has gone; there is nobody to tell
		}
	}
}

func TestBrokenSubgraphsNeverMakeWrongData(t *testing.T) {
	const perGraph = 12
	var done atomic.Int64
	eachGraph(func(seed uint64) {
		g := generate(seed, traits{stored: true, uniform: true})
		r, err := newRig(g, func(c *config.Config) { c.Upstream.All.Timeout = 20 * time.Millisecond })
		if err != nil {
			return
		}
		defer r.close()
		rnd := rand.New(rand.NewPCG(seed, 5))
		b := &breaks{rnd: rand.New(rand.NewPCG(seed, 6))}
		b.install(r)
		for i := range perGraph {
			op := r.operation(rnd, false)
			if op == nil || strings.Contains(op.text, "j0") {
				continue // a scalar of the graph's own can be anything, so that nothing can be wrong with it
			}
			which := &spoilers[(int(seed)*perGraph+i)%len(spoilers)]
			b.use(which)
			done.Add(1)
			if err := r.tryHonest(op); err != nil {
				t.Errorf("graph %d: %s: %v\n%s\n%s\n%s", seed, which.name, err, op.text, r.requests(), again(t, seed))
				break
			}
		}
	})
	t.Logf("%d operations over broken subgraphs", done.Load())
	if int(done.Load()) < *graphs*perGraph/6 {
		t.Errorf("only %d operations were run", done.Load())
	}
}

// named checks that an error of a broken subgraph names it.
func named(got *answer, subgraphs []string) error {
	for _, e := range got.Errors {
		found := false
		for _, s := range subgraphs {
			found = found || strings.Contains(e.Message, fmt.Sprintf("%q", s))
		}
		if !found {
			return fmt.Errorf("the error %q names no subgraph", e.Message)
		}
	}
	return nil
}

func TestErrorsOfBrokenSubgraphsNameThem(t *testing.T) {
	for i := range spoilers {
		for seed := uint64(1); ; seed++ {
			r, err := newRig(generate(seed, traits{stored: true}), func(c *config.Config) { c.Upstream.All.Timeout = 20 * time.Millisecond })
			if err != nil {
				continue
			}
			for _, s := range r.stubs {
				s.spoil = func(w http.ResponseWriter, req *http.Request, answer []byte) {
					spoilers[i].spoil(rand.New(rand.NewPCG(seed, 1)), w, req, answer)
				}
			}
			op := r.operation(rand.New(rand.NewPCG(seed, 9)), true)
			got, body, err := r.ask(op)
			asked := r.requests() != ""
			r.close()
			if err == nil {
				err = named(got, r.graph.subgraphs)
			}
			if err != nil {
				t.Errorf("%s: %v: %s\n%s", spoilers[i].name, err, body, op.text)
			}
			if asked {
				break
			}
		}
	}
}

func TestTextThatIsNotUTF8IsMended(t *testing.T) {
	r, err := firstRig(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	spoil := rewrite(func(_ *rand.Rand, a []byte) []byte { return bytes.ReplaceAll(a, []byte(`:"`), []byte(":\"\xff\xfe")) })
	for _, s := range r.stubs {
		s.spoil = func(w http.ResponseWriter, req *http.Request, answer []byte) { spoil(nil, w, req, answer) }
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		_, body, _ := r.ask(r.operation(rnd, true)) // whatever it answers must be text
		if !utf8.Valid(body) {
			t.Errorf("the answer is not UTF-8: %q", body)
		}
		r.complaints.take()
	}
}

// firstRig serves the first graph that can be composed.
func firstRig(change func(*config.Config)) (r *rig, err error) {
	for seed := uint64(1); seed < 20; seed++ {
		if r, err = newRig(generate(seed, traits{stored: true}), change); err == nil {
			return r, nil
		}
	}
	return nil, err
}
