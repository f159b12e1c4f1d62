package router_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestProductionTellsNothing asks a router for the public for all that one can learn of a schema.
func TestProductionTellsNothing(t *testing.T) {
	open := moduletest.New(t, "playground: {enabled: true}", nil)
	closed := moduletest.New(t, "production: true\nplayground: {enabled: true}\ngraphql: {introspection: true}", nil)
	for _, c := range []struct{ query, tells string }{
		{`{__schema {types {name}}}`, "Person"},
		{`{__type(name: "Person") {fields {name}}}`, "friends"},
		{`{persn(id: 1) {name}}`, `person`},
		{`{person(id: 1) {nam}}`, `\"name\"`},
		{`{person(idd: 1) {name}}`, `\"id\"?`},
		{`query($a: Persn) {person(id: $a) {name}}`, `Person`},
		{`{person(id: 1) {... on Persn {name}}}`, `Person\"?`},
	} {
		if a := open.Ask(c.query); !strings.Contains(a.Body, c.tells) {
			t.Errorf("%s: an open router does not tell %s: %s", c.query, c.tells, a.Body)
		}
		if a := closed.Ask(c.query); strings.Contains(a.Body, c.tells) && c.tells != "Person" ||
			strings.Contains(a.Body, "Did you mean") || a.Code() == "" {
			t.Errorf("%s: %s", c.query, a.Body)
		}
	}
	// Tools that guess names read in errors which exist, what they are and what they take: these say nothing of that.
	for _, query := range []string{
		`{person(id: 1)}`, `{person {name}}`, `{person(id: {}) {name}}`, `{person(id: 1) {name {x}}}`, `{nothing}`, `{person(nothing: 1) {name}}`,
		`{person(id: 1) {... on Query {people {id}}}}`, `query($a: Int) {person(id: $a) {name}}`, `{person(id: 1) {friends}}`,
	} {
		if a := open.Ask(query); a.Code() != "GRAPHQL_VALIDATION_FAILED" || strings.Contains(a.Body, "does not say why") {
			t.Errorf("%s, open: %s", query, a.Body)
		}
		a := closed.Ask(query)
		if a.Code() != "GRAPHQL_VALIDATION_FAILED" || strings.Contains(a.Body, "locations") || strings.Count(a.Body, `"message"`) != 1 ||
			strings.Contains(a.Body, "erson") || strings.Contains(a.Body, "nothing") {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	for _, path := range []string{"/", "/graphql"} {
		page := httptest.NewRequest(http.MethodGet, path, nil)
		a := closed.Do(page, "Accept", "text/html")
		if a.Status != 200 || strings.Contains(a.Body, "<") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %s", path, a.Status, a.Header, a.Body)
		}
	}
	closed.Subgraphs["ages"].Answer("_entities", `{"errors":[{"message":"no table ages_v2","extensions":{"stacktrace":["db.go:7"]}}]}`)
	a := closed.Ask(`{person(id: 1) {name age}}`)
	if strings.Contains(a.Body, "ages_v2") || strings.Contains(a.Body, "db.go") || !strings.Contains(a.Body, `"reference":"`) {
		t.Errorf("%s", a.Body)
	}
	if !strings.Contains(closed.Log.String(), "ages_v2") {
		t.Error("operators are not told")
	}
}

// TestRefusalsOfSubgraphsAreToldApart answers with statuses and no GraphQL response.
func TestRefusalsOfSubgraphsAreToldApart(t *testing.T) {
	for status, code := range map[int]string{
		401: "SUBREQUEST_UNAUTHENTICATED", 403: "SUBREQUEST_FORBIDDEN", 500: "SUBREQUEST_HTTP_ERROR", 404: "SUBREQUEST_HTTP_ERROR",
	} {
		r := moduletest.New(t, "", nil)
		r.Subgraphs["people"].Handle(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if a := r.Ask(`{person(id: 1) {name}}`); a.Code() != code || a.Status != 200 {
			t.Errorf("%d: %d %s", status, a.Status, a.Body)
		}
	}
}

// TestTheAdminListenerCanAskForAToken asks it with and without.
func TestTheAdminListenerCanAskForAToken(t *testing.T) {
	r := moduletest.New(t, "admin: {listen: '127.0.0.1:0', token: 0123456789abcdef}", nil)
	for _, c := range []struct {
		path, authorization string
		status              int
	}{
		{"/supergraph", "", 401}, {"/metrics", "Bearer wrong", 401}, {"/subgraphs", "0123456789abcdef", 401},
		{"/supergraph", "Bearer 0123456789abcdef", 200}, {"/metrics", "Bearer 0123456789abcdef", 200}, {"/healthz", "", 200},
	} {
		req := httptest.NewRequest(http.MethodGet, c.path, nil)
		req.Header.Set("Authorization", c.authorization)
		rec := httptest.NewRecorder()
		r.Router.Admin().ServeHTTP(rec, req)
		if rec.Code != c.status {
			t.Errorf("%s with %q: %d", c.path, c.authorization, rec.Code)
		}
	}
}
