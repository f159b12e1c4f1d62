package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
)

func TestDevFollowsChangedSchemas(t *testing.T) {
	dir := t.TempDir()
	schemas := filepath.Join(dir, "schema")
	if err := os.Mkdir(schemas, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, sdl string) {
		t.Helper()
		if err := writeFile(filepath.Join(schemas, name+".graphql"), []byte(sdl)); err != nil {
			t.Fatal(err)
		}
	}
	sdl := map[string]string{}
	for _, name := range subgraphs.Names() {
		text, err := subgraphs.SDL(name)
		if err != nil {
			t.Fatal(err)
		}
		sdl[name] = text
		write(name, text)
	}
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(dir, "data"), "--schema", schemas)
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	exists := func(typ, field string) error {
		a, err := ask(url, fmt.Sprintf(`{ __type(name: %q) { fields(includeDeprecated: true) { name } } }`, typ))
		if err != nil {
			return err
		}
		if !strings.Contains(a.Raw, `"`+field+`"`) {
			return fmt.Errorf("%s has no field %s: %s", typ, field, a.Raw)
		}
		return nil
	}
	if err := exists("User", "handle"); err != nil {
		t.Fatal(err)
	}

	changed := strings.Replace(sdl["accounts"], "  handle: String", "  nickname: String", 1)
	write("accounts", changed)
	eventually(t, "the new field shows", func() error { return exists("User", "nickname") })

	write("accounts", strings.Replace(changed, `@key(fields: "id")`, `@key(fields: "idd")`, 1))
	eventually(t, "the mistake is told", func() error {
		if out := dev.output.String(); !strings.Contains(out, "KEY_INVALID_FIELDS") || !strings.Contains(out, "the graph from before goes on") {
			return fmt.Errorf("the log is\n%s", out)
		}
		return nil
	})
	if err := exists("User", "nickname"); err != nil {
		t.Errorf("after a schema that does not compose: %v", err)
	}

	write("accounts", sdl["accounts"])
	eventually(t, "the old field is back", func() error { return exists("User", "handle") })
	checkDemo(t, mustAsk(t, url, demoQuery))
	dev.stop(t)
	if out := dev.output.String(); !strings.HasPrefix(out, "Weft starts ...") || !strings.Contains(out, "is ready in") ||
		!strings.Contains(out, "shutting down: requests in progress may finish") || !strings.HasSuffix(strings.TrimSpace(out), "stopped") {
		t.Errorf("the log is\n%s", out)
	}
}

func TestDevSaysWhichFieldsHaveNoResolver(t *testing.T) {
	schemas := schemaDirectory(t, "catalog", "type Query {", "type Query {\n  motto: String", "type Brand implements",
		"type Wish @key(fields: \"id\") { id: ID! }\ntype Brand implements")
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"), "--schema", schemas, "--as", "nobody")
	dev.awaitReady(t, "http://"+address+"/readyz")
	says := func(what string) {
		t.Helper()
		eventually(t, "it says "+what, func() error {
			if out := dev.output.String(); !strings.Contains(out, what) {
				return errors.New(out)
			}
			return nil
		})
	}
	says(`have no resolvers`)
	says(`fields="catalog: Query.motto, catalog: Wish"`)
	says(`--as names nobody: what is done in this person's name will fail as=nobody people="u1 to u200"`)
	sdl, err := subgraphs.SDL("catalog")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(sdl, "  \"Who makes the product.\"\n", "  motto: String\n", 1)
	if err := writeFile(filepath.Join(schemas, "catalog.graphql"), []byte(changed)); err != nil {
		t.Fatal(err)
	}
	says(`fields="catalog: Product.motto"`)
	dev.stop(t)
	if out := dev.output.String(); strings.Count(out, "have no resolvers") != 2 {
		t.Errorf("it says it more than once for each change:\n%s", out)
	}
}

// TestDevAnswersClientsAsTheyAsk asks as Relay's clients do, and in batches.
func TestDevAnswersClientsAsTheyAsk(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	resp, err := http.Post("http://"+address+"/graphql", "application/json",
		strings.NewReader(`[{"query": "{ brands { id } }"}, {"query": "{ me { id } }"}]`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(text), `[{"data":{"brands"`) || !strings.Contains(string(text), `{"data":{"me":{"id":"u1"}}}]`) {
		t.Errorf("%v, %s", err, text)
	}
	// Objects of every service are found by their ids, and the services know the rest of each.
	for query, want := range map[string]string{
		`{ node(id: "p1") { __typename id ... on Product { upc totalStock reviewCount } } }`:               `{"node":{"__typename":"Product","id":"p1","upc":"p1","totalStock":`,
		`{ node(id: "u2") { __typename id ... on User { username reviewCount } } }`:                        `{"node":{"__typename":"User","id":"u2","username":"`,
		`{ node(id: "r3") { __typename ... on Review { rating product { id } } } }`:                        `{"node":{"__typename":"Review","rating":`,
		`{ node(id: "ber1") { id ... on Warehouse { city } } }`:                                            `{"node":{"id":"ber1","city":"Berlin"}}`,
		`{ node(id: "chairs") { ... on Category { name } ... on Brand { country } } }`:                     `{"node":{"name":"Chairs"}}`,
		`{ node(id: "nothing") { id } }`:                                                                   `{"node":null}`,
		`{ products(first: 0) { totalCount edges { cursor } pageInfo { hasNextPage endCursor } } }`:        `"edges":[],"pageInfo":{"hasNextPage":true,"endCursor":null}}`,
		`{ products(last: 1, sort: PRICE_ASC) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`: `"pageInfo":{"hasNextPage":false,"hasPreviousPage":true}}`,
	} {
		if a := mustAsk(t, "http://"+address+"/graphql", query); len(a.Errors) > 0 || !strings.Contains(a.Raw, want) {
			t.Errorf("%s: %s\nwant %s", query, a.Raw, want)
		}
	}
	dev.stop(t)
	if out := dev.output.String(); strings.Contains(out, "names nobody") {
		t.Errorf("u1 is somebody:\n%s", out)
	}
}

// TestAnUnwritableDataDirectoryIsToldAsThat runs as nobody, since root may write everywhere.
func TestAnUnwritableDataDirectoryIsToldAsThat(t *testing.T) {
	dir, program := t.TempDir(), filepath.Join(t.TempDir(), "weft")
	if err := os.Link(binary, program); err != nil {
		t.Fatal(err)
	}
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for d := filepath.Dir(program); d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
	}
	for want, args := range map[string][]string{
		"the data directory " + dir + " cannot be written to: permission denied (choose another directory with --data-dir)": {"dev", "--listen", "127.0.0.1:0", "--data-dir", dir},
		"the data directory " + dir + "/data cannot be made: permission denied (choose":                                     {"dev", "--listen", "127.0.0.1:0", "--data-dir", dir + "/data"},
		"open subgraph catalog: the data directory " + dir + " cannot be written to: permission denied":                     {"subgraph", "catalog", "--listen", "127.0.0.1:0", "--data-dir", dir},
	} {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		if os.Getuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v, want %q in\n%s", args, err, want, out)
		}
	}
}

func TestDevSeesItsOwnWrites(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	count := func() float64 {
		t.Helper()
		a := mustAsk(t, url, `{ product(upc: "p1") { reviewCount } }`)
		product, _ := a.Data["product"].(map[string]any)
		n, ok := product["reviewCount"].(float64)
		if !ok {
			t.Fatalf("no review count: %s", a.Raw)
		}
		return n
	}
	before := count()
	count() // from the cache
	a := mustAsk(t, url, `mutation { addReview(input: {upc: "p1", rating: 5, title: "Loom", body: "Woven well, works well."}) { id } }`)
	if len(a.Errors) > 0 {
		t.Fatalf("addReview: %s", a.Raw)
	}
	if after := count(); after != before+1 {
		t.Errorf("%v reviews after one was added to %v", after, before)
	}
	a = mustAsk(t, url, `mutation { addReview(input: {upc: "p1", rating: 9, title: "Loom", body: "Well."}) { id } }`)
	if len(a.Errors) != 1 || a.Errors[0].Extensions["field"] != "input.rating" {
		t.Errorf("a rating of 9: %s", a.Raw)
	}
	dev.stop(t)
}
