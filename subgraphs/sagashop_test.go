package subgraphs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/orders"
	"github.com/weft-graphql/weft/subgraphs/orders/payment"
)

// sagaShopEnv holds the settings of a process of this test binary that is a shop.
const sagaShopEnv = "WEFT_TEST_SAGA_SHOP"

// sagaShop is orders and inventory in a process of their own, which can be killed at any moment.
type sagaShop struct {
	// Dir is where SQLite and the embedded bus are kept, DatabaseURL and EventsURL what is used instead.
	Dir, DatabaseURL, EventsURL string
	// Ledger is the payment provider.
	Ledger string
	// Addresses are where the services listen.
	Addresses map[string]string
	// CrashOneIn is how many steps there are, on average, until the process kills itself; 0 means that it lives. Steps are
	// SQL statements, events and payments.
	CrashOneIn int

	process *exec.Cmd
	done    chan struct{}
}

// sagaTiming is that of a shop that is in a hurry. What it asks twice must not keep a slow machine from answering.
func sagaTiming() orders.Timing {
	return orders.Timing{
		Reserve: 30 * time.Second, Whole: 30 * time.Second, Call: 500 * time.Millisecond,
		First: time.Second, Most: 8 * time.Second, Look: 100 * time.Millisecond,
	}
}

// start starts the process and waits until it answers, or has killed itself.
func (s *sagaShop) start(t *testing.T) {
	t.Helper()
	settings, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	s.process = exec.Command(os.Args[0], "-test.run", "^$")
	s.process.Env = append(os.Environ(), sagaShopEnv+"="+string(settings))
	output, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.process.Stderr = os.Stderr
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, 1)
	_, _ = io.ReadFull(output, ready) // nothing comes when it has ended
	s.done = make(chan struct{})
	process, done := s.process, s.done
	go func() {
		_ = process.Wait() // how it ended does not matter; that it ended does
		close(done)
	}()
}

// kill ends the process at once.
func (s *sagaShop) kill() {
	_ = s.process.Process.Signal(syscall.SIGKILL) // it may have ended by itself
	<-s.done
}

// runSagaShop is the process.
func runSagaShop(settings string) error {
	var s sagaShop
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return err
	}
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	connect := func() (*bus.Bus, error) {
		return bus.Connect(ctx, bus.Config{URL: s.EventsURL, Logger: logger})
	}
	if s.EventsURL == "" {
		server, err := embedded.Start(filepath.Join(s.Dir, "events"))
		if err != nil {
			return err
		}
		connect = func() (*bus.Bus, error) { return server.Connect(ctx, bus.Config{Logger: logger}) }
	}
	failed := make(chan error, len(s.Addresses))
	c := &crasher{oneIn: s.CrashOneIn}
	for name, address := range s.Addresses {
		events, err := connect()
		if err != nil {
			return err
		}
		config := kit.Config{
			DataDir: s.Dir, DatabaseURL: s.DatabaseURL, Logger: logger, Events: events, QueryHooks: []bun.QueryHook{c},
		}
		provider := crashingProvider{ledgerClient{s.Ledger}, c}
		service, err := subgraphs.OpenDisturbed(ctx, name, config, provider, sagaTiming(), c.disturb)
		if err != nil {
			return err
		}
		socket, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		go func() { failed <- http.Serve(socket, believing(service.Handler())) }()
	}
	c.ready.Store(true)
	if _, err := os.Stdout.WriteString("r"); err != nil {
		return err
	}
	return <-failed
}

// crasher kills the process at random steps, and disturbs what is delivered.
type crasher struct {
	oneIn int
	ready atomic.Bool

	mu  sync.Mutex
	old []wire.EntityChanged
}

// step is a place where the process may end.
func (c *crasher) step() {
	if c.oneIn > 0 && c.ready.Load() && rand.IntN(c.oneIn) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (c *crasher) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	c.step()
	return ctx
}

func (c *crasher) AfterQuery(context.Context, *bun.QueryEvent) {}

// disturb loses the answers of handlers, which makes events come again; has some handled twice, some late, and some
// again when others have come after them.
func (c *crasher) disturb(take subgraphs.Take) subgraphs.Take {
	return func(ctx context.Context, event wire.EntityChanged) error {
		c.step()
		mood := rand.IntN(100)
		if mood < 5 {
			return fmt.Errorf("lost before it was taken in (%w)", bus.ErrUnavailable)
		}
		if mood < 10 {
			if old, ok := c.exchange(event); ok {
				if err := take(ctx, old); err != nil {
					return err
				}
			}
		}
		if err := take(ctx, event); err != nil {
			return err
		}
		c.step()
		switch {
		case mood < 15:
			return fmt.Errorf("lost after it was taken in (%w)", bus.ErrUnavailable)
		case mood < 20:
			return take(ctx, event)
		}
		return nil
	}
}

// exchange keeps an event, and returns one that came before, of the same subgraph.
func (c *crasher) exchange(event wire.EntityChanged) (old wire.EntityChanged, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.old {
		if e.Subgraph == event.Subgraph {
			c.old[i] = event
			return e, true
		}
	}
	c.old = append(c.old, event)
	return old, false
}

// crashingProvider may end the process before and after each request.
type crashingProvider struct {
	ledger payment.Provider
	c      *crasher
}

func (p crashingProvider) Authorise(ctx context.Context, charge payment.Charge) error {
	p.c.step()
	defer p.c.step()
	return p.ledger.Authorise(ctx, charge)
}

func (p crashingProvider) Capture(ctx context.Context, charge payment.Charge) error {
	p.c.step()
	defer p.c.step()
	return p.ledger.Capture(ctx, charge)
}

func (p crashingProvider) Void(ctx context.Context, charge payment.Charge) error {
	p.c.step()
	defer p.c.step()
	return p.ledger.Void(ctx, charge)
}
