package router_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// deferring is a router whose subgraph "late" answers when the test says so.
type deferring struct {
	*testing.T
	ctx    context.Context
	server *httptest.Server
	// asked has the requests that "late" has got, answer what it says to each; gone is told when one is given up.
	asked  chan string
	answer chan string
	gone   chan struct{}
}

const (
	soonSDL = link + `
type Query { people: [Person!]! person: Person }
type Mutation { rename: Person }
type Person @key(fields: "id") { id: ID! name: String home: Home }
type Home { town: String }`
	lateSDL = link + `type Person @key(fields: "id") { id: ID! age: Int nick: String! }`
)

const (
	askAge = `{person{name ...@defer(label:"late"){age}}}`
	ages   = `{"data":{"_entities":[{"age":36}]}}`
)

func newDeferring(t *testing.T, change func(*config.Config)) *deferring {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	d := &deferring{T: t, ctx: ctx, asked: make(chan string), answer: make(chan string), gone: make(chan struct{}, 1)}
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "soon", URL: "http://soon.invalid", SDL: soonSDL}, {Name: "late", URL: "http://late.invalid", SDL: lateSDL},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	if change != nil {
		change(&cfg)
	}
	soon := &subgraph{answers: map[string]string{
		"people": `{"data":{"people":[{"id":"1","__typename":"Person","name":"Ada","home":{"town":"Ulm"}},` +
			`{"id":"2","__typename":"Person","name":"Bea","home":null}]}}`,
		"person": `{"data":{"person":{"id":"1","__typename":"Person","name":"Ada","home":{"town":"Ulm"}}}}`,
		"rename": `{"data":{"rename":{"id":"1","__typename":"Person","name":"Cleo"}}}`,
	}}
	r, err := router.New(&cfg, router.Options{
		Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"soon": soon, "late": http.HandlerFunc(d.late)},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.Close()
		d.server.CloseClientConnections()
		d.server.Close()
	})
	return d
}

func (d *deferring) late(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	select {
	case d.asked <- string(body):
	case <-r.Context().Done():
	}
	select {
	case answer := <-d.answer:
		_, _ = io.WriteString(w, answer)
	case <-r.Context().Done():
		d.gone <- struct{}{}
	}
}

// reply lets the late subgraph answer its next request, and returns that.
func (d *deferring) reply(answer string) (asked string) {
	d.Helper()
	select {
	case asked = <-d.asked:
		d.answer <- answer
	case <-d.ctx.Done():
		d.Fatal("the late subgraph is not asked")
	}
	return asked
}

// post sends an operation.
func (d *deferring) post(query string, header ...string) *http.Response {
	d.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	req, _ := http.NewRequestWithContext(d.ctx, http.MethodPost, d.server.URL+"/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// readTo reads up to a text, and returns the line of JSON before it.
func readTo(t *testing.T, r *bufio.Reader, end string) string {
	t.Helper()
	var text strings.Builder
	for !strings.HasSuffix(text.String(), end) {
		b, err := r.ReadByte()
		if err != nil {
			t.Fatalf("%v after %q", err, text.String())
		}
		text.WriteByte(b)
	}
	for line := range strings.Lines(text.String()) {
		if at := strings.IndexByte(line, '{'); at >= 0 {
			return strings.TrimSpace(line[at:])
		}
	}
	return strings.TrimSpace(text.String())
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
	}
}

func TestDeferredPartsComeInTheFormThatIsAskedFor(t *testing.T) {
	const (
		parted = `multipart/mixed;boundary="-"`

		first = `{"data":{"person":{"name":"Ada"}}`
		draft = first + `,"pending":[{"id":"0","path":["person"],"label":"late"}],"hasNext":true}`
		later = `{"incremental":[{"id":"0","data":{"age":36}}],"completed":[{"id":"0"}],"hasNext":false}`
	)
	for _, c := range []struct{ accept, kind, end, first, later string }{
		{"multipart/mixed;deferSpec=20220824,application/json;q=0.9", parted + ";deferSpec=20220824", "\r\n---",
			first + `,"hasNext":true}`,
			`{"incremental":[{"data":{"age":36},"path":["person"],"label":"late"}],"hasNext":false}`},
		{"multipart/mixed;incrementalSpec=v0.1", parted + ";incrementalSpec=v0.1", "\r\n---",
			first + `,"hasNext":true}`,
			`{"incremental":[{"data":{"age":36},"path":["person"],"label":"late"}],"hasNext":false}`},
		{"multipart/mixed;incrementalSpec=v0.2, application/json", parted + ";incrementalSpec=v0.2", "\r\n---", draft, later},
		{"application/json, multipart/mixed", parted, "\r\n---", draft, later},
		{"application/graphql-response+json, text/event-stream, multipart/mixed", "text/event-stream; charset=utf-8", "\n\n",
			draft, later},
	} {
		t.Run(c.accept, func(t *testing.T) {
			d := newDeferring(t, nil)
			resp := d.post(askAge, "Accept", c.accept)
			same(t, "Content-Type", resp.Header.Get("Content-Type"), c.kind)
			r := bufio.NewReader(resp.Body)
			readTo(t, r, c.end)
			same(t, "first part", readTo(t, r, c.end), c.first)
			d.reply(ages)
			same(t, "later part", readTo(t, r, c.end), c.later)
			rest, err := io.ReadAll(r)
			if err != nil {
				t.Error(err)
			}
			want := "--\r\n"
			if c.end == "\n\n" {
				want = "event: complete\ndata:\n\n"
			}
			same(t, "end", string(rest), want)
		})
	}
}

func TestClientsThatTakeOnePartGetTheWholeAnswer(t *testing.T) {
	d := newDeferring(t, nil)
	for _, accept := range []string{"application/json", "*/*", "multipart/mixed;deferSpec=20990101, application/json"} {
		go func() { <-d.asked; d.answer <- ages }()
		got, _ := io.ReadAll(d.post(askAge, "Accept", accept).Body)
		same(t, accept, string(got), `{"data":{"person":{"name":"Ada","age":36}}}`)
	}
	// What needs no later part has none, and what is not deferred is delivered as ever.
	for _, query := range []string{
		`{person{name ...@defer(if:false){home{town}}}}`, `{person{name ...on Person@defer{name}}}`,
	} {
		got, _ := io.ReadAll(d.post(query, "Accept", "multipart/mixed, application/json").Body)
		if !strings.HasPrefix(string(got), `{"data":`) || strings.Contains(string(got), "hasNext") {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// parts sends an operation, lets the late subgraph answer, and returns the parts.
func (d *deferring) parts(query, accept string, answers ...string) (parts []string) {
	d.Helper()
	r := bufio.NewReader(d.post(query, "Accept", accept).Body)
	readTo(d.T, r, "\r\n---")
	parts = append(parts, readTo(d.T, r, "\r\n---"))
	for _, answer := range answers {
		d.reply(answer)
	}
	for strings.Contains(parts[len(parts)-1], `"hasNext":true`) {
		parts = append(parts, readTo(d.T, r, "\r\n---"))
	}
	return parts
}

func TestErrorsStayInTheirPart(t *testing.T) {
	const failing = `{"data":{"_entities":[{"nick":null},{"nick":"B"}]},` +
		`"errors":[{"message":"no","path":["_entities",0,"nick"]}]}`
	d := newDeferring(t, nil)
	query := `{people{name ...@defer{nick home{town}}}}`
	parts := d.parts(query, "multipart/mixed", failing)
	same(t, "first", parts[0], `{"data":{"people":[{"name":"Ada"},{"name":"Bea"}]},`+
		`"pending":[{"id":"0","path":["people",0]},{"id":"1","path":["people",1]}],"hasNext":true}`)
	same(t, "later", parts[1], `{"incremental":[{"id":"1","data":{"nick":"B","home":null}}],`+
		`"completed":[{"id":"0","errors":[`+
		`{"message":"no","locations":[{"line":1,"column":24}],"path":["people",0,"nick"],`+
		`"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"late"}}]},{"id":"1"}],"hasNext":false}`)
	parts = d.parts(query, "multipart/mixed;deferSpec=20220824", failing)
	same(t, "later", parts[1], `{"incremental":[{"data":null,"path":["people",0],"errors":[`+
		`{"message":"no","locations":[{"line":1,"column":24}],"path":["people",0,"nick"],`+
		`"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"late"}}]},`+
		`{"data":{"nick":"B","home":null},"path":["people",1]}],"hasNext":false}`)
	// A call that fails is told of where it is missed.
	parts = d.parts(askAge, "multipart/mixed", `{"errors":[{"message":"down"}]}`)
	same(t, "failed call", parts[1], `{"incremental":[{"id":"0","data":{"age":null},"errors":[{"message":"down",`+
		`"locations":[{"line":1,"column":38}],"path":["person","age"],`+
		`"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"late"}}]}],"completed":[{"id":"0"}],"hasNext":false}`)
}

func TestPartsWithinParts(t *testing.T) {
	d := newDeferring(t, nil)
	parts := d.parts(`{person{home{town} ...@defer(label:"a"){`+
		`name home{...@defer(label:"b"){__typename}} ...@defer(label:"c"){age}}}}`, "multipart/mixed", ages)
	var all strings.Builder
	for _, part := range parts {
		all.WriteString(part + "\n")
	}
	for _, want := range []string{
		`{"id":"0","path":["person"],"label":"a"}`, `{"id":"0","data":{"name":"Ada"}}`,
		`"path":["person","home"],"label":"b"`, `"data":{"__typename":"Home"}`, `"path":["person"],"label":"c"`,
		`"data":{"age":36}`,
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%s is missing in\n%s", want, &all)
		}
	}
	// What is added below an object that was delivered says where.
	parts = d.parts(`{person{home{town} ...@defer{home{x:town} age}}}`, "multipart/mixed", ages)
	same(t, "later", parts[1], `{"incremental":[{"id":"0","data":{"age":36}},`+
		`{"id":"0","subPath":["home"],"data":{"x":"Ulm"}}],"completed":[{"id":"0"}],"hasNext":false}`)
	parts = d.parts(`mutation{rename{name ...@defer{age}}}`, "multipart/mixed", ages)
	same(t, "mutation", parts[0], `{"data":{"rename":{"name":"Cleo"}},`+
		`"pending":[{"id":"0","path":["rename"]}],"hasNext":true}`)
}

func TestDeferredPartsOverWebSockets(t *testing.T) {
	d := newDeferring(t, nil)
	options := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
	socket, _, err := websocket.Dial(d.ctx, d.server.URL+"/graphql", options)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	var got json.RawMessage
	for _, message := range []string{
		`{"type":"connection_init"}`, `{"id":"1","type":"subscribe","payload":{"query":"{person{name ...@defer{age}}}"}}`,
	} {
		if err := wsjson.Write(d.ctx, socket, json.RawMessage(message)); err != nil {
			t.Fatal(err)
		}
		if err := wsjson.Read(d.ctx, socket, &got); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "first", string(got), `{"id":"1","type":"next","payload":{"data":{"person":{"name":"Ada"}},`+
		`"pending":[{"id":"0","path":["person"]}],"hasNext":true}}`)
	d.reply(ages)
	for _, want := range []string{
		`{"id":"1","type":"next","payload":{"incremental":[{"id":"0","data":{"age":36}}],` +
			`"completed":[{"id":"0"}],"hasNext":false}}`,
		`{"id":"1","type":"complete"}`,
	} {
		if err := wsjson.Read(d.ctx, socket, &got); err != nil {
			t.Fatal(err)
		}
		same(t, "later", string(got), want)
	}
}

func TestWhoHangsUpGetsNothingMore(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("", func(t *testing.T) {
		d := newDeferring(t, nil)
		resp := d.post(askAge, "Accept", "multipart/mixed")
		r := bufio.NewReader(resp.Body)
		readTo(t, r, "\r\n---")
		readTo(t, r, "\r\n---")
		<-d.asked
		_ = resp.Body.Close()
		select {
		case <-d.gone:
		case <-d.ctx.Done():
			t.Error("the request to the subgraph goes on")
		}
	})
	goleak.VerifyNone(t, before)
}

func TestPartsAreBoundedAndCompressed(t *testing.T) {
	d := newDeferring(t, func(c *config.Config) { c.Limits.ResponseBytes = 150 })
	parts := d.parts(`{person{name ...@defer{age nick}}}`, "multipart/mixed",
		`{"data":{"_entities":[{"age":36,"nick":"`+strings.Repeat("x", 100)+`"}]}}`)
	if !strings.HasPrefix(parts[1], `{"completed":[{"id":"0","errors":[{`) ||
		!strings.Contains(parts[1], `"RESPONSE_TOO_LARGE"`) {
		t.Error(parts[1])
	}
	d = newDeferring(t, func(c *config.Config) { c.Compression.Enabled = true })
	resp := d.post(askAge, "Accept", "multipart/mixed", "Accept-Encoding", "gzip")
	same(t, "Content-Encoding", resp.Header.Get("Content-Encoding"), "gzip")
	unpacked, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(unpacked)
	readTo(t, r, "\r\n---")
	readTo(t, r, "\r\n---")
	d.reply(ages)
	if rest, err := io.ReadAll(r); err != nil || !strings.HasSuffix(string(rest), "\r\n-----\r\n") {
		t.Errorf("%v after %q", err, rest)
	}
}

func TestStreamIsRefused(t *testing.T) {
	d := newDeferring(t, nil)
	got, _ := io.ReadAll(d.post(`{people@stream{name}}`).Body)
	if !strings.Contains(string(got), `"code":"STREAM_NOT_SUPPORTED"`) {
		t.Error(string(got))
	}
}

// TestRealClientsDefer runs Apollo Client 4, with both of its handlers of deferred parts, Apollo Client 3 and urql.
func TestRealClientsDefer(t *testing.T) {
	packages, err := filepath.Abs("../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	for _, handler := range []string{"Defer20220824Handler", "GraphQL17Alpha9Handler", "Apollo Client 3", "urql"} {
		t.Run(handler, func(t *testing.T) {
			d := newDeferring(t, nil)
			var complaints bytes.Buffer
			command := exec.CommandContext(d.ctx, "node", "testdata/defer.mjs", packages, d.server.URL+"/graphql", handler)
			command.Stderr = &complaints
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			for i, want := range []string{
				`{"person":{"__typename":"Person","name":"Ada"}}`, `{"person":{"__typename":"Person","name":"Ada","age":36}}`,
			} {
				if !lines.Scan() {
					t.Fatalf("%v (make packages installs what this needs)\n%s", lines.Err(), &complaints)
				}
				same(t, "result", lines.Text(), want)
				if i == 0 {
					d.reply(ages)
				}
			}
			if err := command.Wait(); err != nil {
				t.Errorf("%v\n%s", err, &complaints)
			}
		})
	}
}
