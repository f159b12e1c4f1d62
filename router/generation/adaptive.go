package generation

import (
	"fmt"
	"net/http"

	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/server/adaptive"
)

// boundRequests makes the bound of requests in progress that moves, which generations with the same settings share, if
// it is configured.
func (g *Generation) boundRequests(opts *server.Options) error {
	c := &g.config.Limits.Adaptive
	if c.Mode == "off" {
		return nil
	}
	settings := adaptive.Settings{
		Min: c.Min, Max: c.Max, Queue: c.Queue, MaxWait: c.MaxWait, Share: c.ClientShare, Warn: c.Mode == "warn",
	}
	limiter, err := g.acquire(fmt.Sprintf("adaptive/%+v", settings), func() (any, func(), error) {
		return adaptive.New(settings), func() {}, nil
	})
	if err != nil {
		return err
	}
	g.adaptive = limiter.(*adaptive.Limiter)
	proxies, _ := caller.ParseProxies(c.TrustedProxies) // checked with the settings
	header := http.CanonicalHeaderKey(c.AddressHeader)
	opts.Adaptive, opts.Client = g.adaptive, func(remote string, sent http.Header) string {
		if c.ClientShare == 0 {
			return ""
		}
		return proxies.Address(remote, sent[header])
	}
	return nil
}
