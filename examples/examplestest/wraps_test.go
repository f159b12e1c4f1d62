//go:build java

// This needs what make java makes, which runs it.

package examplestest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
)

const wrapsDir = "../java/wraps"

// wrapsClasses is the class path of the example in Java, as make java makes it.
func wrapsClasses(t *testing.T) string {
	t.Helper()
	made, err := filepath.Abs("../../.weft/java")
	if err != nil {
		t.Fatal(err)
	}
	var sources []byte
	for _, name := range []string{"pom.xml", "Wraps.java"} {
		text, err := os.ReadFile(filepath.Join(wrapsDir, name))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, text...)
	}
	if compiled, err := os.ReadFile(filepath.Join(made, "made")); err != nil || !bytes.Equal(compiled, sources) {
		t.Fatalf("this test needs the classes of %s: run make java (%v)", wrapsDir, err)
	}
	return filepath.Join(made, "classes") + string(os.PathListSeparator) + filepath.Join(made, "lib", "*")
}

func startWraps(t *testing.T, address, keys string) *process {
	t.Helper()
	wraps := start(t, wrapsDir, []string{"WEFT_LISTEN=" + address, "WEFT_IDENTITY_KEYS=" + keys},
		"java", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", wrapsClasses(t), "Wraps")
	wraps.awaitReady(t, "http://"+address+"/readyz")
	return wraps
}

// TestWrapsBesideTheRouter runs the example in Java beside a router and catalog.
func TestWrapsBesideTheRouter(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	s := startShop(t, []string{"catalog"}, map[string]string{"wraps": "http://" + address + "/graphql"},
		map[string]string{"wraps": wrapsDir + "/schema.graphql"}, nil)
	wraps := startWraps(t, address, s.keys)
	refusedWithoutTheRouter(t, address)

	var answer struct {
		Data struct {
			Wraps    []struct{ Name string }
			Products struct {
				Nodes []struct {
					Weight int
					Wraps  []struct{ ID, Name string }
				}
			}
		}
	}
	text := s.mustAsk(t, `{ wraps { name } products(first: 50) { nodes { weight wraps { id name } } } }`)
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	heavy, light := 0, 0
	for _, product := range answer.Data.Products.Nodes {
		want := "[{w1 Kraft paper} {w2 Red stars}]"
		if product.Weight > 5000 {
			want = "[]"
			heavy++
		} else {
			light++
		}
		if got := fmt.Sprint(product.Wraps); got != want {
			t.Errorf("what weighs %d is wrapped in %s, want %s", product.Weight, got, want)
		}
	}
	if heavy == 0 || light == 0 || len(answer.Data.Wraps) != 2 {
		t.Errorf("%d heavy and %d light products are in %s", heavy, light, text)
	}
	if refused, err := s.ask(`{ wraps { name }`); err != nil || !strings.Contains(refused, `"errors"`) {
		t.Errorf("half a query is answered %s, %v", refused, err)
	}
	if err := wraps.stop(t); err != nil {
		t.Errorf("it ended with %v", err)
	}

	key, keys := newIdentity(t)
	wraps = startWraps(t, address, keys)
	believesTheRouterOnly(t, address, "wraps", key)
	composesAsItTells(t, address, key)
	if err := wraps.stop(t); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// composesAsItTells composes what the service tells of its schema, which weft dev does, and not the file that it is from.
func composesAsItTells(t *testing.T, address string, key *wire.IdentityKey) {
	t.Helper()
	token, err := key.Sign(wire.Identity{}, "wraps", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", strings.NewReader(`{"query":"{ _service { sdl } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(wire.IdentityHeader, token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Service struct{ SDL string } `json:"_service"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	catalog, err := subgraphs.SDL("catalog")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := compose.Compose([]compose.Subgraph{
		{Name: "catalog", URL: "http://catalog.invalid/graphql", SDL: catalog},
		{Name: "wraps", URL: "http://" + address + "/graphql", SDL: answer.Data.Service.SDL},
	}, compose.Options{})
	if len(problems) > 0 {
		t.Errorf("what it tells does not compose: %v\n%s", problems, answer.Data.Service.SDL)
	}
}
