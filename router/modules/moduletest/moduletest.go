// Package moduletest makes whole routers for the tests of modules: a graph of two subgraphs in this process, and
// settings as users write them.
package moduletest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
	import: ["@key", "@external", "@requires", "@shareable", "@cost", "@listSize"])`

// SDL are the schemas of the subgraphs unless a test has its own.
var SDL = map[string]string{
	"people": link + `
type Query { person(id: ID!): Person  people(first: Int): [Person!] }
type Mutation { rename(id: ID!, name: String!): Person }
type Person @key(fields: "id") { id: ID! name: String friends: [Person!] }`,
	"ages": link + ` type Person @key(fields: "id") { id: ID! age: Int }`,
}

// Link is the line with which a schema of a test begins.
const Link = link

// Subgraph answers what its operations contain; Asked are the bodies it was sent.
type Subgraph struct {
	mu      sync.Mutex
	answers map[string]string
	headers http.Header
	handler http.HandlerFunc
	asked   []string
	header  http.Header
}

// Answer sets the answer to operations that contain a text.
func (s *Subgraph) Answer(part, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[part] = answer
}

// SendHeader adds a header to all answers.
func (s *Subgraph) SendHeader(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.headers.Add(name, value)
}

// Handle lets a function answer instead.
func (s *Subgraph) Handle(handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = handler
}

// Asked are the bodies of the requests so far.
func (s *Subgraph) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// Header are the headers of the last request.
func (s *Subgraph) Header() http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.header
}

// ServeHTTP implements http.Handler.
func (s *Subgraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked, s.header = append(s.asked, string(body)), r.Header.Clone()
	handler, answer := s.handler, ""
	for part, text := range s.answers {
		if strings.Contains(string(body), part) {
			answer = text
		}
	}
	for name, values := range s.headers {
		w.Header()[name] = values
	}
	s.mu.Unlock()
	if handler != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if answer == "" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, answer)
}

// Rig is a router with its subgraphs.
type Rig struct {
	Router    *router.Router
	Subgraphs map[string]*Subgraph
	// Log is what the router logged.
	Log *Log
}

// Log collects what is logged.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Load reads settings as users write them. The supergraph need not be named.
func Load(t testing.TB, yaml string) (*config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(file, []byte("supergraph: {path: in memory}\n"+yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(config.Source{File: file, Environ: []string{}, Sections: modules.Sections(modules.List())})
}

// Supergraph composes schemas.
func Supergraph(t testing.TB, sdl map[string]string) string {
	t.Helper()
	var subgraphs []compose.Subgraph
	for _, name := range sortedNames(sdl) {
		subgraphs = append(
			subgraphs,
			compose.Subgraph{Name: name, SDL: sdl[name], URL: "http://" + name + ".invalid/graphql"},
		)
	}
	result, problems := compose.Compose(subgraphs, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return result.SupergraphSDL
}

func sortedNames(sdl map[string]string) []string {
	var names []string
	for name := range sdl {
		at := 0
		for at < len(names) && names[at] < name {
			at++
		}
		names = append(names[:at], append([]string{name}, names[at:]...)...)
	}
	return names
}

// New makes a router of settings. sdl is SDL when nil.
func New(t testing.TB, yaml string, sdl map[string]string) *Rig {
	t.Helper()
	r, err := Try(t, yaml, sdl)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Try is New for settings that may be refused.
func Try(t testing.TB, yaml string, sdl map[string]string) (*Rig, error) {
	t.Helper()
	if sdl == nil {
		sdl = SDL
	}
	c, err := Load(t, yaml)
	if err != nil {
		return nil, err
	}
	rig := &Rig{Subgraphs: map[string]*Subgraph{}, Log: &Log{}}
	handlers := map[string]http.Handler{}
	for name := range sdl {
		s := &Subgraph{answers: map[string]string{}, headers: http.Header{}}
		rig.Subgraphs[name], handlers[name] = s, s
	}
	if s := rig.Subgraphs["people"]; s != nil {
		s.Answer("{person(", `{"data":{"person":{"__typename":"Person","id":"1","name":"Ada"}}}`)
		s.Answer("rename(", `{"data":{"rename":{"__typename":"Person","id":"1","name":"Bea"}}}`)
	}
	if s := rig.Subgraphs["ages"]; s != nil {
		s.Answer("_entities", `{"data":{"_entities":[{"age":36}]}}`)
	}
	rig.Router, err = router.New(c, router.Options{
		Supergraph: Supergraph(t, sdl), Handlers: handlers, Version: "test",
		Logger: slog.New(slog.NewTextHandler(rig.Log, nil)),
	})
	if err != nil {
		return nil, err
	}
	t.Cleanup(rig.Router.Close)
	return rig, nil
}

// Answer is what a client got.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Code is the code of the first error; empty when there is none.
func (a Answer) Code() string {
	var body struct {
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil || len(body.Errors) == 0 {
		return ""
	}
	return body.Errors[0].Extensions.Code
}

// Post sends a body. Further arguments are names and values of headers.
func (r *Rig) Post(body string, header ...string) Answer {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return r.Do(req, header...)
}

// Ask sends a document.
func (r *Rig) Ask(query string, header ...string) Answer {
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err)
	}
	return r.Post(string(text), header...)
}

// Do sends a request.
func (r *Rig) Do(req *http.Request, header ...string) Answer {
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	r.Router.ServeHTTP(rec, req)
	return Answer{rec.Code, rec.Header(), rec.Body.String()}
}

// Metrics is what /metrics says; the settings must have an admin listener.
func (r *Rig) Metrics() string {
	rec := httptest.NewRecorder()
	r.Router.Admin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return rec.Body.String()
}

// Problems tells what is wrong with settings; empty when nothing is.
func Problems(t testing.TB, yaml string) string {
	t.Helper()
	_, err := Load(t, yaml)
	var problems config.Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatal(err)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}
