package router_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// limitTest goes beyond one limit.
type limitTest struct {
	// settings are those of the section limits, beside warn_only.
	settings string
	// refused is the code of what is beyond the limit, and warned the one that is counted where it only warns, if that is
	// another one.
	refused, warned string
	// go beyond it, with requests that the router answers whose limits are the default ones; what came back.
	beyond func(t *testing.T, r *moduletest.Rig) string
}

// limitTests are those of all limits, by the names of their settings.
var limitTests = map[string]limitTest{
	"body_bytes": {settings: "body_bytes: 20", refused: "PAYLOAD_TOO_LARGE", beyond: asking(onePerson)},
	"bodies_bytes": {
		settings: "body_bytes: 100KB, bodies_bytes: 150KB", refused: "OVERLOADED", beyond: twoAtATime(90 << 10),
	},
	"body_timeout":        {settings: "body_timeout: 100ms, body_rate: 0", refused: "REQUEST_TIMEOUT", beyond: slowBody},
	"response_bytes":      {settings: "response_bytes: 1KB", refused: "RESPONSE_TOO_LARGE", beyond: answerOf(2 << 10)},
	"responses_bytes":     {settings: "responses_bytes: 1MB", refused: "OVERLOADED", beyond: answerOf(3 << 20)},
	"memory":              {settings: "memory: 64MB", refused: "MEMORY_LIMIT", beyond: withoutMemory},
	"concurrent_requests": {settings: "concurrent_requests: 1", refused: "OVERLOADED", beyond: twoAtATime(0)},
	"adaptive": {
		settings: "adaptive: {mode: MODE, min: 1, max: 1, queue: 0}", refused: "ADAPTIVE_LIMIT", beyond: twoAtATime(0),
	},
	"request_timeout": {
		settings: "request_timeout: 10ms", refused: "SUBREQUEST_TIMEOUT", warned: "REQUEST_TIMEOUT", beyond: slowAnswer,
	},
	"tokens": {settings: "tokens: 5", refused: "MAX_TOKENS_LIMIT", beyond: asking(onePerson)},
	"depth":  {settings: "depth: 1", refused: "MAX_DEPTH_LIMIT", beyond: asking(onePerson)},
	"fields": {settings: "fields: 1", refused: "MAX_FIELDS_LIMIT", beyond: asking(onePerson)},
	"aliases": {
		settings: "aliases: 1", refused: "MAX_ALIASES_LIMIT", beyond: asking("{a: __typename b: __typename}"),
	},
	"root_fields": {
		settings: "root_fields: 1", refused: "MAX_ROOT_FIELDS_LIMIT", beyond: asking("{__typename a: __typename}"),
	},
	"directives": {
		settings: "directives: 1", refused: "MAX_DIRECTIVES_LIMIT",
		beyond: asking("{a: __typename @skip(if: false) b: __typename @skip(if: false)}"),
	},
	"introspection_depth": {
		settings: "introspection_depth: 1", refused: "MAX_INTROSPECTION_DEPTH_LIMIT",
		beyond: asking("{__schema {queryType {fields {name}}}}"),
	},
	"variables": {
		settings: "variables: 1", refused: "MAX_VARIABLES_LIMIT",
		beyond: asking("query($a: Boolean = false, $b: Boolean = false) {" +
			"a: __typename @skip(if: $a) b: __typename @skip(if: $b)}"),
	},
	"list_items": {
		settings: "list_items: 1", refused: "MAX_LIST_ITEMS_LIMIT",
		beyond: asking("{__type(name: \"Person\") {fields {name}} persons(ids: [1, 2]) {name}}"),
	},
}

// partsOfLimits are settings that are no limits of their own.
var partsOfLimits = map[string]string{
	"body_rate": "of body_timeout", "warn_only": "how they are kept",
}

// TestEveryLimit goes beyond the limit of each setting: what does is refused with its code, or passes and is counted where
// limits only warn. With the defaults the same requests are answered.
func TestEveryLimit(t *testing.T) {
	section := reflect.TypeFor[config.Limits]()
	for i := range section.NumField() {
		name := section.Field(i).Tag.Get("yaml")
		test, known := limitTests[name]
		if !known {
			if partsOfLimits[name] == "" {
				t.Errorf("limits.%s has no test of its code, its metric and of warn_only", name)
			}
			continue
		}
		t.Run(name, func(t *testing.T) {
			if test.warned == "" {
				test.warned = test.refused
			}
			for _, mode := range []string{"enforce", "warn", "default"} {
				settings := "warn_only: " + strconv.FormatBool(mode == "warn")
				if mode != "default" {
					settings += ", " + strings.ReplaceAll(test.settings, "MODE", mode)
				}
				// Large answers are not streamed: those can do with little memory.
				yaml := "admin: {listen: 'localhost:0'}\ngraphql: {stream_above: 0}\nlimits: {" + settings + "}\n"
				r := moduletest.New(t, yaml, listsOfPersons)
				got := test.beyond(t, r)
				refused := strings.Contains(got, `"`+test.refused+`"`)
				if refused != (mode == "enforce") || !refused && strings.Contains(got, `"errors"`) {
					t.Errorf("%s: %.500s", settings, got)
				}
				metrics := r.Metrics()
				counted := linesOf(metrics, "weft_refused_total{")
				counted = append(counted, linesOf(metrics, "weft_graphql_errors_total{")...)
				code := `code="` + test.refused + `"`
				if got := strings.Contains(strings.Join(counted, ""), code); got != (mode == "enforce") {
					t.Errorf("%s: counted %q", settings, counted)
				}
				warned := linesOf(metrics, "weft_limits_exceeded_total{")
				if got := strings.Contains(strings.Join(warned, ""), `code="`+test.warned+`"`); got != (mode == "warn") {
					t.Errorf("%s: counted %q", settings, warned)
				}
			}
		})
	}
}

// listsOfPersons is a graph with a field that takes a list.
var listsOfPersons = map[string]string{
	"people": strings.Replace(moduletest.SDL["people"], "type Query {", "type Query { persons(ids: [ID!]): [Person!] ", 1),
	"ages":   moduletest.SDL["ages"],
}

const onePerson = "{person(id: 1) {name}}"

// asking asks for a document.
func asking(document string) func(*testing.T, *moduletest.Rig) string {
	return func(_ *testing.T, r *moduletest.Rig) string {
		r.Subgraphs["people"].Answer("persons(", `{"data":{"persons":[{"__typename":"Person","id":"1","name":"Ada"}]}}`)
		return r.Ask(document).Body
	}
}

// answerOf asks for an answer of so many bytes.
func answerOf(bytes int) func(*testing.T, *moduletest.Rig) string {
	return func(_ *testing.T, r *moduletest.Rig) string {
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) {
			answerPerson(w, strings.Repeat("x", bytes))
		})
		return r.Ask(onePerson).Body
	}
}

// answerPerson writes what the subgraph says of a person.
func answerPerson(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"data":{"person":{"name":"`+name+`"}}}`)
}

// twoAtATime sends a request while another one, with as long a body, is in progress.
func twoAtATime(body int) func(*testing.T, *moduletest.Rig) string {
	return func(_ *testing.T, r *moduletest.Rig) string {
		var calls atomic.Int32
		asked, goOn := make(chan struct{}), make(chan struct{})
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) == 1 {
				close(asked)
				<-goOn
			}
			answerPerson(w, "Ada")
		})
		ask := func(id int) string {
			text, _ := json.Marshal(map[string]any{ // these are texts
				"query":     "{person(id: " + strconv.Itoa(id) + ") {name}}",
				"variables": map[string]string{"unused": strings.Repeat("x", body)},
			})
			return r.Post(string(text)).Body
		}
		var first sync.WaitGroup
		first.Go(func() { ask(1) })
		<-asked
		answer := ask(2)
		close(goOn)
		first.Wait()
		return answer
	}
}

// slowAnswer asks a subgraph that answers when it was given up, or when a little time is over.
func slowAnswer(_ *testing.T, r *moduletest.Rig) string {
	r.Subgraphs["people"].Handle(func(w http.ResponseWriter, req *http.Request) {
		select {
		case <-req.Context().Done():
		case <-time.After(100 * time.Millisecond): // more than the limit, which is what it is about
		}
		answerPerson(w, "Ada")
	})
	return r.Ask(onePerson).Body
}

// withoutMemory asks when more memory is in use than the limit.
func withoutMemory(_ *testing.T, r *moduletest.Rig) string {
	ballast := make([]byte, 80<<20)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	runtime.GC() // what lives is counted by the collector
	answer := r.Ask(onePerson).Body
	runtime.KeepAlive(ballast)
	return answer
}

// slowBody sends the rest of a body when the time for it is over.
func slowBody(t *testing.T, r *moduletest.Rig) string {
	server := httptest.NewServer(r.Router)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const body = `{"query":"` + onePerson + `"}`
	head := "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(len(body)) + "\r\n\r\n"
	if _, err := io.WriteString(conn, head+body[:5]); err != nil {
		t.Fatal(err)
	}
	answered := make(chan string)
	go func() {
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			answered <- err.Error()
			return
		}
		text, _ := io.ReadAll(answer.Body) // what there is tells
		answered <- string(text)
	}()
	select {
	case answer := <-answered: // it is refused
		return answer
	case <-time.After(300 * time.Millisecond): // longer than the limit, which is what it is about
	}
	_, _ = io.WriteString(conn, body[5:]) // it may have been refused meanwhile
	return <-answered
}
