package main

import (
	"os/exec"
	"strings"
	"testing"
)

// without are packages that serve everything around a router, and that what serves the public must not carry.
var without = []string{
	"github.com/weft-graphql/weft/subgraphs", "github.com/weft-graphql/weft/bench", "github.com/weft-graphql/weft/schema/bus/embedded",
	"github.com/nats-io/nats-server", "github.com/alicebob/miniredis", "github.com/99designs/gqlgen",
	"github.com/jackc/pgx", "modernc.org/sqlite", "modernc.org/libc",
	"github.com/aws/aws-lambda-go",
}

func TestTheRouterAloneCarriesNothingElse(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	if len(linked) < 100 {
		t.Fatalf("only %d packages: is this the program?", len(linked))
	}
	for _, pkg := range linked {
		for _, not := range without {
			if pkg == not || strings.HasPrefix(pkg, not+"/") {
				t.Errorf("%s is linked into it", pkg)
			}
		}
	}
}
