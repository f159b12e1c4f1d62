package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// queried is a QUERY with a body and further header lines.
func queried(body, lines string) string {
	return strings.NewReplacer("POST", "QUERY").Replace(sentBody(body, lines))
}

// TestQueryMethod sends requests by the method QUERY: it runs queries, and nothing else.
func TestQueryMethod(t *testing.T) { overBoth(t, testQueryMethod) }

func testQueryMethod(t *testing.T, standard bool) {
	h := newTestHandler(t, func(o *Options) {
		o.Health, o.MaxBatch, o.PreflightHeaders = NewHealth("test", "0"), 2, []string{"Apollo-Require-Preflight"}
	})
	addr := runServer(t, h, func(o *RunOptions) { o.Standard = standard })
	const typed, query, mutation = "Content-Type: application/json\r\n", `{"query":"query Q {a}","operationName":"Q","variables":{"n":1}}`, `{"query":"mutation {b}"}`
	for _, c := range []struct {
		name, say string
		status    int
		says      string
		header    [2]string
	}{
		{"a query", queried(query, typed), 200, `"name":"Q"`, [2]string{"Vary", "Accept"}},
		{"twice", queried(query, typed) + queried(query, typed), 200, `"variables":"{\"n\":1}"`, [2]string{}},
		{"between others", sent("") + queried(query, typed) + sent(""), 200, `"data"`, [2]string{}},
		{"with a page's cookies", queried(query, typed+"Cookie: a=b\r\n"), 200, `"data"`, [2]string{}},
		{"in chunks", strings.Replace(sentIn("HTTP/1.1", ""), "POST", "QUERY", 1), 200, `"data"`, [2]string{}},
		{"a mutation", queried(mutation, typed), 405, "only queries", [2]string{"Allow", "POST"}},
		{"no document", queried(`{}`, typed), 400, CodeBadRequest, [2]string{"Cache-Control", "no-store"}},
		{"no type", queried(query, ""), 415, CodeMediaType, [2]string{"Accept-Query", "application/json"}},
		{"another type", queried(query, "Content-Type: application/graphql\r\n"), 415, CodeMediaType, [2]string{"Accept-Query", "application/json"}},
		{"no body", asked("QUERY", "/graphql", typed), 400, CodeBadRequest, [2]string{}},
		{"in the URL", asked("QUERY", "/graphql?query=%7Ba%7D", typed), 400, CodeBadRequest, [2]string{}},
		{"a batch", queried("["+query+"]", typed), 200, `[{"data"`, [2]string{}},
		{"a batch with a mutation", queried("["+query+","+mutation+"]", typed), 200, "only queries", [2]string{}},
		{"OPTIONS", asked("OPTIONS", "/graphql", ""), 204, "", [2]string{"Accept-Query", "application/json"}},
		{"PUT", asked("PUT", "/graphql", "Content-Length: 0\r\n"), 405, CodeMethodNotAllowed, [2]string{"Accept-Query", "application/json"}},
	} {
		got := talk(t, addr, c.say)
		if len(got.statuses) == 0 || !got.open {
			t.Errorf("%s: answered %v, open %v", c.name, got.statuses, got.open)
			continue
		}
		last := len(got.statuses) - 1
		if got.statuses[last] != c.status || !strings.Contains(got.bodies[last], c.says) {
			t.Errorf("%s: %d %s, want %d with %q", c.name, got.statuses[last], got.bodies[last], c.status, c.says)
		}
		if value := got.headers[last].Get(c.header[0]); value != c.header[1] {
			t.Errorf("%s: %s is %q, want %q", c.name, c.header[0], value, c.header[1])
		}
	}
}

// TestQueryMethodOverHTTP2 sends one over HTTP/2.
func TestQueryMethodOverHTTP2(t *testing.T) {
	addr := serveH2C(t, newTestHandler(t, nil))
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	for body, want := range map[string]int{`{"query":"{a}"}`: 200, `{"query":"mutation {b}"}`: 405} {
		r, err := http.NewRequest("QUERY", "http://"+addr+"/graphql", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want || resp.ProtoMajor != 2 {
			t.Errorf("%s: %s %s %s, want %d", body, resp.Proto, resp.Status, text, want)
		}
	}
}
