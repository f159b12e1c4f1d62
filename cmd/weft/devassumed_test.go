package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestServicesOutsideHearOfTheAssumedPerson has reviews run outside weft dev, with the router's key: a request without
// a token is the person's of --as there, too, and one that says it is nobody's is nobody's.
func TestServicesOutsideHearOfTheAssumedPerson(t *testing.T) {
	_, private, public := identityFiles(t)
	at, address := freeAddress(t), freeAddress(t)
	reviews := start(t, nil, binary, "subgraph", "reviews", "--listen", at, "--data-dir", filepath.Join(t.TempDir(), "data"),
		"--identity-keys", public)
	reviews.awaitReady(t, "http://"+at+"/readyz")
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"), "--as", "u2",
		"--identity-key", private, "--subgraph", "reviews=http://"+at+"/graphql")
	dev.awaitReady(t, "http://"+address+"/readyz")

	write := func(as string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql", strings.NewReader(
			`{"query":"mutation { writeReview(input: {upc: \"p12\", rating: 4, title: \"T\", body: \"Good enough.\"}) { `+
				`review { author { id } } userErrors { code } } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if as != "" {
			r.Header.Set(asHeader, as)
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
	if got := write("nobody"); !strings.Contains(got, "UNAUTHENTICATED") {
		t.Errorf("nobody writes a review: %s", got)
	}
	if got := write(""); !strings.Contains(got, `"author":{"id":"u2"}`) {
		t.Errorf("the person of --as writes a review: %s", got)
	}
	dev.stop(t)
}
