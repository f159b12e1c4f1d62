package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVisitorsOfTheShopAreNobody has the same question asked by the person of --as, and by nobody: neither gets the
// other's answer.
func TestVisitorsOfTheShopAreNobody(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	me := func(as string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql",
			strings.NewReader(`{"query":"{ me { id } lowStock(first: 1) { nodes { upc } } cart { id } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if as != "" {
			r.Header.Set("Weft-As", as)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for range 3 {
		for as, want := range map[string]string{
			"": `"me":{"id":"u1"}`, "u1": `"me":{"id":"u1"}`, "nobody": `"me":null`, "u2": `"me":null`,
		} {
			if got := me(as); !strings.Contains(got, want) {
				t.Errorf("Weft-As %q: %s", as, got)
			}
		}
	}
	dev.stop(t)
}

// TestTheShopsDocumentsAreListed collects the storefront's documents again, and has each of them run by its id alone.
func TestTheShopsDocumentsAreListed(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	graph, manifest := filepath.Join(dir, "supergraph.graphql"), filepath.Join(dir, "manifest.json")
	folder := filepath.Join(repository, "storefront")
	for _, args := range [][]string{
		{"compose", "--subgraphs", filepath.Join(folder, "graph.json"), "--output", graph},
		{
			"persist", filepath.Join(folder, "shell"), filepath.Join(folder, "fragments"),
			"--supergraph", graph, "--typename", "--output", manifest,
		},
	} {
		p := start(t, nil, binary, args...)
		<-p.ended
		if p.err != nil {
			t.Fatalf("weft %s: %s", args[0], p.output)
		}
	}
	got, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(folder, "dist", "persisted-query-manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Fatal("the manifest in storefront/dist is not that of the storefront's documents: run make storefront")
	}

	// A router that runs nothing else runs these.
	config := filepath.Join(dir, "weft.yaml")
	if err := os.WriteFile(config, []byte("persisted: {documents: {mode: ids}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(dir, "data"), "--config", config)
	dev.awaitReady(t, "http://"+address+"/readyz")
	a := mustAsk(t, "http://"+address+"/graphql", "{ me { id } }")
	if !strings.Contains(a.Raw, "PERSISTED_QUERY_ID_REQUIRED") {
		t.Errorf("a document that is not listed: %s", a.Raw)
	}
	_, id, found := strings.Cut(string(want), `"id": "`)
	id, _, ok := strings.Cut(id, `"`)
	if !found || !ok {
		t.Fatal("the manifest has no ids")
	}
	response, err := http.Post("http://"+address+"/graphql", "application/json",
		strings.NewReader(fmt.Sprintf(`{"documentId":%q}`, id)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(text), `"name":"Ada Novak"`) {
		t.Errorf("a listed document: %s %v", text, err)
	}
	dev.stop(t)
}
