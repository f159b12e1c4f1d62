package contracts

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// workshop is a service that makes ids, keeps pictures and tells of names. Each is its own, and says what it was asked.
type workshop struct {
	t *testing.T
	// start is the first id it makes.
	start int
	// broken is a text in its answers that is another one now.
	broken, now string
	made        atomic.Int64
	pictures    atomic.Int64
}

// ServeHTTP answers as the service does.
func (p *workshop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	text := string(body)
	say := func(format string, args ...any) {
		answer := fmt.Sprintf(format, args...)
		if p.broken != "" {
			answer = strings.ReplaceAll(answer, p.broken, p.now)
		}
		_, _ = io.WriteString(w, answer) // the test's own response
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.Contains(text, "subscription"):
		w.Header().Set("Content-Type", "text/event-stream")
		say(":\n\nevent: next\ndata: {\"data\":{\"renamed\":{\"id\":\"1\",\"name\":\"Ada\"}}}\n\nevent: complete\ndata:\n\n")
	case strings.Contains(text, "add("):
		say(`{"data":{"add":{"id":"id-%d"}}}`, p.start+int(p.made.Add(1)))
	case strings.Contains(text, "paint"):
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") && strings.Contains(text, "a green square") {
			p.pictures.Add(1)
		}
		say(`{"data":{"paint":{"name":"Ada"}}}`)
	case strings.Contains(text, fmt.Sprintf(`"id-%d"`, p.start+int(p.made.Load()))):
		say(`{"data":{"person":{"name":"Ada"}}}`)
	default:
		say(`{"data":{"person":null},"errors":[{"message":"there is no such person"}]}`)
	}
}

// TestIdsPicturesAndEvents records what needs more than one request and its answer, and verifies another instance of the
// service, which makes other ids; and one that has changed.
func TestIdsPicturesAndEvents(t *testing.T) {
	operations := []Operation{
		{Name: "Add", Type: "mutation", Body: `mutation Add { add(name: "Ada") { id } }`},
		{Name: "Look", Type: "query", Body: `query Look($id: ID!) { person(id: $id) { name } }`, Case: Case{
			Variables: map[string]any{"id": "${who}"}, Given: []Given{{Operation: "Add", Keep: map[string]string{"who": "add.id"}}},
		}},
		{
			Name: "Paint", Type: "mutation", Body: `mutation Paint($p: Upload!) { paint(id: 1, picture: $p) { name } }`,
			Case:  Case{Variables: map[string]any{"p": nil}, Files: map[string]string{"variables.p": "square.png"}},
			files: map[string][]byte{"variables.p": []byte("a green square")},
		},
		{
			Name: "Names", Type: "subscription", Body: `subscription Names { renamed { id name } }`,
			Case: Case{Caller: &Caller{Subject: "u1"}},
		},
	}
	pacts, err := Record(t.Context(), Recording{
		Client: "web", Version: "7", Supergraph: supergraphOf(t), Operations: operations,
		Services: map[string]http.Handler{"people": &workshop{t: t, start: 100}, "ages": ages()},
	})
	if err != nil || len(pacts) != 1 || len(pacts[0].Interactions) != 4 {
		t.Fatalf("%v, %+v", err, pacts)
	}
	file, err := pacts[0].Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pact, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(service *workshop) string {
		t.Helper()
		server := httptest.NewServer(service)
		defer server.Close()
		failures, err := Verify(t.Context(), pact, Provider{URL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(failures)
	}
	other := &workshop{t: t, start: 500}
	if got := verify(other); got != "[]" {
		t.Errorf("another instance breaks %s", got)
	}
	if other.pictures.Load() != 1 || other.made.Load() != 2 {
		t.Errorf("it was sent %d pictures, and made %d ids", other.pictures.Load(), other.made.Load())
	}
	for broken, want := range map[string]string{
		`"renamed":{"id"`: "web 7: Names (Names)\n    $.data.renamed.id is missing",
		`"person":{`:      "web 7: Look (Look)\n    $.data.person is missing",
		`"paint":{"name"`: "web 7: Paint (Paint)\n    $.data.paint.name is missing",
	} {
		now := strings.Replace(strings.Replace(broken, `"id"`, `"was"`, 1), `"name"`, `"was"`, 1)
		if now == broken {
			now = `"was":{`
		}
		if got := verify(&workshop{t: t, broken: broken, now: now}); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", broken, got, want)
		}
	}
	again, err := Record(t.Context(), Recording{
		Client: "web", Version: "7", Supergraph: supergraphOf(t), Operations: operations,
		Services: map[string]http.Handler{"people": &workshop{t: t, start: 900}, "ages": ages()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if lines := Differences(again[0], pact); len(lines) > 0 {
		t.Errorf("recorded again there is something else: %q", lines)
	}
}
