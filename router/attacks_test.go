package router_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestLimitsHoldOverEveryTransport sends what is beyond a limit with POST, with GET, in a batch, for an event stream
// and over a WebSocket (CVE-2026-30241: one of these had been forgotten).
func TestLimitsHoldOverEveryTransport(t *testing.T) {
	r := moduletest.New(t, `
limits: {depth: 4, aliases: 3, root_fields: 5, directives: 2, fields: 30, tokens: 200, variables: 2, list_items: 4}
graphql: {batching: {enabled: true}}
subscription: {enabled: true, websocket: {enabled: true}}
`, nil)
	server := httptest.NewServer(r.Router)
	defer server.Close()
	documents := map[string]string{
		"depth":       "{person(id: 1) {friends {friends {friends {friends {name}}}}}}",
		"aliases":     "{a: person(id: 1) {name} b: person(id: 1) {name} c: person(id: 1) {name} d: person(id: 1) {name}}",
		"root fields": "{__typename " + strings.Repeat("...on Query{__typename} ", 1) + "person(id: 1) {name} a: people {name} b: people {name} c: people {name} d: people {name} e: people {name}}",
		"directives":  "{person(id: 1) {name @skip(if: false) @include(if: true) id @skip(if: false)}}",
		"variables":   "query($a: Int $b: Int $c: Int) {person(id: 1) {name}}",
		"lists":       "{person(id: [1 2 3 4 5]) {name}}",
		"tokens":      "{" + strings.Repeat("person(id: 1) {name} ", 100) + "}",
		"fragments": "{...a} fragment a on Query {...b ...b} fragment b on Query {...c ...c} fragment c on Query {...d ...d} " +
			"fragment d on Query {...e ...e} fragment e on Query {person(id: 1) {name id friends {id}}}",
	}
	for name, document := range documents {
		quoted, _ := json.Marshal(document) // a string
		body := `{"query":` + string(quoted) + `}`
		post := r.Post(body)
		code := post.Code()
		if code == "" || code == "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s is not beyond a limit: %s", name, post.Body)
			continue
		}
		get := r.Do(httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(document), nil))
		if get.Code() != code {
			t.Errorf("%s with GET: %s", name, get.Body)
		}
		for transport, answer := range map[string]string{
			"a batch":         r.Post("[" + body + "]").Body,
			"an event stream": r.Post(body, "Accept", "text/event-stream").Body,
			"a WebSocket":     overWebSocket(t, server.URL, body),
		} {
			if !strings.Contains(answer, `"`+code+`"`) {
				t.Errorf("%s over %s: no %s: %s", name, transport, code, answer)
			}
		}
	}
	if asked := r.Subgraphs["people"].Asked(); len(asked) > 0 {
		t.Errorf("a subgraph was asked: %s", asked)
	}
}

// overWebSocket is the message that answers a request.
func overWebSocket(t *testing.T, address, body string) string {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(address, "http")+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	for _, message := range []string{`{"type":"connection_init"}`, `{"type":"subscribe","id":"1","payload":` + body + `}`} {
		if err := conn.Write(context.Background(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, answer, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(answer), "connection_ack") {
			return string(answer)
		}
	}
	t.Fatal("no answer")
	return ""
}

// TestCompressedBodiesAreBounded sends 64 MB in 64 KB (GHSA-cgqf-3cq5-wvcj): the limit is for what comes out.
func TestCompressedBodiesAreBounded(t *testing.T) {
	r := moduletest.New(t, "", nil)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(`{"query":"{__typename}","variables":{"a":"`))
	_, _ = w.Write(bytes.Repeat([]byte("x"), 64<<20))
	_, _ = w.Write([]byte(`"}}`))
	_ = w.Close()
	for encoding, want := range map[string]int{
		"gzip": 413, "GZIP": 413, "identity, gzip": 413, "x-gzip": 413, "br": 400, "gzip, gzip": 415, "deflate": 415,
	} {
		if a := r.Post(packed.String(), "Content-Encoding", encoding); a.Status != want {
			t.Errorf("%s: %d %s, want %d", encoding, a.Status, a.Body, want)
		}
	}
	off := moduletest.New(t, "graphql: {request_encodings: []}\n", nil)
	if a := off.Post(packed.String(), "Content-Encoding", "gzip"); a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("switched off: %d %s", a.Status, a.Body)
	}
}

// TestNamesOfPrototypes asks for what JavaScript has in every object (CVE-2026-32621), as names, keys and variables.
func TestNamesOfPrototypes(t *testing.T) {
	r := moduletest.New(t, "", nil)
	const ada = `{"constructor":"Ada","toString":"1","name":"Ada","id":"1","__typename":"Person"}`
	r.Subgraphs["people"].Answer("person(", `{"data":{"person":`+ada+`,"__proto__":`+ada+`}}`)
	a := r.Post(`{"query":"query($constructor: ID!) {__proto__: person(id: $constructor) {constructor: name toString: id}}",
		"variables":{"constructor":"1","__proto__":{"a":1}},"extensions":{"__proto__":{"b":2}}}`)
	if a.Body != `{"data":{"__proto__":{"constructor":"Ada","toString":"1"}}}` {
		t.Error(a.Body)
	}
}
