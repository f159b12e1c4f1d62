// Package identity proves to subgraphs that requests come from the router: a signed header (Weft-Identity).
package identity

import (
	_ "embed" // the settings' descriptions are their doc comments
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

//go:embed identity.go
var source string

// Info describes the module.
var Info = module.Info{Name: "identity", New: func() module.Module { return &Identity{} }, Source: source}

// Identity is the proof that requests come from the router.
type Identity struct {
	// Secret shared with the subgraphs. Requests then carry a signed header (Weft-Identity), by which a subgraph knows
	// that they come from the router. Give it as ${VARIABLE}.
	Key string `yaml:"key"`

	current atomic.Pointer[signed]
}

// signed is a header that was made a while ago: it is made anew once in a while, not for every request.
type signed struct {
	header upstream.Header
	until  time.Time
}

// Check reports settings that cannot work.
func (i *Identity) Check(report func(key, format string, args ...any)) {
	if i.Key != "" && len(i.Key) < 16 {
		report("key", "must have at least 16 characters")
	}
}

// Enabled implements module.Module.
func (i *Identity) Enabled() bool { return i.Key != "" }

// Provision implements module.Module.
func (i *Identity) Provision(host module.Host) error {
	// Nobody is signed in yet: the header says where a request comes from, not who sent it.
	host.VariesBy().Nothing()
	return nil
}

// SubgraphHeaders implements module.SubgraphHeaders.
func (i *Identity) SubgraphHeaders(*supergraph.Subgraph) func(*caller.Values, []upstream.Header) []upstream.Header {
	return i.write
}

func (i *Identity) write(_ *caller.Values, headers []upstream.Header) []upstream.Header {
	now := time.Now()
	s := i.current.Load()
	if s == nil || now.After(s.until) {
		// An identity without a caller has nothing that could fail to be written; without a header subgraphs would refuse
		// the request.
		value, _ := wire.Seal([]byte(i.Key), wire.Identity{Issued: now.Unix()})
		s = &signed{
			header: upstream.Header{Name: wire.IdentityHeader, Value: value}, until: now.Add(wire.IdentityLifetime / 5),
		}
		i.current.Store(s)
	}
	return append(headers, s.header)
}
