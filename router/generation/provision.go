package generation

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/engine"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// provisioned are the modules of a generation.
type provisioned struct {
	inputs    caller.Inputs
	hooks     engine.Hooks
	handlers  []module.Handler
	observers []module.RequestObserver
	wrappers  []module.SubgraphClient
	keepers   []module.DocumentKeeper
}

// provision makes the configured modules.
func (g *Generation) provision() (*provisioned, error) {
	set := &provisioned{}
	for _, info := range g.options.Modules {
		m := info.New()
		if configured, ok := g.config.Modules[info.Name].(module.Module); ok {
			copySettings(m, configured)
		}
		if !m.Enabled() {
			continue
		}
		if cleaner, ok := m.(module.Cleaner); ok {
			g.closers = append(g.closers, cleaner.Cleanup)
		}
		h := &host{generation: g, set: set, name: info.Name, declaration: caller.NewDeclaration(&set.inputs), slot: -1}
		if err := m.Provision(h); errors.Is(err, module.ErrNotNeeded) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", info.Name, err)
		}
		if err := set.add(m, h, g.supergraph.Subgraphs); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (p *provisioned) add(m module.Module, h *host, subgraphs []*supergraph.Subgraph) error {
	_, compiles := m.(module.DocumentCompiler)
	if _, plans := m.(module.PlanCompiler); plans || compiles {
		h.Slot()
	}
	varies, declared := h.declaration.Set()
	if err := p.hooks.Add(h.name, m, h.slot, varies, declared, subgraphs); err != nil {
		return err
	}
	if hook, ok := m.(module.Handler); ok {
		p.handlers = append(p.handlers, hook)
	}
	if hook, ok := m.(module.RequestObserver); ok {
		p.observers = append(p.observers, hook)
	}
	if hook, ok := m.(module.SubgraphClient); ok {
		p.wrappers = append(p.wrappers, hook)
	}
	if hook, ok := m.(module.DocumentKeeper); ok {
		p.keepers = append(p.keepers, hook)
	}
	return nil
}

// wrap puts the modules' clients around that of a subgraph, the first module outermost.
func (p *provisioned) wrap(s *supergraph.Subgraph, client upstream.Subgraph) upstream.Subgraph {
	for i := len(p.wrappers) - 1; i >= 0; i-- {
		client = p.wrappers[i].WrapSubgraph(s, client)
	}
	return client
}

// wrapHandler puts the modules' handlers around the router's, the first module outermost.
func (p *provisioned) wrapHandler(handler http.Handler) http.Handler {
	for i := len(p.handlers) - 1; i >= 0; i-- {
		handler = p.handlers[i].WrapHandler(handler)
	}
	return handler
}

// observe are the observers as the server calls them.
func (p *provisioned) observe() []func(*server.Observation) {
	var out []func(*server.Observation)
	for _, hook := range p.observers {
		out = append(out, hook.RequestEnded)
	}
	return out
}

// copySettings takes over the settings of a module: the fields that have a key.
func copySettings(to, from module.Module) {
	source, target := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	for i := range source.NumField() {
		if key := source.Type().Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			target.Field(i).Set(source.Field(i))
		}
	}
}

// host is what one module is provisioned with.
type host struct {
	generation  *Generation
	set         *provisioned
	name        string
	declaration *caller.Declaration
	slot        module.Slot
}

// Logger implements module.Host.
func (h *host) Logger() *slog.Logger { return h.generation.logger }

// Supergraph implements module.Host.
func (h *host) Supergraph() *supergraph.Supergraph { return h.generation.supergraph }

// VariesBy implements module.Host.
func (h *host) VariesBy() *caller.Declaration { return h.declaration }

// Slot implements module.Host.
func (h *host) Slot() module.Slot {
	if h.slot < 0 {
		h.slot = module.Slot(h.set.hooks.Slots)
		h.set.hooks.Slots++
	}
	return h.slot
}

// Shared implements module.Host.
func (h *host) Shared(key string, create func() (any, func(), error)) (any, error) {
	return h.generation.acquire("module/"+h.name+"/"+key, create)
}

// HasAdmin implements module.Host.
func (h *host) HasAdmin() bool {
	return h.generation.config.Admin.Listen+h.generation.config.Admin.MetricsListen != ""
}

// HandleAdmin implements module.Host.
func (h *host) HandleAdmin(pattern string, handler http.Handler) {
	h.generation.admin.Handle(pattern, handler)
}

// OpenStatus implements module.Host.
func (h *host) OpenStatus() { h.generation.openStatus = true }

// KeepPrivate implements module.Host.
func (h *host) KeepPrivate() { h.set.hooks.Private = true }

// Metrics implements module.Host.
func (h *host) Metrics() *module.Metrics { return h.generation.resources.metrics }

// State implements module.Host.
func (h *host) State() module.State { return h.generation.options.State() }
