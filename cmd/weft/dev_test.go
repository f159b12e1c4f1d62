package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	if out := dev.output.String(); !strings.Contains(out, "is ready in") || !strings.HasSuffix(strings.TrimSpace(out), "stopped") {
		t.Errorf("the log is\n%s", out)
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
