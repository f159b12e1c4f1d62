package cache

import (
	"strings"

	"github.com/weft-graphql/weft/router/cache/storage"
)

// Carried is what requests to a subgraph carry of the client's.
type Carried struct {
	// Headers are the names of the client's headers that the requests are made of, Credentials those among them that say
	// who the caller is.
	Headers, Credentials []string
	// Proved tells that requests carry more about the caller than headers do: claims, for example.
	Proved bool
}

// unknownCaller is what is assumed where nobody said what requests carry.
var unknownCaller = Carried{}

// Carry says what requests to the subgraphs carry, by supergraph.Subgraph.ID. It must be called before anything is
// prepared. Without it no request carries credentials, and any header may be part of one.
func (g *Graph) Carry(bySubgraph []Carried) { g.carried = bySubgraph }

// carriedTo is what requests to a subgraph carry; known is false where nobody said.
func (g *Graph) carriedTo(subgraph int) (c *Carried, known bool) {
	if subgraph < len(g.carried) {
		return &g.carried[subgraph], true
	}
	return &unknownCaller, false
}

// personal tells that requests can carry something that says who the caller is.
func (c *Carried) personal() bool { return c.Proved || len(c.Credentials) > 0 }

// varying is what the headers that an answer varies by mean for storing it.
type varying uint8

const (
	// The first answers depend on nothing that keys do not have.
	_ varying = iota
	// varyingByCaller answers depend on what only the keys of private values have.
	varyingByCaller
	// varyingByOther answers depend on what no key has.
	varyingByOther
)

// varies judges the names of a Vary header. depends are those of the client's headers that the answer depends on.
func (r *requestCache) varies(names []string) (v varying, depends []string) {
	carried, known := r.graph.carriedTo(r.req.Subgraph.ID)
	for _, name := range names {
		switch {
		case containsFold(r.policy.Vary, name):
			depends = append(depends, name)
		case !known:
			v, depends = varyingByOther, append(depends, name)
		case containsFold(carried.Headers, name):
			v, depends = max(v, varyingByCaller), append(depends, name)
		case carried.Proved:
			// It may be a header that was made of what was proved.
			v = max(v, varyingByCaller)
		case aboutOrigins(name):
			// What answers to cross-origin requests of browsers say. The subgraph was asked by the router, without an origin.
		default:
			// The router passes no such header on; why the subgraph names it is not known.
			v, depends = varyingByOther, append(depends, name)
		}
	}
	return v, depends
}

// aboutOrigins tells that a header is one of those that browsers send for CORS (Fetch standard, section 3.3.2).
func aboutOrigins(name string) bool {
	return strings.EqualFold(name, "Origin") || strings.EqualFold(name, "Access-Control-Request-Method") ||
		strings.EqualFold(name, "Access-Control-Request-Headers")
}

// carriedValues is what the requests of one client request to one subgraph carry.
type carriedValues struct {
	known bool
	// credentials tells that they say who the caller is.
	credentials bool
	// audience is the digest of the caller and of all that is carried; empty when nobody is known.
	audience string
}

// carries returns what the requests of this client request to a subgraph carry. The background fetches of a request
// ask for it, too, when the request has ended: it is read once.
func (v *Visit) carries(subgraph int) carriedValues {
	if !v.credentials && v.identity == "" {
		return carriedValues{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.carried) <= subgraph {
		v.carried = append(v.carried, carriedValues{})
	}
	c := &v.carried[subgraph]
	if c.known {
		return *c
	}
	c.known = true
	var values []byte
	if v.values != nil {
		values, c.credentials = v.values(subgraph, nil)
	}
	if v.identity != "" {
		c.audience = storage.Digest(append([]byte("identity\x00"+v.identity+"\x00"), values...))
	}
	return *c
}
