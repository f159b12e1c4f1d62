package router_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// behaving is a router whose subgraph has no name for a person, although each must have one.
type behaving struct {
	*testing.T
	router *router.Router
	mu     sync.Mutex
	asked  []string
}

const behavingSDL = link + `
type Query { person: Person people: [Person!] fine: String }
type Mutation { first: Person second: String }
type Person { id: ID! name: String! }`

func newBehaving(t *testing.T, change func(*config.Config)) *behaving {
	t.Helper()
	b := &behaving{T: t}
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "people", URL: "http://people.invalid", SDL: behavingSDL},
		{Name: "more", URL: "http://more.invalid", SDL: link + `type Mutation { third: String }  type Query { other: String }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	cfg.GraphQL.Batching.Enabled = true
	if change != nil {
		change(&cfg)
	}
	var err error
	b.router, err = router.New(&cfg, router.Options{
		Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"people": http.HandlerFunc(b.serve), "more": http.HandlerFunc(b.serve)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.router.Close)
	return b
}

// serve answers with null where a name is missing, and says why where the operation is a mutation.
func (b *behaving) serve(w http.ResponseWriter, r *http.Request) {
	var body struct{ Query string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	b.mu.Lock()
	b.asked = append(b.asked, body.Query)
	b.mu.Unlock()
	answer := `{"data":{"person":{"id":"1","name":null},"people":[{"id":"1","name":"Ada"},{"id":"2","name":null}],"fine":"yes",` +
		`"other":"too","third":"done"}}`
	if strings.Contains(body.Query, "first") {
		answer = `{"data":{"first":null,"second":"done"},"errors":[{"message":"no","path":["first"]}]}`
	}
	_, _ = io.WriteString(w, answer)
}

func (b *behaving) wasAsked(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, query := range b.asked {
		if strings.Contains(query, text) {
			return true
		}
	}
	return false
}

func enabled(c *config.Config) { c.GraphQL.OnError.Enabled = true }

func (b *behaving) send(body string) string {
	b.Helper()
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.router.ServeHTTP(w, req)
	return w.Body.String()
}

func (b *behaving) get(query, onError string) string {
	b.Helper()
	w := httptest.NewRecorder()
	b.router.ServeHTTP(w, httptest.NewRequest(http.MethodGet,
		"/graphql?"+url.Values{"query": {query}, "onError": {onError}}.Encode(), nil))
	return w.Body.String()
}

// dataOf is the data of an answer, and how many errors it has.
func dataOf(t *testing.T, answer string) (data string, errors int) {
	t.Helper()
	var a struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return string(a.Data), len(a.Errors)
}

const askPeople = `{person{id name} people{id name} fine}`

var behaviors = map[string]string{
	"PROPAGATE": `{"person":null,"people":null,"fine":"yes"}`,
	"NULL":      `{"person":{"id":"1","name":null},"people":[{"id":"1","name":"Ada"},{"id":"2","name":null}],"fine":"yes"}`,
	"HALT":      `null`,
}

// TestClientsChooseWhatBecomesOfErrors asks the same in each behavior, at the same time and in every way there is.
func TestClientsChooseWhatBecomesOfErrors(t *testing.T) {
	b := newBehaving(t, enabled)
	var all sync.WaitGroup
	for range 8 {
		for behavior, want := range behaviors {
			all.Go(func() {
				for way, answer := range map[string]string{
					"POST":  b.send(`{"query":"` + askPeople + `","onError":"` + behavior + `"}`),
					"GET":   b.get(askPeople, behavior),
					"batch": strings.Trim(b.send(`[{"query":"`+askPeople+`","onError":"`+behavior+`"}]`), "[]\n"),
				} {
					count := map[string]int{"PROPAGATE": 2, "NULL": 2, "HALT": 1}[behavior]
					if data, errors := dataOf(t, answer); data != want || errors != count {
						t.Errorf("%s %s: %s", way, behavior, answer)
					}
				}
			})
		}
	}
	all.Wait()
	for _, bad := range []string{`"null"`, `"ABORT"`, `5`, `["NULL"]`} {
		if answer := b.send(`{"query":"{fine}","onError":` + bad + `}`); !strings.Contains(answer, `must be \"NULL\", \"PROPAGATE\" or \"HALT\"`) {
			t.Errorf("%s: %s", bad, answer)
		}
	}
	if data, _ := dataOf(t, b.send(`{"query":"`+askPeople+`","onError":null}`)); data != behaviors["PROPAGATE"] {
		t.Errorf("without a choice: %s", data)
	}
}

// TestWhoDoesNotSayGetsTheDefault sets another default.
func TestWhoDoesNotSayGetsTheDefault(t *testing.T) {
	for behavior, want := range behaviors {
		b := newBehaving(t, func(c *config.Config) { c.GraphQL.OnError = config.OnError{Enabled: true, Default: behavior} })
		if data, _ := dataOf(t, b.send(`{"query":"`+askPeople+`"}`)); data != want {
			t.Errorf("%s: %s", behavior, data)
		}
		if data, _ := dataOf(t, b.send(`{"query":"`+askPeople+`","onError":"NULL"}`)); data != behaviors["NULL"] {
			t.Errorf("%s: the client's choice: %s", behavior, data)
		}
	}
}

// TestErrorBehaviorsAreOffByDefault has the member of the request ignored like any other, and nothing announced.
func TestErrorBehaviorsAreOffByDefault(t *testing.T) {
	b := newBehaving(t, nil)
	for _, choice := range []string{`"NULL"`, `"HALT"`, `"nonsense"`, `{}`} {
		if data, _ := dataOf(t, b.send(`{"query":"`+askPeople+`","onError":`+choice+`}`)); data != behaviors["PROPAGATE"] {
			t.Errorf("%s: %s", choice, data)
		}
	}
	if answer := b.send(`{"query":"{__service{capabilities{identifier}}}"}`); !strings.Contains(answer, "GRAPHQL_VALIDATION_FAILED") {
		t.Error(answer)
	}
	if answer := b.send(`{"query":"{__schema{types{name}}}"}`); strings.Contains(answer, "__Capability") {
		t.Error("the type is there:", answer)
	}
}

// TestErrorBehaviorsAreAnnounced asks for the capabilities, beside other fields and through fragments.
func TestErrorBehaviorsAreAnnounced(t *testing.T) {
	b := newBehaving(t, func(c *config.Config) { c.GraphQL.OnError = config.OnError{Enabled: true, Default: "NULL"} })
	got := b.send(`{"query":"query($no:Boolean=false){fine s:__service{__typename capabilities{...c description@include(if:$no)}}} ` +
		`fragment c on __Capability{identifier value}"}`)
	want := `{"data":{"fine":"yes","s":{"__typename":"__Service","capabilities":[{"identifier":"graphql.onError","value":null},` +
		`{"identifier":"graphql.defaultErrorBehavior","value":"NULL"}]}}}`
	if strings.TrimSpace(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// GraphiQL and its like refuse a schema that lists types with such names which they do not know.
	if listed := b.send(`{"query":"{__schema{types{name}}}"}`); strings.Contains(listed, "__Capability") {
		t.Error("listed:", listed)
	}
	types := b.send(`{"query":"{__type(name:\"__Service\"){fields{name type{kind}}} q:__type(name:\"Query\"){fields{name}}}"}`)
	if !strings.Contains(types, `{"fields":[{"name":"capabilities","type":{"kind":"NON_NULL"}}]}`) || strings.Contains(types, "__service") {
		t.Error(types)
	}
}

// TestHaltSendsNoFurtherMutations fails the first field of a mutation: the fields of other subgraphs behind it are not
// run. With NULL they are.
func TestHaltSendsNoFurtherMutations(t *testing.T) {
	for behavior, runs := range map[string]bool{"HALT": false, "NULL": true, "PROPAGATE": true} {
		b := newBehaving(t, enabled)
		data, errors := dataOf(t, b.send(`{"query":"mutation{first{id} third}","onError":"`+behavior+`"}`))
		if b.wasAsked("third") != runs || errors != 1 || (data == "null") == runs {
			t.Errorf("%s: data %s, %d errors, asked %q", behavior, data, errors, b.asked)
		}
	}
}

// TestStreamedAnswersBehaveAlike prints answers twice, as large ones are.
func TestStreamedAnswersBehaveAlike(t *testing.T) {
	b := newBehaving(t, func(c *config.Config) { enabled(c); c.GraphQL.StreamAbove = 1 })
	server := httptest.NewServer(b.router)
	defer server.Close()
	for behavior, want := range behaviors {
		resp, err := http.Post(server.URL+"/graphql", "application/json", strings.NewReader(`{"query":"`+askPeople+`","onError":"`+behavior+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if data, _ := dataOf(t, string(body)); err != nil || data != want {
			t.Errorf("%s: %v %s", behavior, err, body)
		}
	}
}

// TestDeferredPartsHaltByThemselves has an error in a deferred part, which must not have null.
func TestDeferredPartsHaltByThemselves(t *testing.T) {
	const query = `{person{name ...@defer{nick age}}}`
	for behavior, want := range map[string]string{
		"NULL": `"incremental":[{"id":"0","data":{"nick":null,"age":36}`, "HALT": `"completed":[{"id":"0","errors":[`,
		"PROPAGATE": `"completed":[{"id":"0","errors":[`,
	} {
		d := newDeferring(t, func(c *config.Config) { c.GraphQL.OnError = config.OnError{Enabled: true, Default: behavior} })
		resp := d.post(query, "Accept", "multipart/mixed")
		_ = d.reply(`{"data":{"_entities":[{"nick":null,"age":36}]}}`)
		text, err := io.ReadAll(bufio.NewReader(resp.Body))
		_ = resp.Body.Close()
		if err != nil || !bytes.Contains(text, []byte(want)) || !bytes.Contains(text, []byte(`"name":"Ada"`)) {
			t.Errorf("%s: %v\n%s", behavior, err, text)
		}
		if n := strings.Count(string(text), `"message"`); n != 1 {
			t.Errorf("%s: %d errors\n%s", behavior, n, text)
		}
	}
}

// TestSubscriptionsBehaveAsTheirClientsChose has clients of one source, over event streams and a WebSocket, that chose
// differently.
func TestSubscriptionsBehaveAsTheirClientsChose(t *testing.T) {
	s := newSubscriptions(t, "sse", enabled)
	const query = `subscription{tick{n product{upc}}}`
	wants := map[string]string{
		"PROPAGATE": `{"tick":null}`, "NULL": `{"tick":{"n":null,"product":{"upc":"p1"}}}`, "HALT": `null`,
	}
	const early = `{"data":{"tick":{"n":0,"product":null}}}`
	streams := map[string]*eventStream{}
	socket := s.dialSocket("graphql-transport-ws", nil, nil)
	for behavior := range wants {
		payload := map[string]any{"query": query, "onError": behavior}
		body, _ := json.Marshal(payload)
		req, _ := http.NewRequestWithContext(s.ctx, http.MethodPost, s.server.URL+"/graphql", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "text/event-stream")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		streams[behavior] = &eventStream{s, resp, bufio.NewReader(resp.Body)}
		s.write(socket, map[string]any{"id": behavior, "type": "subscribe", "payload": payload})
	}
	s.await(1)
	// Nothing says when an operation over a socket has begun but its first event.
	begun, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-begun:
				return
			case <-time.After(5 * time.Millisecond):
				s.events.Emit(early)
			}
		}
	}()
	for seen := map[any]bool{}; len(seen) < len(wants); {
		seen[s.read(socket)["id"]] = true
	}
	close(begun)
	<-over
	s.events.Emit(`{"data":{"tick":{"n":null,"product":{"upc":"p1","__typename":"Product"}}}}`)
	s.events.Emit(`{"data":{"tick":{"n":2,"product":null}}}`)
	const after = `{"tick":{"n":2,"product":null}}`
	for behavior, want := range wants {
		for i, want := range []string{want, after} {
			answer := early
			for answer == early {
				answer = streams[behavior].next()
			}
			if data, errors := dataOf(t, answer); data != want || errors != 1-i {
				t.Errorf("%s, event %d: %s, %d errors", behavior, i, data, errors)
			}
		}
	}
	got := map[string][]string{}
	for n := 0; n < 2*len(wants); {
		m := s.read(socket)
		payload, _ := json.Marshal(m["payload"])
		data, _ := dataOf(t, string(payload))
		if strings.Contains(data, `"n":0`) {
			continue
		}
		n++
		id, _ := m["id"].(string)
		got[id] = append(got[id], data)
	}
	for behavior, want := range wants {
		if len(got[behavior]) != 2 || got[behavior][0] != want || got[behavior][1] != after {
			t.Errorf("over the socket, %s: %q", behavior, got[behavior])
		}
	}
}
