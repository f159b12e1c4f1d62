package subgraphs_test

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/kittest"
)

// TestServicesHaveRolesOfTheirOwn runs the script that gives every service a role, before and after the service has
// made its tables, and has each serve with its role: it reaches its own tables, and those of no other.
func TestServicesHaveRolesOfTheirOwn(t *testing.T) {
	address, err := url.Parse(newDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	script := func() {
		t.Helper()
		run := exec.Command("sh", "../deploy/postgres/roles.sh")
		run.Env = append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+address.Port(), "POSTGRES_USER=weft",
			"POSTGRES_DB="+strings.TrimPrefix(address.Path, "/"))
		for _, name := range subgraphs.Names() {
			run.Env = append(run.Env, strings.ToUpper(name)+"_DB_PASSWORD=quote'd")
		}
		if output, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
	}
	// catalog was there before there were roles.
	old, _ := open(t, "catalog", kit.Config{DatabaseURL: address.String()})
	kittest.MustAsk(t, old.Handler(), merchant, `mutation { changeProduct(input: {upc: "p1", name: "Old"}) { product { upc } } }`, nil, nil)
	script()
	for _, name := range subgraphs.Names() {
		own := *address
		own.User = url.UserPassword(name, "quote'd")
		s, _ := open(t, name, kit.Config{DatabaseURL: own.String()})
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "catalog" {
			kittest.MustAsk(t, s.Handler(), merchant, `mutation { changeProduct(input: {upc: "p1", name: "New"}) { product { upc } } }`, nil, nil)
		}
		db, err := sql.Open("pgx", own.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range subgraphs.Names() {
			_, err := db.ExecContext(context.Background(), "SELECT 1 FROM "+other+".weft_meta")
			if (err == nil) != (other == name) {
				t.Errorf("%s reads the tables of %s: %v", name, other, err)
			}
		}
		if _, err := db.ExecContext(context.Background(), "CREATE TABLE public.mine (id INTEGER)"); err == nil {
			t.Errorf("%s makes tables for everybody", name)
		}
		_ = db.Close()
	}
	script() // again changes nothing
}
