package router

import (
	"net/http"
	"net/textproto"
	"slices"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
	"github.com/weft-graphql/weft/schema/wire"
)

// headerRules say which of the client's headers each subgraph gets.
type headerRules struct {
	// names are in canonical spelling, by Subgraph.ID.
	names [][]string
	// identity, when not nil, is proved to every subgraph.
	identity *identity
}

// neverForwarded are headers that belong to one connection or body, or that only the router itself may write.
var neverForwarded = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Host",
	"Content-Length", "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", wire.IdentityHeader,
}

// newHeaderRules returns nil when nothing is passed on.
func newHeaderRules(u *config.Upstream, sg *supergraph.Supergraph, id *identity) *headerRules {
	rules := &headerRules{names: make([][]string, len(sg.Subgraphs)), identity: id}
	any := id != nil
	for _, s := range sg.Subgraphs {
		headers := u.For(s.Name).Headers
		fixed := map[string]bool{}
		for name := range headers.Set {
			fixed[textproto.CanonicalMIMEHeaderKey(name)] = true
		}
		for _, name := range headers.Forward {
			name = textproto.CanonicalMIMEHeaderKey(name)
			if !fixed[name] && !slices.Contains(rules.names[s.ID], name) && !slices.Contains(neverForwarded, name) {
				rules.names[s.ID] = append(rules.names[s.ID], name)
				any = true
			}
		}
	}
	if !any {
		return nil
	}
	return rules
}

// forward picks the headers for a subgraph.
func (h *headerRules) forward(s *supergraph.Subgraph, client http.Header) []upstream.Header {
	var headers []upstream.Header
	if h.identity != nil {
		headers = append(headers, h.identity.anonymous())
	}
	for _, name := range h.names[s.ID] {
		for _, value := range client[name] {
			headers = append(headers, upstream.Header{Name: name, Value: value})
		}
	}
	return headers
}
