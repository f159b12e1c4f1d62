package deploy

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
)

// busyService starts orders on a bus, keeps it busy, and reads its metrics when it has taken an event in.
func busyService(t *testing.T) map[string]*dto.MetricFamily {
	events, address := natstest.Start(t), freeAddress(t)
	program := exec.Command(weft, "subgraph", "orders", "--metrics", "--listen", address, "--data-dir", t.TempDir())
	program.Env = append(os.Environ(), "WEFT_EVENTS_URL="+events.URL())
	var out strings.Builder
	program.Stdout, program.Stderr = &out, &out
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = program.Process.Signal(syscall.SIGTERM)
		if err := program.Wait(); err != nil || t.Failed() {
			t.Errorf("orders ended with %v:\n%s", err, &out)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	await(ctx, t, "http://"+address+"/readyz")
	for _, query := range []string{"{ __typename }", "{ sagas { nodes { order { id } } } }", "{ nonsense }", "mutation { __typename }"} {
		ask(t, "http://"+address+"/graphql", `{"query":"`+query+`"}`)
	}
	b, err := bus.Connect(ctx, bus.Config{URL: events.URL(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for i := 1; ; i++ {
		// Until it is taken in: who begins to listen does not hear what was published before.
		event := wire.EntityChanged{
			ID: fmt.Sprint("event-", i), Subgraph: "catalog", Type: "Product", Key: map[string]any{"upc": "p1"},
			Change: wire.Updated, Version: int64(i), Sequence: int64(i), At: time.Now(),
		}
		if err := b.Publish(ctx, event); err != nil {
			t.Fatal(err)
		}
		families := scraped(t, "http://"+address+"/metrics")
		if families["weft_service_events_total"] != nil && families["weft_service_sagas_open"] != nil {
			return families
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("orders takes no event in:\n%s", &out)
		}
	}
}
