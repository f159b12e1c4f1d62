// Package generation makes settings and a supergraph into something that serves: an immutable Generation with the
// handler, the modules and the engine. Another graph, or other settings, are another Generation, which takes over what
// outlives one (connection pools with their breakers, counters, the entity cache, what was prepared) and then its
// place.
package generation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/canary"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/engine"
	"github.com/weft-graphql/weft/router/memory"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/adaptive"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/subscription/eventbus"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/schema/bus"
)

// Options are what a generation is made of, besides its settings and its supergraph.
type Options struct {
	// Logger receives what operators must know.
	Logger *slog.Logger
	// LogLevel shows and changes the log's level; nil when it cannot be changed.
	LogLevel http.Handler
	// Modules are those that may be configured.
	Modules []module.Info
	// Handlers are subgraphs in this process, by name.
	Handlers map[string]http.Handler
	// DefaultQuery stands in the playground unless the configuration names another one.
	DefaultQuery string
	// Tour has the steps of the playground's panel of that name; none when empty.
	Tour string
	// Events is the bus on which services tell what has changed, instead of the configured one; optional.
	Events *bus.Bus
	// Canary shows and decides what is on trial.
	Canary http.Handler
	// Health is what the health requests are answered from.
	Health *server.Health
	// State reads the counters of the generation in use.
	State func() module.State
	// Current returns the generation in use, which was entered; nil when there is none any more.
	Current func() *Generation
}

// Generation is a graph served with some settings. It is immutable but for its caches.
type Generation struct {
	config    *config.Config
	options   *Options
	resources *Resources
	logger    *slog.Logger

	supergraph *supergraph.Supergraph
	// hash names the supergraph document, for operators.
	hash   string
	loaded time.Time
	engine *engine.Engine
	cache  *cache.Cache
	// memory is what the process may take; nil when nobody says what that is.
	memory *memory.Process
	// adaptive bounds the requests in progress; nil when it is off.
	adaptive *adaptive.Limiter
	clients  []subgraphClient
	// sources are the ways to the events of subgraphs, by Subgraph.ID; nil when there are no subscriptions.
	sources []subscription.Upstream
	// declared are the subscription fields that are fed by events, by Subgraph.ID.
	declared []map[string]*eventbus.Declaration
	// handler is the innermost part of face.
	handler *server.Handler
	face    http.Handler
	admin   *http.ServeMux
	// openStatus shows clients which graph is in use.
	openStatus bool
	// closers give back what the generation holds, the last one first.
	closers []func()

	// tally counts what becomes of requests; nil when nothing is ever tried beside the generation.
	tally *canary.Tally

	// users are those who use the generation: it itself until it is retired, and each request.
	users   atomic.Int64
	retired atomic.Bool
}

// New makes a generation. previous is the one whose place it takes, nil for the first. The error tells what is wrong
// with the settings or the graph; then nothing has changed.
func New(
	cfg *config.Config,
	sdl string,
	options *Options,
	resources *Resources,
	previous *Generation,
) (*Generation, error) {
	g := &Generation{
		config: cfg, options: options, resources: resources, logger: options.Logger, loaded: time.Now(), admin: http.NewServeMux(),
	}
	if cfg.Canary.On() || previous != nil && previous.tally != nil {
		g.tally = new(canary.Tally)
	}
	g.users.Store(1)
	if err := g.assemble(sdl, previous); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

func (g *Generation) assemble(sdl string, previous *Generation) error {
	if err := g.load(sdl, previous); err != nil {
		return err
	}
	if err := g.checkNames(previous); err != nil {
		return err
	}
	if err := g.boundMemory(); err != nil {
		return err
	}
	if err := g.openCache(); err != nil {
		return err
	}
	set, err := g.provision()
	if err != nil {
		return err
	}
	if err := g.declareEvents(); err != nil {
		return err
	}
	if err := g.openClients(); err != nil {
		return err
	}
	if err := g.openSources(); err != nil {
		return err
	}
	var old *engine.Engine
	if previous != nil {
		old = previous.engine
	}
	g.engine = g.newEngine(set, old)
	if err := g.newFace(set); err != nil {
		return err
	}
	if err := g.followEvents(); err != nil {
		return err
	}
	if err := g.newAdmin(); err != nil {
		return err
	}
	if old != nil && g.config.Plan.WarmUp > 0 {
		g.engine.WarmUp(old, g.config.Plan.WarmUp)
	}
	for _, keeper := range set.keepers {
		keeper.KeepDocuments(g.engine.Prepare)
	}
	return nil
}

// load reads the supergraph, or takes it over when it is the same.
func (g *Generation) load(sdl string, previous *Generation) error {
	able := capabilities(g.config)
	if previous != nil && previous.supergraph.SDL == sdl && slices.Equal(previous.supergraph.Capabilities, able) {
		g.supergraph, g.hash, g.loaded = previous.supergraph, previous.hash, previous.loaded
	} else {
		var err error
		if g.supergraph, err = supergraph.Announcing(sdl, able); err != nil {
			return fmt.Errorf("the supergraph cannot be used: %w", err)
		}
	}
	if err := g.checkFeatures(g.supergraph); err != nil {
		return fmt.Errorf("the supergraph cannot be used: %w", err)
	}
	sum := sha256.Sum256([]byte(sdl))
	g.hash = hex.EncodeToString(sum[:8])
	return nil
}

// acquire takes hold of what outlives the generation.
func (g *Generation) acquire(key string, create func() (any, func(), error)) (any, error) {
	value, done, err := g.resources.acquire(key, create)
	if err != nil {
		return nil, err
	}
	g.closers = append(g.closers, done)
	return value, nil
}

// Enter takes hold of the generation for a request; false when it is over. Leave must be called at the request's end.
func (g *Generation) Enter() bool {
	if g.users.Add(1) > 1 {
		return true
	}
	g.Leave()
	return false
}

// Leave gives the hold of Enter back. The last one to leave a retired generation closes it.
func (g *Generation) Leave() {
	if g.users.Add(-1) == 0 {
		// Somebody may enter in this very moment: then it is they who close it.
		if g.users.CompareAndSwap(0, gone) {
			g.close()
		}
	}
}

// gone are the users of a generation that is closed: however many look in, they are fewer.
const gone = -1 << 40

// Retire tells that no more requests come. What the generation holds is given back when those in progress have ended.
func (g *Generation) Retire() {
	if !g.retired.Swap(true) {
		g.Leave()
	}
}

func (g *Generation) close() {
	for _, f := range slices.Backward(g.closers) {
		f()
	}
	g.closers = nil
}

// ServeHTTP answers a request. The caller must have entered.
func (g *Generation) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.face.ServeHTTP(w, r) }

// Tally is what became of the requests; nil unless the settings try others beside the generation.
func (g *Generation) Tally() *canary.Tally { return g.tally }

// Hash names the supergraph document.
func (g *Generation) Hash() string { return g.hash }

// SDL is the supergraph's document.
func (g *Generation) SDL() string { return g.supergraph.SDL }

// panicked tells operators of a panic that was made an error of one request. It is called where it was recovered.
func (g *Generation) panicked(cause any) {
	g.logger.Error("a request panicked", "panic", cause, "stack", string(debug.Stack()))
}
