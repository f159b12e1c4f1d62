package router_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/subscription/subscriptiontest"
)

// TestRealClientsSubscribe runs clients of npm and PyPI, as they are: three events, then a query over the same client.
func TestRealClientsSubscribe(t *testing.T) {
	packages, err := filepath.Abs("../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	for client, credentials := range map[string]string{
		"graphql-ws": "ws", "graphql-sse": "sse", "subscriptions-transport-ws": "old", "apollo": "apollo",
		"apollo 3": "apollo", "fetch": "fetch",
		"urql over WebSocket": "urql", "urql over SSE": "urql", "gql of Python": "python",
	} {
		t.Run(client, func(t *testing.T) {
			s := newSubscriptions(t, "websocket", nil)
			var out, complaints bytes.Buffer
			url := s.server.URL + "/graphql"
			command := exec.CommandContext(s.ctx, "node", "testdata/subscriptions.mjs", packages, url, client)
			if client == "gql of Python" {
				command = exec.CommandContext(s.ctx, filepath.Join(packages, "../python/bin/python"), "testdata/subscriptions.py", url)
			}
			command.Stdout, command.Stderr = &out, &complaints
			if err := command.Start(); err != nil {
				t.Fatalf("%v (make packages tools installs what this needs)", err)
			}
			ended := make(chan error, 1)
			go func() { ended <- command.Wait() }()
			opened := make(chan error, 1)
			go func() { opened <- s.events.Await(s.ctx, 1) }()
			select {
			case err := <-opened:
				if err != nil {
					t.Fatal(err)
				}
				for n := range 3 {
					// Apollo Client asks for __typename, too.
					s.events.Emit(strings.Replace(subscriptiontest.Event(n), `{"n"`, `{"__typename":"Tick","n"`, 1))
				}
				err = <-ended
				if err != nil {
					t.Fatalf("%v\n%s", err, complaints.String())
				}
			case err := <-ended:
				t.Fatalf("%v (make packages tools installs what this needs)\n%s", err, complaints.String())
			}
			var got, want []any
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
			for n := range 3 {
				want = append(want, decoded(t, tickAnswer(n)))
			}
			want = append(want, decoded(t, `{"data":{"ping":"pong"}}`))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			var headers []http.Header
			if _, _, headers = s.events.Opened(); headers[0].Get("Authorization") != credentials {
				t.Errorf("the subgraph got the headers %v", headers[0])
			}
			s.await(0)
		})
	}
}

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
