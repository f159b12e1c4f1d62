package conformancetest

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { ping(text: String): String half: Half }
type Half { good: String bad: String }
type Mutation { pong: String }
type Subscription { ticks: Int }
`

// subgraph answers what its operations contain.
func subgraph(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	switch text := string(body); {
	case strings.Contains(text, "half"):
		_, _ = io.WriteString(w, `{"data":{"half":{"good":"yes","bad":null}},"errors":[{"message":"no","path":["half","bad"]}]}`)
	case strings.Contains(text, "pong"):
		_, _ = io.WriteString(w, `{"data":{"pong":"pong"}}`)
	default:
		_, _ = io.WriteString(w, `{"data":{"ping":"pong"}}`)
	}
}

// settings are those of a router under test.
type settings struct {
	config func(*config.Config)
	// standard makes net/http serve it, and tls makes it HTTPS.
	standard bool
	tls      *tls.Config
}

// serve runs a router as the process does, until the test ends, and returns its address.
func serve(t testing.TB, s settings) string {
	t.Helper()
	result, errs := compose.Compose([]compose.Subgraph{{Name: "a", SDL: sdl, URL: "http://a.invalid"}}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	c := config.Default()
	c.Supergraph.Path = "in memory"
	c.H2C = s.tls == nil
	if s.config != nil {
		s.config(&c)
	}
	logger := slog.New(slog.DiscardHandler)
	r, err := router.New(&c, router.Options{
		Supergraph: result.SupergraphSDL, Logger: logger, Handlers: map[string]http.Handler{"a": http.HandlerFunc(subgraph)},
	})
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, []server.Listener{{Name: "main", Socket: socket, Handler: r, TLS: s.tls, H2C: c.H2C}}, server.RunOptions{
			WriteTimeout: server.WriteTimeout(c.Limits.RequestTimeout), BodyTimeout: c.Limits.BodyTimeout, Standard: s.standard,
			ShutdownTimeout: 10 * time.Second, Health: r.Health(), Logger: logger, EndStreams: r.EndSubscriptions,
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		r.Close()
	})
	return socket.Addr().String()
}
