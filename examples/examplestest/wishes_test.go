package examplestest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWishesBesideTheRouter runs the example on Node beside a router, accounts and catalog.
func TestWishesBesideTheRouter(t *testing.T) {
	t.Parallel()
	packages, err := filepath.Abs("../../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	// Modules are looked for above the program.
	dir, err := os.MkdirTemp(packages, "wishes-")
	if err != nil {
		t.Fatalf("this test needs the packages of Node: make packages (%v)", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // the test is over
	if err := os.CopyFS(dir, os.DirFS("../node/wishes")); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	s := startShop(t, []string{"accounts", "catalog"}, map[string]string{"wishes": "http://" + address + "/graphql"},
		map[string]string{"wishes": "../node/wishes/schema.graphql"}, nil)
	wishes := start(t, dir, []string{"WEFT_LISTEN=" + address, "WEFT_IDENTITY_KEYS=" + s.keys}, "node", "index.mjs")
	wishes.awaitReady(t, "http://"+address+"/readyz")

	refusedWithoutTheRouter(t, address)
	const query = `{ wishCount user(id: "u1") { name wishes { upc name } } }`
	own := s.mustAsk(t, query, "Authorization", "Bearer "+s.issuer.token(t, "u1"))
	if !strings.Contains(own, `"wishCount":3,"user":{"name":"Ada Novak","wishes":[{"upc":"p1","name":"`) {
		t.Errorf("own wishes are %s", own)
	}
	if others := s.mustAsk(t, query); !strings.Contains(others, `"wishes":null`) {
		t.Errorf("everybody sees %s", others)
	}
	if err := wishes.stop(t); err != nil {
		t.Errorf("it ended with %v", err)
	}

	key, keys := newIdentity(t)
	wishes = start(t, dir, []string{"WEFT_LISTEN=" + address, "WEFT_IDENTITY_KEYS=" + keys}, "node", "index.mjs")
	wishes.awaitReady(t, "http://"+address+"/readyz")
	believesTheRouterOnly(t, address, "wishes", key)
	if err := wishes.stop(t); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
