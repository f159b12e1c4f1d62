package standalone_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/compose"
)

// TestTheModuleOfTheDocumentWorks builds the program of docs/modules.md and serves a graph with it.
func TestTheModuleOfTheDocumentWorks(t *testing.T) {
	dir := t.TempDir()
	page, err := os.ReadFile("../../docs/modules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(page), "```go\n")
	program, _, ok := strings.Cut(program, "```")
	if !ok {
		t.Fatal("docs/modules.md has no program")
	}
	_, settings, _ := strings.Cut(string(page), "```yaml\n")
	settings, _, ok = strings.Cut(settings, "```")
	if !ok {
		t.Fatal("docs/modules.md has no configuration")
	}
	tenants := make(chan string, 1)
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tenants <- r.Header.Get("X-Tenant")
		_, _ = io.WriteString(w, `{"data":{"hello":"you"}}`)
	}))
	defer subgraph.Close()
	composed, problems := compose.Compose([]compose.Subgraph{
		{Name: "hello", URL: subgraph.URL, SDL: "type Query { hello: String }"},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, text := range map[string]string{
		"main.go": program, "weft.yaml": settings, "supergraph.graphql": composed.SupergraphSDL,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(dir, "tenants")
	if out, err := exec.Command("go", "build", "-o", binary, filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := socket.Addr().String()
	_ = socket.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, "--config", "weft.yaml", "--listen", address)
	var output bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, &output, &output
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		if err := command.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("%v\n%s", err, &output)
		}
	}()
	var body string
	for ctx.Err() == nil {
		r, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", strings.NewReader(`{"query":"{hello}"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Shop", "corner")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			continue // it is still starting
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		body = string(text)
		break
	}
	if body != `{"data":{"hello":"you"}}` {
		t.Fatalf("answered %q\n%s", body, &output)
	}
	if got := <-tenants; got != "corner" {
		t.Errorf("the subgraph was told of the tenant %q", got)
	}
}
