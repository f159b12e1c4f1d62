package clienttest

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// npm is where make test installs what tests ask of Node.
func npm(t testing.TB) string {
	t.Helper()
	modules, err := filepath.Abs("../../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

// node runs a program and returns what it prints.
func node(t testing.TB, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", args...)
	var complaints strings.Builder
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v (make packages installs what this needs)\n%s%s", err, out, complaints.String())
	}
	return string(out)
}

// same compares JSON.
func same(t testing.TB, got, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// serve serves a router of settings.
func serve(t testing.TB, yaml string) (url string, r *moduletest.Rig) {
	t.Helper()
	r = moduletest.New(t, yaml, nil)
	server := httptest.NewServer(r.Router)
	t.Cleanup(server.Close)
	return server.URL + "/graphql", r
}

// TestRelay compiles a project with Relay's compiler, gives its list of documents to a router that runs nothing else,
// and asks with Relay's runtime, by ids only.
func TestRelay(t *testing.T) {
	folder := t.TempDir()
	open, _ := serve(t, "")
	node(t, "testdata/relay.mjs", "compile", npm(t), open, folder)
	closed, r := serve(t, "persisted: {documents: {mode: ids, manifests: ["+filepath.Join(folder, "queries.json")+"]}}\n")
	out := node(t, "testdata/relay.mjs", "run", npm(t), closed, folder)
	same(t, out, `{"before":{"name":"Ada","age":36},"after":{"name":"Bea","age":36},"ids":2}`)
	if a := r.Ask("{person(id: 1) {name}}"); a.Code() != "PERSISTED_QUERY_ID_REQUIRED" {
		t.Errorf("a document that is not listed: %s", a.Body)
	}
}

// TestCodegen generates TypeScript from the router's schema with GraphQL Code Generator, and asks with the document
// in it.
func TestCodegen(t *testing.T) {
	url, _ := serve(t, "")
	var got struct {
		Name, Result string
		Variables    bool
		Data         json.RawMessage
	}
	if err := json.Unmarshal([]byte(node(t, "testdata/codegen.mjs", npm(t), url, t.TempDir())), &got); err != nil {
		t.Fatal(err)
	}
	same(t, string(got.Data), `{"person":{"name":"Ada","age":36}}`)
	const result = "{ person: { name: string | null, age: number | null } | null }"
	if !strings.Contains(got.Result, result) || !got.Variables || got.Name != "AdaDocument" {
		t.Errorf("generated %+v, want %s", got, result)
	}
}

// TestInspector introspects a router, compares it with another one, and validates documents against it, with GraphQL
// Inspector.
func TestInspector(t *testing.T) {
	url, _ := serve(t, "")
	folder := t.TempDir()
	schema := filepath.Join(folder, "schema.graphql")
	inspect := func(args ...string) (string, error) {
		command := exec.CommandContext(t.Context(), "node", append([]string{npm(t) + "/node_modules/@graphql-inspector/cli/cjs/index.js"}, args...)...)
		command.Dir = folder
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := inspect("introspect", url, "--write", schema); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(schema)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "rename(id: ID!, name: String!): Person") {
		t.Errorf("introspected %s", text)
	}
	if out, err := inspect("diff", schema, url); err != nil || !strings.Contains(out, "No changes detected") {
		t.Errorf("the same schema: %v\n%s", err, out)
	}
	older := filepath.Join(folder, "older.graphql")
	if err := os.WriteFile(older, []byte(strings.Replace(string(text), "age: Int", "age: Int\n  height: Int", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := inspect("diff", older, url); err == nil || !strings.Contains(out, "Field height was removed from object type Person") {
		t.Errorf("a field less: %v\n%s", err, out)
	}
	good, bad := filepath.Join(folder, "good.graphql"), filepath.Join(folder, "bad.graphql")
	for file, document := range map[string]string{good: "query Good { person(id: 1) { age } }", bad: "query Bad { person { age } }"} {
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := inspect("validate", good, url); err != nil || !strings.Contains(out, "All documents are valid") {
		t.Errorf("a document that is valid: %v\n%s", err, out)
	}
	if out, err := inspect("validate", bad, url); err == nil || !strings.Contains(out, "argument id of type ID! is required") {
		t.Errorf("a document that is not valid: %v\n%s", err, out)
	}
}
