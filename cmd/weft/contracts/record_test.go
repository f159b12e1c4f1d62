package contracts

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose"
)

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])` + "\n"

var schemas = []compose.Subgraph{
	{Name: "people", URL: "http://people.invalid/graphql", SDL: link + `
type Query { person(id: ID!): Person  anything: Thing  broken: Int }
scalar Upload
type Mutation {
  rename(id: ID!, name: String!): Person
  add(name: String!): Person
  paint(id: ID!, picture: Upload!): Person
}
type Subscription { renamed: Person }
enum Kind { ADULT CHILD }
union Thing = Person | Robot
type Robot { serial: Int! }
type Person @key(fields: "id") { id: ID!  name: String  kind: Kind!  weight: Float  nick: String }`},
	{Name: "ages", URL: "http://ages.invalid/graphql", SDL: link + `type Person @key(fields: "id") { id: ID!  age: Int  children: [Person!] }`},
}

// answering is a service that answers what its requests contain.
func answering(answers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(answers); i += 2 {
			if strings.Contains(string(body), answers[i]) {
				_, _ = io.WriteString(w, answers[i+1]) // the test's own response
				return
			}
		}
		http.Error(w, `{"errors":[{"message":"nobody asked for this"}]}`, http.StatusInternalServerError)
	})
}

// before is what the service says when it is recorded.
const before = `{"data":{"person":{"__typename":"Person","id":"1","name":"Ada","kind":"ADULT","weight":61,"nick":null},` +
	`"anything":{"__typename":"Robot","serial":7}}}`

func people() http.Handler {
	return answering("broken", `{"errors":[{"message":"broken"}],"data":{"broken":null}}`, "person", before)
}

func ages() http.Handler {
	return answering("_entities", `{"data":{"_entities":[{"age":36,"children":[{"id":"2"},{"id":"3"}]}]}}`)
}

func supergraphOf(t *testing.T) string {
	t.Helper()
	result, problems := compose.Compose(schemas, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return result.SupergraphSDL
}

func recordAll(t *testing.T, operations ...Operation) ([]*Pact, []string, error) {
	t.Helper()
	var notes []string
	pacts, err := Record(t.Context(), Recording{
		Client: "web", Version: "7", Supergraph: supergraphOf(t), Operations: operations,
		Services: map[string]http.Handler{"people": people(), "ages": ages()},
		Note:     func(text string) { notes = append(notes, text) },
	})
	return pacts, notes, err
}

var page = Operation{Name: "Page", Type: "query",
	Body: `query Page { person(id: "1") { name kind weight nick age children { id } } anything { ... on Robot { serial } __typename } }`}

// TestRulesAreOfTheSchema looks at the rules that are made of an answer and the types of its fields.
func TestRulesAreOfTheSchema(t *testing.T) {
	named := page
	named.Caller = &Caller{Subject: "u1", Roles: []string{"merchant"}}
	pacts, notes, err := recordAll(t, named,
		Operation{Name: "Heard", Type: "subscription", Body: "subscription Heard { renamed { id } }"},
		Operation{Name: "Left", Type: "query", Body: "query Left { broken }", Case: Case{Skip: "it is broken"}})
	if err != nil || len(pacts) != 2 || pacts[0].File() != "web-ages.json" || pacts[1].File() != "web-people.json" {
		t.Fatalf("%v, %v", pacts, err)
	}
	if told := strings.Join(notes, "\n"); !strings.Contains(told, "Heard is not recorded") || !strings.Contains(told, "it is broken") {
		t.Errorf("it says %s", told)
	}
	got := map[string]string{}
	for _, p := range pacts {
		for _, i := range p.Interactions {
			for path, r := range i.Response.Rules.Body {
				text, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				got[path] = string(text)
			}
			if len(i.States) != 2 || i.States[0].Name != SampleData || i.States[1].Params["sub"] != "u1" || i.operation() != "Page" {
				t.Errorf("%+v", i)
			}
		}
	}
	and := func(m string) string { return `{"combine":"AND","matchers":[` + m + `]}` }
	for path, want := range map[string]string{
		"$.data.person.kind":                 and(`{"match":"regex","regex":"^(ADULT|CHILD)$"}`),
		"$.data.person.weight":               and(`{"match":"number"}`),
		"$.data.person.name":                 and(`{"match":"type"}`),
		"$.data.person.nick":                 `{"combine":"OR","matchers":[{"match":"null"},{"match":"regex","regex":"^[\\s\\S]*$"}]}`,
		"$.data.anything.__typename":         and(`{"match":"regex","regex":"^(Person|Robot)$"}`),
		"$.data.anything.serial":             and(`{"match":"integer"}`),
		"$.data._entities":                   and(`{"match":"type","min":1,"max":1}`),
		"$.data._entities[*].age":            and(`{"match":"integer"}`),
		"$.data._entities[*].children":       and(`{"match":"type","min":1}`),
		"$.data._entities[*].children[*].id": and(`{"match":"type"}`),
	} {
		if got[path] != want {
			t.Errorf("%s: %s, want %s", path, got[path], want)
		}
	}
}

// TestBreakingChanges verifies services that changed: those that break a client are told with its operation.
func TestBreakingChanges(t *testing.T) {
	pacts, _, err := recordAll(t, page)
	if err != nil {
		t.Fatal(err)
	}
	pact := pacts[1]
	dir := t.TempDir()
	file, err := pact.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if pact, err = Read(file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"", "", ""},
		{`"Ada"`, `"Bea"`, ""},
		{`"nick":null`, `"nick":"Addie"`, ""},
		{`"weight":61`, `"weight":61.5`, ""},
		{`{"data"`, `{"extensions":{},"data"`, ""},
		{`"name":"Ada",`, ``, "$.data.person.name is missing"},
		{`"Ada"`, `null`, "$.data.person.name is null, not a string"},
		{`"Ada"`, `["Ada"]`, `$.data.person.name is ["Ada"], not a string`},
		{`"ADULT"`, `"OLD"`, `$.data.person.kind is "OLD", not a match of ^(ADULT|CHILD)$`},
		{`"serial":7`, `"serial":"7"`, `$.data.anything.serial is "7", not an integer`},
		{`{"data":`, `{"errors":[{"message":"Cannot query field"}],"was":`, "the service says: Cannot query field"},
		{`{`, `<html>`, "the answer is no JSON"},
	} {
		after := strings.Replace(before, c.from, c.to, 1)
		server := httptest.NewServer(answering("person", after))
		failures, err := Verify(t.Context(), pact, Provider{URL: server.URL})
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" {
			if len(failures) > 0 {
				t.Errorf("%s breaks %v", after, failures)
			}
			continue
		}
		if len(failures) != 1 || !strings.HasPrefix(failures[0].String(), "web 7: Page (Page)\n") || !strings.Contains(failures[0].String(), c.want) {
			t.Errorf("%s: %v, want %q", after, failures, c.want)
		}
	}
	server := httptest.NewServer(answering())
	defer server.Close()
	failures, err := Verify(t.Context(), pact, Provider{URL: server.URL + "/graphql"})
	if err != nil || len(failures) != 1 || !strings.Contains(failures[0].String(), "the status is 500, not 200") {
		t.Errorf("%v, %v", failures, err)
	}
	if _, err := Verify(t.Context(), pact, Provider{URL: "people"}); err == nil {
		t.Error("an address that is none is asked")
	}
}

// TestNoContractOfErrors records what is answered with errors.
func TestNoContractOfErrors(t *testing.T) {
	_, _, err := recordAll(t, Operation{Name: "Bad", Type: "query", Body: "query Bad { broken }"})
	if err == nil || !strings.Contains(err.Error(), "Bad: it is answered with an error, of which no contract can be made: broken") {
		t.Errorf("%v", err)
	}
	_, _, err = recordAll(t, Operation{Name: "Who", Type: "query", Body: "query Who($id: ID!) { person(id: $id) { name } }"})
	if err == nil || !strings.Contains(err.Error(), "$id") {
		t.Errorf("%v", err)
	}
}

// TestOperationsAndHowTheyAreSent reads files.
func TestOperationsAndHowTheyAreSent(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("b.graphql", "query B { ...P } ")
	write("p.graphql", "fragment P on Query { person(id: 1) { name } }")
	manifest := write("manifest.json", `{"format":"apollo-persisted-query-manifest","version":1,"operations":[
		{"id":"x","name":"A","type":"mutation","body":"mutation A { rename(id: 1, name: \"x\") { id } }"}]}`)
	cases := write("cases.json", `{"A": {"variables": {"n": 1}, "caller": {"sub": "u1"}}}`)
	got, err := ReadOperations([]string{manifest, dir}, cases)
	if err != nil || len(got) != 2 || got[0].Name != "A" || got[0].Caller.Subject != "u1" || got[1].Name != "B" ||
		!strings.Contains(got[1].Body, "fragment P") {
		t.Fatalf("%+v, %v", got, err)
	}
	for text, want := range map[string]string{
		`{"C": {}}`: "there is no operation C", `{"A": {"variable": 1}}`: `unknown field "variable"`, `{} {}`: "behind its end", `{`: "EOF",
	} {
		if _, err := ReadOperations([]string{manifest}, write("bad.json", text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := ReadOperations([]string{cases}, ""); err == nil || !strings.Contains(err.Error(), "is no manifest") {
		t.Errorf("%v", err)
	}
}
