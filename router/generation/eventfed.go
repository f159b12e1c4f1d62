package generation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/subscription/eventbus"
	"github.com/weft-graphql/weft/router/supergraph"
)

// declareEvents reads which subscription fields are fed by events, by Subgraph.ID.
func (g *Generation) declareEvents() error {
	for _, s := range g.supergraph.Subgraphs {
		declared, err := eventbus.Declarations(g.supergraph, s)
		if err != nil {
			return err
		}
		for name, d := range declared {
			if err := g.checkProvider(s, name, d.Provider); err != nil {
				return err
			}
		}
		g.declared = append(g.declared, declared)
	}
	return nil
}

// eventsOnly stands for a subgraph without a service. No plan asks it for anything.
var eventsOnly = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"errors":[{"message":"this subgraph has events only, and no service"}]}`))
})

func (g *Generation) checkProvider(s *supergraph.Subgraph, field, provider string) error {
	_, known := g.config.Subscription.Providers[provider]
	if known || g.inProcess(provider) != nil || !g.config.Subscription.Enabled {
		return nil
	}
	return fmt.Errorf("subgraph %q: Subscription.%s gets its events from the provider %q: say where that is, in "+
		"subscription.providers.%s.nats_url", s.Name, field, provider, provider)
}

// inProcess is the connection to the bus in the options, which is the default provider where no other is configured.
func (g *Generation) inProcess(provider string) *nats.Conn {
	if _, configured := g.config.Subscription.Providers[provider]; configured || provider != "default" ||
		g.options.Events == nil {
		return nil
	}
	return g.options.Events.NATS()
}

// openEvents opens the way to messages of a bus. Connections are made when the first client subscribes.
func (g *Generation) openEvents(
	s *supergraph.Subgraph, declared map[string]*eventbus.Declaration,
) (subscription.Upstream, error) {
	servers := map[string]*provider{}
	for _, d := range declared {
		if servers[d.Provider] != nil || g.inProcess(d.Provider) != nil {
			continue
		}
		settings := g.config.Subscription.Providers[d.Provider]
		text, err := json.Marshal(settings)
		if err != nil {
			return nil, err
		}
		held, err := g.acquire("provider/"+string(text), func() (any, func(), error) {
			p := &provider{settings: settings}
			return p, p.close, nil
		})
		if err != nil {
			return nil, err
		}
		servers[d.Provider] = held.(*provider)
	}
	most := int(g.config.Subscription.MaxEventBytes)
	shown, err := json.Marshal(g.config.Subscription.Providers)
	if err != nil {
		return nil, err
	}
	// Another graph has other declarations and other types.
	key := fmt.Sprintf("eventbus/%s/%d/%p/%s", s.Name, most, g.supergraph, shown)
	return g.source(key, func() (subscription.Upstream, func(), error) {
		return &eventbus.Source{
			Declared: declared, Types: eventbus.TypesOf(g.supergraph), MaxEventBytes: most,
			Connection: func(ctx context.Context, name string) (*nats.Conn, error) {
				if conn := g.inProcess(name); conn != nil {
					return conn, nil
				}
				return servers[name].connection(ctx)
			},
		}, func() {}, nil
	})
}

// provider is a server with messages, shared by all generations with the same settings.
type provider struct {
	settings config.EventProvider
	mu       sync.Mutex
	conn     *nats.Conn
	closed   bool
}

const connectTimeout = 5 * time.Second

// connection connects when nobody has yet. A connection that breaks is made again by itself, without end.
func (p *provider) connection(context.Context) (*nats.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nats.ErrConnectionClosed
	}
	if p.conn != nil {
		return p.conn, nil
	}
	options := []nats.Option{
		nats.Name("weft router"), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.Timeout(connectTimeout),
	}
	if p.settings.Credentials != "" {
		options = append(options, nats.UserCredentials(p.settings.Credentials))
	}
	conn, err := nats.Connect(p.settings.NATSURL, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to the event bus: %w", err)
	}
	p.conn = conn
	return conn, nil
}

func (p *provider) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed = true; p.conn != nil {
		p.conn.Close()
	}
}
