package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/source"
	"github.com/weft-graphql/weft/router/usage"
	"github.com/weft-graphql/weft/subgraphs"
)

// weft runs a command to its end.
func weft(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		status = exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return status, out.String(), complaints.String()
}

// schemaDirectory writes the services' schemas, changed by replacing texts (pairs of old and new) in one of them.
func schemaDirectory(t *testing.T, changed string, replace ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range subgraphs.Names() {
		sdl, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == changed {
			after := strings.NewReplacer(replace...).Replace(sdl)
			if after == sdl {
				t.Fatalf("nothing to replace in %s", name)
			}
			sdl = after
		}
		writeText(t, filepath.Join(dir, name+".graphql"), sdl)
	}
	return dir
}

func writeText(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestComposeWritesTheSupergraph(t *testing.T) {
	dir := schemaDirectory(t, "")
	output := filepath.Join(t.TempDir(), "supergraph.graphql")
	status, _, complaints := weft(t, "compose", "--subgraphs", dir, "--url", "catalog=http://catalog/graphql", "-o", output)
	if status != 0 {
		t.Fatalf("status %d: %s", status, complaints)
	}
	const said = "wrote the supergraph of 6 subgraphs (accounts, catalog, insights, inventory, orders, reviews) to "
	if !strings.Contains(complaints, said+output+": ") {
		t.Errorf("it says %q", complaints)
	}
	text, err := os.ReadFile(output)
	if err != nil || !strings.Contains(string(text), `@join__graph(name: "catalog", url: "http://catalog/graphql")`) {
		t.Errorf("%v\n%.500s", err, text)
	}
	status, api, _ := weft(t, "compose", "--subgraphs", dir, "--api")
	if status != 0 || strings.Contains(api, "join__") || !strings.Contains(api, "type Product") {
		t.Errorf("the API schema (status %d):\n%.500s", status, api)
	}
}

func TestComposeTellsErrorsWithTheirPlaces(t *testing.T) {
	dir := schemaDirectory(t, "inventory", `@requires(fields: "price weight")`, `@requires(fields: "price wait")`)
	status, _, complaints := weft(t, "compose", "--subgraphs", dir)
	if status != 1 || !strings.Contains(complaints, "REQUIRES_INVALID_FIELDS") || !strings.Contains(complaints, "inventory.graphql:") {
		t.Errorf("status %d:\n%s", status, complaints)
	}
	status, report, _ := weft(t, "compose", "--subgraphs", dir, "--format", "json", "-o", filepath.Join(t.TempDir(), "out"))
	var parsed struct {
		OK     bool
		Errors []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(report), &parsed); err != nil || status != 1 || parsed.OK || len(parsed.Errors) == 0 {
		t.Errorf("status %d, %v:\n%s", status, err, report)
	}
}

func TestCheckTellsWhoBreaks(t *testing.T) {
	current := schemaDirectory(t, "")
	proposed := filepath.Join(schemaDirectory(t, "inventory", "  totalStock: Int", "  totalStocks: Int"), "inventory.graphql")
	operations := t.TempDir()
	writeText(t, filepath.Join(operations, "breaks.graphql"), `{ topProducts { totalStock } }`)
	writeText(t, filepath.Join(operations, "works.graphql"), `{ topProducts { name } }`)
	args := []string{"check", "--subgraphs", current, "--proposed", "inventory=" + proposed, "--operations", operations}
	status, out, complaints := weft(t, args...)
	if status != 1 || !strings.Contains(out, "breaks.graphql breaks") || strings.Contains(out, "works.graphql") {
		t.Errorf("status %d:\n%s%s", status, out, complaints)
	}
	if err := os.Remove(filepath.Join(operations, "breaks.graphql")); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := weft(t, append(args, "--allow-breaking")...); status != 0 {
		t.Errorf("a breaking change nobody notices: status %d:\n%s", status, out)
	}
	if status, _, _ := weft(t, args...); status != 1 {
		t.Errorf("a breaking change nobody notices, not allowed: status %d", status)
	}
}

// TestComposeSigns has a router take what was signed, and refuse it when it was changed.
func TestComposeSigns(t *testing.T) {
	dir := t.TempDir()
	key, public, graph := filepath.Join(dir, "key.pem"), filepath.Join(dir, "public.pem"), filepath.Join(dir, "supergraph.graphql")
	made, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(made)
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER})))
	writeText(t, public, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER})))
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemaDirectory(t, ""), "-o", graph, "--sign", key); status != 0 {
		t.Fatal(complaints)
	}
	settings := config.Supergraph{Path: graph, Signature: config.SupergraphSignature{PublicKeyFiles: []string{public}}}
	if _, err := source.Load(t.Context(), &settings); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(graph)
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, graph, string(text)+"# changed\n")
	if _, err := source.Load(t.Context(), &settings); err == nil {
		t.Error("what was changed is taken")
	}
	if status, _, complaints := weft(t, "sign", "--key", key, graph); status != 0 {
		t.Error(complaints)
	}
	if _, err := source.Load(t.Context(), &settings); err != nil {
		t.Errorf("signed again: %v", err)
	}
	if status, _, complaints := weft(t, "sign", "--key", public, graph); status != 1 || !strings.Contains(complaints, "no Ed25519 private key") {
		t.Errorf("signed with a public key: status %d: %s", status, complaints)
	}
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemaDirectory(t, ""), "--sign", key); status != 1 ||
		!strings.Contains(complaints, "--sign needs --output") {
		t.Errorf("nowhere to write the signature: status %d: %s", status, complaints)
	}
}

// TestCheckTellsWhoseOperationsBreak reads reports of usage instead of operations.
func TestCheckTellsWhoseOperationsBreak(t *testing.T) {
	current := schemaDirectory(t, "")
	proposed := filepath.Join(schemaDirectory(t, "inventory", "  totalStock: Int", "  totalStocks: Int"), "inventory.graphql")
	web := `{"weft_usage":1,"from":"2026-01-01T00:00:00Z","to":"2026-01-01T01:00:00Z","graphs":[]}
{"document":"a1","operation":"Stock","kind":"query","text":"query Stock { topProducts { totalStock } }","uses":["Product.totalStock"]}
{"document":"a2","operation":"Names","kind":"query","text":"query Names { topProducts { name } }","uses":["Product.name"]}
{"client":"web","version":"1","document":"a1","count":5}
{"client":"web","version":"2","document":"a2","count":7}
`
	ios := `{"weft_usage":1,"from":"2026-01-01T00:00:00Z","to":"2026-01-01T02:00:00Z","graphs":[]}
{"document":"a3","operation":"Hidden","kind":"query","uses":["Product.totalStock"]}
{"client":"ios","document":"a3","count":1}
{"rest":4}
{"field":"Product.totalStock","maybe_count":4}
`
	dir := t.TempDir()
	one, two := writeText(t, filepath.Join(dir, "usage-1.jsonl"), web), writeText(t, filepath.Join(dir, "two.jsonl"), ios)
	args := []string{"check", "--subgraphs", current, "--proposed", "inventory=" + proposed, "--usage", dir, "--usage", two}
	status, out, complaints := weft(t, args...)
	for _, want := range []string{
		"query Stock (a1) breaks", "  sent by web 1: 5 requests", "query Hidden (a3) breaks", "  sent by ios: 1 request",
		"other operations of 4 requests may break", "; 2 operations break: query Stock (a1), query Hidden (a3)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q:\n%s%s", want, out, complaints)
		}
	}
	if status != 1 || strings.Contains(out, "Names") {
		t.Errorf("status %d:\n%s", status, out)
	}
	writeText(t, one, strings.ReplaceAll(web, "totalStock", "name"))
	args = append(args[:len(args)-2], "--allow-breaking")
	if status, out, _ := weft(t, args...); status != 0 {
		t.Errorf("a breaking change nobody meets: status %d:\n%s", status, out)
	}
	status, out, complaints = weft(t, "usage", dir, two, "--supergraph", "../../schema/supergraph.graphql", "--of", "Product.name")
	for _, want := range []string{
		"17 requests from 2026-01-01 00:00:00 UTC to 2026-01-01 02:00:00 UTC", "web 2: 7 requests, 1 operation", "others: 4 requests",
		"Product.name\n  web 2: 7 requests in Names\n", "Not used: ", "\n  Cart\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("weft usage: status %d: there is no %q:\n%.1000s%s", status, want, out, complaints)
		}
	}
}

// TestUsageOfACollector reads log records in the file of a collector.
func TestUsageOfACollector(t *testing.T) {
	proposed := filepath.Join(schemaDirectory(t, "inventory", "  totalStock: Int", "  totalStocks: Int"), "inventory.graphql")
	line := func(scope string, bodies ...string) string {
		var records []map[string]any
		for _, body := range bodies {
			records = append(records, map[string]any{"body": map[string]string{"stringValue": body}})
		}
		text, err := json.Marshal(map[string]any{"resourceLogs": []any{map[string]any{"scopeLogs": []any{map[string]any{
			"scope": map[string]string{"name": scope}, "logRecords": records,
		}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text) + "\n"
	}
	file := writeText(t, filepath.Join(t.TempDir(), "logs.json"), line("app", "hello")+line(usage.LogScope,
		`{"weft_usage":1,"from":"2026-01-01T00:00:00Z","to":"2026-01-01T01:00:00Z","graphs":[]}`,
		`{"document":"a1","operation":"Stock","kind":"query","text":"query Stock { topProducts { totalStock } }","uses":["Product.totalStock"]}`,
		`{"client":"web","version":"1","document":"a1","count":5}`))
	status, out, complaints := weft(t, "usage", file, "--of", "Product.totalStock")
	if status != 0 || !strings.Contains(out, "Product.totalStock\n  web 1: 5 requests in Stock\n") {
		t.Errorf("status %d:\n%s%s", status, out, complaints)
	}
	status, out, complaints = weft(t, "check", "--subgraphs", schemaDirectory(t, ""), "--proposed", "inventory="+proposed, "--usage", file)
	if status != 1 || !strings.Contains(out, "query Stock (a1) breaks") || !strings.Contains(out, "  sent by web 1: 5 requests") {
		t.Errorf("status %d:\n%s%s", status, out, complaints)
	}
}

func TestPlanShowsTheRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	if status, _, complaints := weft(t, "compose", "--subgraphs", schemaDirectory(t, ""), "-o", file); status != 0 {
		t.Fatal(complaints)
	}
	query := `query($first: Int!) { topProducts(first: $first) { name totalStock } }`
	for format, want := range map[string]string{"text": "2 requests in 2 waves", "json": `"serviceName": "inventory"`, "dot": "digraph"} {
		status, out, complaints := weft(t, "plan", "--supergraph", file, "--query", query, "--variables", `{"first": 2}`, "--format", format)
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: status %d\n%s%s", format, status, out, complaints)
		}
	}
	status, _, complaints := weft(t, "plan", "--supergraph", file, "--query", "{ topProducts { nam } }")
	if status != 1 || !strings.Contains(complaints, `1:17 Cannot query field "nam"`) {
		t.Errorf("a wrong query: status %d\n%s", status, complaints)
	}
}

func TestConfigHelps(t *testing.T) {
	status, schema, _ := weft(t, "config", "schema")
	if status != 0 || !json.Valid([]byte(schema)) {
		t.Errorf("config schema: status %d\n%.300s", status, schema)
	}
	status, example, _ := weft(t, "config", "example")
	if status != 0 || !strings.Contains(example, "#listen: 127.0.0.1:4000") {
		t.Errorf("config example: status %d\n%.300s", status, example)
	}
	file := writeText(t, filepath.Join(t.TempDir(), "weft.yaml"), "listen: :4000\nsupergraph: {path: a}\nlimts: {}\n")
	status, _, complaints := weft(t, "config", "validate", file)
	if status != 1 || !strings.Contains(complaints, `weft.yaml:3:1: there is no setting "limts" here; did you mean "limits"?`) {
		t.Errorf("config validate: status %d\n%s", status, complaints)
	}
	writeText(t, file, "listen: :4000\nsupergraph: {path: a}\n")
	if status, out, complaints := weft(t, "config", "validate", file); status != 0 || !strings.Contains(out, "is fine") {
		t.Errorf("config validate: status %d\n%s%s", status, out, complaints)
	}
	status, out, _ := weft(t, "config", "check", file)
	for _, key := range []string{"listen", "graphql.introspection", "graphql.suggestions", "errors.redact"} {
		if status != 1 || !strings.Contains(out, key+": ") {
			t.Errorf("config check says nothing of %s: status %d\n%s", key, status, out)
		}
	}
	writeText(t, file, "production: true\nsupergraph: {path: a}\n")
	if status, out, complaints := weft(t, "config", "check", file); status != 0 || !strings.Contains(out, "is fit") {
		t.Errorf("config check: status %d\n%s%s", status, out, complaints)
	}
}

// TestWrongCommandLinesAreExplained wants, for every mistake, a sentence with what, where and how to mend it.
func TestWrongCommandLinesAreExplained(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	graph := filepath.Join(dir, "supergraph.graphql")
	list := writeText(t, filepath.Join(dir, "list.json"), `[{"name": "a", "url": "http://127.0.0.1:1", "sdl": "type Query { a: Int @tag(name: \"x\") }"}]`)
	if status, _, complaints := weft(t, "compose", "--subgraphs", list, "-o", graph); status != 0 {
		t.Fatal(complaints)
	}
	file := func(name, text string) string { return writeText(t, filepath.Join(dir, name), text) }
	for want, args := range map[string][]string{
		"there is no graph to serve":                                                                 {"router"},
		"unexpected argument nonsense":                                                               {"nonsense"},
		`must be one of "accounts"`:                                                                  {"subgraph", "nonsense"},
		"there are no subgraphs to compose":                                                          {"compose"},
		"write it as NAME=URL":                                                                       {"compose", "--subgraph", "a"},
		"--allow-breaking needs --operations or --usage":                                             {"check", "--allow-breaking"},
		"there is no Redis to look into":                                                             {"cache", "inspect", "Product", "upc=1", "--supergraph", "commands_test.go"},
		`there is no type "Product" in the graph`:                                                    {"cache", "inspect", "Product", "upc=1", "--supergraph", graph, "--redis", "127.0.0.1:1"},
		"the router's admin listener is meant":                                                       {"cache", "stats", "--admin", "http://127.0.0.1:1"},
		"127.0.0.1:1; is it running?":                                                                {"health", "http://127.0.0.1:1/readyz"},
		`"127.0.0.1:4000" is not an address; write one like`:                                         {"health", "127.0.0.1:4000"},
		"commands_test.go:1:1 is not valid JSON":                                                     {"compose", "--subgraphs", "commands_test.go"},
		"nothere.json: there is no such file":                                                        {"compose", "--subgraphs", "nothere.json"},
		"--proposed a: nothere.graphql: there is no such file":                                       {"check", "--subgraphs", list, "--proposed", "a=nothere.graphql"},
		"nothere.yaml: there is no such file":                                                        {"router", "--config", "nothere.yaml"},
		"gone.graphql: there is no such file":                                                        {"compose", "--subgraphs", file("gone.json", `[{"name": "b", "schema": "gone.graphql"}]`)},
		"there is no such file, since a part of its path is":                                         {"plan", "--supergraph", list + "/x", "--query", "{a}"},
		"--variables nothere.json: there is no such file":                                            {"plan", "--supergraph", graph, "--query", "{a}", "--variables", "@nothere.json"},
		"absent.graphql: there is no such file":                                                      {"router", "--config", file("absent.yaml", "supergraph: {path: absent.graphql}")},
		"nothere.graphql: there is no such file":                                                     {"schema", "nothere.graphql"},
		"is a directory; name a file":                                                                {"plan", "--supergraph", dir, "--query", "{a}"},
		`key.json:1:16: there is no key "skema" here; did you mean "schema"?`:                        {"compose", "--subgraphs", file("key.json", `[{"name": "b", "skema": "b.graphql"}]`)},
		`keys.json:2:2: there is no key "owner" here; there are name, schema, sdl, url`:              {"compose", "--subgraphs", file("keys.json", "[{\"name\": \"b\", \"sdl\": \"type Query { a: Int }\",\n \"owner\": {\"name\": \"x\"}}]")},
		`did you mean :4812, or 127.0.0.1:4812 for this machine only?`:                               {"dev", "--listen", "4812"},
		`listen: "4813" is not an address; did you mean :4813`:                                       {"router", "--supergraph", graph, "--listen", "4813"},
		`admin.listen: "9090" is not an address; did you mean :9090`:                                 {"router", "--supergraph", graph, "--admin", "9090"},
		`--listen "localhost" is not an address; did you mean localhost:4000?`:                       {"subgraph", "catalog", "--listen", "localhost"},
		`did you mean [::1]:4000?`:                                                                   {"dev", "--listen", "::1"},
		`"70000" is not a port, which is a number up to 65535`:                                       {"dev", "--listen", "127.0.0.1:70000"},
		`192.0.2.1 is not an address of this machine; choose another with --listen, for example :80`: {"dev", "--listen", "192.0.2.1:80"},
		`there is no type "Prodct" in the graph; there are Query`:                                    {"cache", "invalidate", "Prodct", "--supergraph", graph, "--redis", "127.0.0.1:1"},
		`there is no type "Qury" in the graph; did you mean "Query"?`:                                {"cache", "inspect", "Qury", "a", "--supergraph", graph, "--redis", "127.0.0.1:1"},
		"unexpected argument nothing; weft help lists the commands":                                  {"help", "nothing"},
		`unexpected argument compse, did you mean "compose"?`:                                        {"compse"},
		"the graph has no subgraph b; it has a":                                                      {"schema", "--of", "b", graph},
		"--of b: there is no such subgraph; there are a":                                             {"schema", "--of", "b", "--subgraphs", list},
		"--of prints SDL: introspection knows no subgraphs":                                          {"schema", "--of", "a", "--format", "json", graph},
		"the schema comes from one of them":                                                          {"schema", "--subgraphs", list, graph},
		"nothing listens at 127.0.0.1:1; is it running?":                                             {"schema", "http://127.0.0.1:1/graphql"},
		"this must be a JSON list of subgraphs":                                                      {"compose", "--subgraphs", file("object.json", `{}`)},
		`number.json:2:11: "name" cannot be a JSON number here`:                                      {"compose", "--subgraphs", file("number.json", "[\n {\"name\": 5}]")},
		"entry 1 of the list has no name":                                                            {"compose", "--subgraphs", file("nameless.json", `[{}]`)},
		"subgraph b has no schema":                                                                   {"compose", "--subgraphs", file("empty.json", `[{"name": "b"}]`)},
		"the directory has no NAME.graphql files":                                                    {"compose", "--subgraphs", t.TempDir()},
		"is a directory; name a file in it":                                                          {"compose", "--subgraphs", list, "-o", dir},
		"there is no subgraph b; there are a":                                                        {"compose", "--subgraphs", list, "--url", "b=http://b"},
		"Nothing in the graph has the tag y; its tags are: x.":                                       {"compose", "--subgraphs", list, "--contract", "include=y"},
		"subgraph a at http://127.0.0.1:1: nothing listens at":                                       {"compose", "--subgraph", "a=http://127.0.0.1:1"},
		`"a" is neither a document, which has braces, nor`:                                           {"plan", "--supergraph", graph, "--query", "a"},
		"the graph has no such label; it has: none":                                                  {"plan", "--supergraph", graph, "--query", "{a}", "--label", "x"},
		"the supergraph cannot be used":                                                              {"router", "--supergraph", "commands_test.go"},
		"already: another weft? Stop it, or choose another":                                          {"router", "--supergraph", graph, "--listen", taken.Addr().String()},
		"choose another directory with --data-dir":                                                   {"dev", "--listen", "127.0.0.1:0", "--data-dir", list},
		"nothere: there is no such directory":                                                        {"dev", "--listen", "127.0.0.1:0", "--schema", "nothere"},
		"there is no subgraph: name one with --subgraph NAME=URL":                                    {"dev", "--listen", "127.0.0.1:0", "--no-samples"},
	} {
		status, _, complaints := weft(t, args...)
		if status == 0 || !strings.Contains(complaints, want) {
			t.Errorf("%q: status %d, want %q in\n%s", args, status, want, complaints)
		}
	}
	if status, out, _ := weft(t, "version"); status != 0 || !strings.HasPrefix(out, "weft ") {
		t.Errorf("version: status %d, %q", status, out)
	}
	if status, out, _ := weft(t); status != 0 || !strings.Contains(out, "Start with: weft dev") {
		t.Errorf("no command: status %d, %q", status, out)
	}
	for want, args := range map[string][]string{
		"Start with: weft dev": {"help"}, "Usage: weft dev [flags]": {"help", "dev"},
		"Usage: weft cache inspect <type> <key> ... [flags]": {"help", "cache", "inspect"}, "weft completion bash": {"help", "completion"},
	} {
		if status, out, _ := weft(t, args...); status != 0 || !strings.Contains(out, want) {
			t.Errorf("%q: status %d, want %q in\n%s", args, status, want, out)
		}
	}
}

func TestComposeWatchFollowsAndTellsMistakes(t *testing.T) {
	dir := t.TempDir()
	list, output := filepath.Join(dir, "list.json"), filepath.Join(dir, "supergraph.graphql")
	compose := start(t, nil, binary, "compose", "--subgraphs", list, "-o", output, "--watch", "--poll", "20ms")
	says := func(what string) {
		t.Helper()
		eventually(t, "it says "+what, func() error {
			if out := compose.output.String(); !strings.Contains(out, what) {
				return errors.New(out)
			}
			return nil
		})
	}
	says("list.json: there is no such file")
	write := func(sdl string) {
		t.Helper()
		if err := writeFile(list, []byte(`[{"name": "a", "url": "http://a", "sdl": "`+sdl+`"}]`)); err != nil {
			t.Fatal(err)
		}
	}
	write("type Query { first: Int }")
	says("composed")
	write("type Query { second: Nope }")
	says(`Type "Nope", used by Query.second, is not defined`)
	text, err := os.ReadFile(output)
	if err != nil || !strings.Contains(string(text), "first: Int") {
		t.Errorf("a mistake changed the supergraph: %v\n%s", err, text)
	}
	write("type Query { third: Int }")
	eventually(t, "the supergraph follows", func() error {
		text, err := os.ReadFile(output)
		if err == nil && !strings.Contains(string(text), "third: Int") {
			err = errors.New(string(text))
		}
		return err
	})
	compose.stop(t)
}
