package deploy

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/weft-graphql/weft/subgraphs/kit/pgtest"
)

// fromRunbook runs the commands of docs/runbook.md that have a name.
func fromRunbook(t *testing.T, name string, env ...string) {
	t.Helper()
	text, err := os.ReadFile("../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```sh " + name + "\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatalf("docs/runbook.md has no commands %s", name)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", string(found[1]))
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// service starts the catalog, and returns what ends it.
func service(t *testing.T, env string, args ...string) (address string, end func()) {
	t.Helper()
	address = freeAddress(t)
	cmd := exec.Command(weft, append([]string{"subgraph", "catalog"}, args...)...)
	cmd.Env = append(os.Environ(), env, "WEFT_LISTEN="+address)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var ended bool
	end = func() {
		if ended {
			return
		}
		ended = true
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the catalog ended with %v:\n%s", err, &out)
		}
	}
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	await(ctx, t, "http://"+address+"/readyz")
	return address, end
}

// TestBackupsCanBeRestored loses the database of a service, and gets it back with the commands of the runbook.
func TestBackupsCanBeRestored(t *testing.T) {
	server, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	postgres, err := server.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, c := range map[string]struct{ driver, source, env string }{
		"sqlite":     {"sqlite", filepath.Join(dir, "catalog.db"), "WEFT_DATA_DIR=" + dir},
		"postgresql": {"pgx", postgres, "WEFT_DATABASE_URL=" + postgres},
	} {
		t.Run(name, func(t *testing.T) {
			backup := "BACKUP=" + t.TempDir()
			products := func() (n int) {
				t.Helper()
				db, err := sql.Open(c.driver, c.source)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				table := "products"
				if c.driver == "pgx" {
					if err := db.QueryRow("SELECT schemaname || '.products' FROM pg_tables WHERE tablename = 'products'").Scan(&table); err != nil {
						if errors.Is(err, sql.ErrNoRows) {
							return 0
						}
						t.Fatal(err)
					}
				}
				if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			_, end := service(t, c.env)
			before := products()
			if before == 0 {
				t.Fatal("there is nothing to back up")
			}
			fromRunbook(t, "backup-"+name, c.env, backup)
			end()
			lose(t, c.driver, c.source)
			_, end = service(t, c.env, "--empty")
			if n := products(); n != 0 {
				t.Fatalf("%d products are left: nothing was lost", n)
			}
			end()
			fromRunbook(t, "restore-"+name, c.env, backup)
			if n := products(); n != before {
				t.Errorf("%d products came back, want %d", n, before)
			}
			address, _ := service(t, c.env)
			if got := ask(t, "http://"+address+"/graphql", `{"query":"{ topProducts { name } }"}`); !strings.Contains(got, `"name"`) {
				t.Errorf("the catalog answers %s", got)
			}
		})
	}
}

// lose loses a database.
func lose(t *testing.T, driver, source string) {
	t.Helper()
	if driver == "sqlite" {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(source + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		return
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'")
	if err != nil {
		t.Fatal(err)
	}
	var schemas []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		schemas = append(schemas, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range schemas {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
}
