package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// queried is a router with a subgraph that has events, one that knows people, and one that takes its time for their
// ages.
type queried struct {
	url    string
	events *subscriptiontest.Subgraph
	// ages lets an answer go with each value.
	ages chan string
	// header is told the headers of each request.
	header chan http.Header
}

const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) `

func newQueried(t *testing.T, change func(*config.Config)) *queried {
	t.Helper()
	q := &queried{events: subscriptiontest.New(), ages: make(chan string, 1), header: make(chan http.Header, 16)}
	composed, errs := compose.Compose([]compose.Subgraph{
		{Name: "events", URL: "http://events.invalid", SDL: subscriptiontest.SDL},
		{Name: "names", URL: "http://names.invalid", SDL: subscriptiontest.Names},
		{Name: "people", URL: "http://people.invalid", SDL: federated + `
			type Query { person(id: ID = "1"): Person }
			type Person @key(fields: "id") { id: ID! name: String }`},
		{Name: "ages", URL: "http://ages.invalid", SDL: federated + `type Person @key(fields: "id") { id: ID! age: Int }`},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	answers := func(body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
	}
	cfg := config.Default()
	if change != nil {
		change(&cfg)
	}
	r, err := router.New(&cfg, router.Options{
		Supergraph: composed.SupergraphSDL, Logger: slog.New(slog.DiscardHandler), Handlers: map[string]http.Handler{
			"events": q.events,
			"names":  answers(`{"data":{"_entities":[{"name":"a name"}]}}`),
			"people": answers(`{"data":{"person":{"__typename":"Person","id":"1","name":"Ada"}}}`),
			"ages": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				select {
				case age := <-q.ages:
					_, _ = io.WriteString(w, age)
				case <-r.Context().Done():
				}
			}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		select {
		case q.header <- req.Header.Clone():
		default:
		}
		r.ServeHTTP(w, req)
	}))
	t.Cleanup(func() {
		r.Close()
		server.CloseClientConnections()
		server.Close()
	})
	q.url = server.URL + "/graphql"
	return q
}

// prints waits for the whole of what a process prints to be this.
func (p *process) prints(t *testing.T, want string) {
	t.Helper()
	eventually(t, "it prints "+want, func() error {
		if out := p.output.String(); out != want {
			return errors.New(out)
		}
		return nil
	})
}

func TestQueryPrintsTheAnswer(t *testing.T) {
	q := newQueried(t, nil)
	dir := t.TempDir()
	file := writeText(t, filepath.Join(dir, "person.graphql"),
		`query One { __typename } query Two($id: ID) { person(id: $id) { name } }`)
	variables := writeText(t, filepath.Join(dir, "variables.json"), `{"id": "1"}`)
	status, out, complaints := weft(t, "query", "-f", file, "--operation", "Two", "--variables", "@"+variables,
		"--endpoint", q.url, "--header", "Authorization: Bearer a:b", "--header", "x-two:1", "--header", "x-two:2")
	if want := `{"data":{"person":{"name":"Ada"}}}` + "\n"; status != 0 || out != want || complaints != "" {
		t.Errorf("status %d, %q, %q", status, out, complaints)
	}
	header := <-q.header
	if header.Get("Authorization") != "Bearer a:b" || len(header["X-Two"]) != 2 {
		t.Errorf("the headers are %v", header)
	}
	for what, args := range map[string][]string{
		"a wrong document": {"{ nothing }"},
		"a wrong variable": {"-f", file, "--operation", "Two", "--variables", `{"id": {}}`},
	} {
		status, out, _ := weft(t, append([]string{"query", "--endpoint", q.url}, args...)...)
		if status != 1 || !strings.HasPrefix(out, `{"errors":[{"message":"`) {
			t.Errorf("%s: status %d, %q", what, status, out)
		}
	}
	for _, args := range [][]string{{"query"}, {"query", "-"}} {
		cmd := exec.Command(binary, append(args, "--endpoint", q.url)...)
		cmd.Stdin = strings.NewReader("{ person { id } }")
		if out, err := cmd.Output(); err != nil || string(out) != `{"data":{"person":{"id":"1"}}}`+"\n" {
			t.Errorf("%q: %v, %q", args, err, out)
		}
	}
}

func TestQueryPrintsEventsUntilInterrupted(t *testing.T) {
	q := newQueried(t, nil)
	const document = `subscription { tick { n product { name } } }`
	event := func(n int) string {
		return fmt.Sprintf(`{"data":{"tick":{"n":%d,"product":{"name":"a name"}}}}`, n) + "\n"
	}
	begin := func() *process {
		p := start(t, nil, binary, "query", document, "--endpoint", q.url)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := q.events.Await(ctx, 1); err != nil {
			t.Fatal(err)
		}
		q.events.Tick(0)
		p.prints(t, event(0))
		q.events.Tick(1)
		p.prints(t, event(0)+event(1))
		return p
	}
	p := begin()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if p.err != nil {
		t.Errorf("interrupted, it ends with %v", p.err)
	}
	p.prints(t, event(0)+event(1))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := q.events.Await(ctx, 0); err != nil {
		t.Error(err)
	}
	p = begin()
	q.events.Emit(`{"errors":[{"message":"no more"}]}`)
	q.events.Complete()
	<-p.ended
	if p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.output.String(), `"errors":[{"message":"no more"`) {
		t.Errorf("after an event with an error it ends with %v:\n%s", p.err, p.output)
	}
}

func TestQueryPrintsDeferredPartsAsTheyArrive(t *testing.T) {
	q := newQueried(t, nil)
	const first = `{"data":{"person":{"name":"Ada"}},"hasNext":true}` + "\n"
	for age, want := range map[string]struct {
		status int
		part   string
	}{
		`{"data":{"_entities":[{"age":36}]}}`: {0, `{"incremental":[{"data":{"age":36},"path":["person"]}]`},
		`{"errors":[{"message":"too old"}]}`:  {1, `"message":"too old"`},
	} {
		p := start(t, nil, binary, "query", `{ person { name ... @defer { age } } }`, "--endpoint", q.url)
		p.prints(t, first)
		q.ages <- age
		<-p.ended
		if out := p.output.String(); p.cmd.ProcessState.ExitCode() != want.status || !strings.Contains(out, want.part) {
			t.Errorf("%v:\n%s\nwant %s", p.err, out, want.part)
		}
	}
}

func TestQueryPrintsThePlan(t *testing.T) {
	q := newQueried(t, func(c *config.Config) { modules.In[*queryplan.QueryPlan](c, queryplan.Info).Expose = true })
	q.ages <- `{"data":{"_entities":[{"age":36}]}}`
	status, out, plan := weft(t, "query", "--plan", `{ person { name ... @defer { age } } }`, "--endpoint", q.url)
	if status != 0 || out != `{"data":{"person":{"name":"Ada","age":36}}}`+"\n" {
		t.Errorf("status %d, %s", status, out)
	}
	for _, want := range []string{
		"2 requests in 2 waves\n├─ wave 1\n│  └─ #0 people: status 200, ", " bytes sent, ",
		"   └─ #1 ages after #0: status 200, ",
		"\n      for person by {Person id}\n",
	} {
		if !strings.Contains(plan, want) {
			t.Errorf("%q is missing in\n%s", want, plan)
		}
	}
	closed := newQueried(t, nil)
	status, out, plan = weft(t, "query", "--plan", `{ person { name } }`, "--endpoint", closed.url)
	if status != 0 || out == "" || !strings.Contains(plan, "the answer has no query plan") {
		t.Errorf("of a router that shows none: status %d, %s%s", status, out, plan)
	}
}

// TestQueryTellsWhatIsNoAnswer asks servers that send something else, or break off.
func TestQueryTellsWhatIsNoAnswer(t *testing.T) {
	const events, parts = "text/event-stream", `multipart/mixed; boundary="-"`
	for name, answer := range map[string]struct {
		contentType, body string
		status            int
		want              string
	}{
		"a page":       {"text/html", "<html>", 2, "(status 200) is not GraphQL; is this the path of its endpoint"},
		"another JSON": {"application/json", `{"ok":true}`, 2, "there are neither data nor errors in it"},
		"a list":       {"application/json", `[]`, 2, "is not GraphQL"},
		"half a stream": {events, "event: next\ndata: {\"data\":{}}\n\n", 2,
			"breaks off"},
		"a stream of errors": {events, "event: next\ndata: {\"errors\":[{\"message\":\"a\"}]}\n\nevent: complete\n\n", 1,
			`{"errors":[{"message":"a"}]}`},
		"an empty stream":      {events, "event: complete\n\n", 2, "without any part"},
		"parts without an end": {parts, "\r\n---\r\n\r\n{\"data\":{},\"hasNext\":true}\r\n---", 2, "breaks off"},
		"half a part":          {parts, "\r\n---\r\n\r\n{\"data\":", 2, "breaks off"},
		"no JSON":              {parts, "\r\n---\r\n\r\n<html>\r\n-----\r\n", 2, "a part is not JSON"},
		"an error beside a payload": {parts, "\r\n---\r\n\r\n{}\r\n---\r\n\r\n{\"payload\":{\"data\":{\"a\":1}}}\r\n" +
			"---\r\n\r\n{\"payload\":null,\"errors\":[{\"message\":\"end\"}]}\r\n-----\r\n", 1,
			"{\"data\":{\"a\":1}}\n{\"errors\":[{\"message\":\"end\"}]}\n"},
		"a late deferred error": {parts, "\r\n---\r\n\r\n{\"data\":{},\"hasNext\":true}\r\n---\r\n\r\n" +
			"{\"completed\":[{\"id\":\"0\",\"errors\":[{\"message\":\"x\"}]}],\"hasNext\":false}\r\n-----\r\n", 1,
			`"completed"`},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", answer.contentType)
				_, _ = io.WriteString(w, answer.body)
			}))
			defer server.Close()
			status, out, complaints := weft(t, "query", "{ a }", "--endpoint", server.URL)
			if status != answer.status || !strings.Contains(out+complaints, answer.want) {
				t.Errorf("status %d, %s%s", status, out, complaints)
			}
		})
	}
	for want, args := range map[string][]string{
		"nothing listens at 127.0.0.1:1; is it running?": {"{a}", "--endpoint", "http://127.0.0.1:1/graphql"},
		`"a" is no document, which has braces`:           {"a"},
		"--header \"a b: c\": write it as NAME: VALUE":   {"{a}", "--header", "a b: c"},
		"--variables is not a JSON object":               {"{a}", "--variables", "[]"},
		"--file and a document are both given":           {"{a}", "-f", "query_test.go"},
		"standard input is empty":                        {"-"},
		`"localhost" is not an address; write one like`:  {"{a}", "--endpoint", "localhost"},
	} {
		status, _, complaints := weft(t, append([]string{"query"}, args...)...)
		if status != 2 || !strings.Contains(complaints, want) {
			t.Errorf("%q: status %d, want %q in\n%s", args, status, want, complaints)
		}
	}
}

// TestPartsOfAnswersAreBounded reads answers whose parts have a byte more than allowed, and as many as allowed.
func TestPartsOfAnswersAreBounded(t *testing.T) {
	const most = 4096
	for contentType, frame := range map[string]string{
		"application/json": "%s", "text/event-stream": "event: next\ndata: %s\n\nevent: complete\n\n",
		`multipart/mixed; boundary="-"`: "\r\n---\r\n\r\n%s\r\n-----\r\n",
	} {
		for _, size := range []int{most / 2, most + 1, 100 * most} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				_, _ = fmt.Fprintf(w, frame, `{"data":"`+strings.Repeat("a", size-len(`{"data":""}`))+`"}`)
			}))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			taken := 0
			err = receive(req, most, func(part []byte) error {
				taken += len(part)
				return nil
			})
			server.Close()
			tooLarge := err != nil && strings.Contains(err.Error(), "sends more than 4096 bytes in one piece")
			if size > most && (!tooLarge || taken > 0) || size <= most && (err != nil || taken != size) {
				t.Errorf("%s of %d bytes: took %d, %v", contentType, size, taken, err)
			}
		}
	}
}
