// Package modules lists the modules of the router. A new feature is a package beside this file and one line in it.
package modules

import (
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules/accesslog"
	"github.com/weft-graphql/weft/router/modules/authentication"
	"github.com/weft-graphql/weft/router/modules/authorization"
	"github.com/weft-graphql/weft/router/modules/cors"
	"github.com/weft-graphql/weft/router/modules/cost"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/router/modules/metrics"
	"github.com/weft-graphql/weft/router/modules/persisted"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/modules/rates"
	"github.com/weft-graphql/weft/router/modules/responseheaders"
	"github.com/weft-graphql/weft/router/modules/securityheaders"
	"github.com/weft-graphql/weft/router/modules/sigv4"
	"github.com/weft-graphql/weft/router/modules/subgraphlog"
	"github.com/weft-graphql/weft/router/modules/tracing"
	"github.com/weft-graphql/weft/router/modules/uploads"
	"github.com/weft-graphql/weft/router/modules/usage"
)

// List are the modules of the router, in the order in which requests meet their hooks: what comes first wraps the rest.
func List() []module.Info {
	return []module.Info{
		tracing.Info,
		accesslog.Info,
		metrics.Info,
		usage.Info,
		subgraphlog.Info,
		securityheaders.Info,
		cors.Info,
		uploads.Info,
		authentication.Info,
		authorization.Info,
		headers.Info,
		responseheaders.Info,
		persisted.Info,
		identity.Info,
		cost.Info,
		rates.Info,
		queryplan.Info,
		sigv4.Info,
	}
}

// Sections are the sections that the modules add to the configuration.
func Sections(list []module.Info) []config.Section {
	sections := make([]config.Section, len(list))
	for i, info := range list {
		sections[i] = config.Section{Key: info.Name, New: func() any { return info.New() }, Source: info.Source}
	}
	return sections
}

// In returns the settings of a module in a configuration, to be changed; they are at their defaults unless they were
// configured.
func In[M module.Module](c *config.Config, info module.Info) M {
	m, ok := c.Modules[info.Name].(M)
	if !ok {
		m = info.New().(M)
		if c.Modules == nil {
			c.Modules = map[string]any{}
		}
		c.Modules[info.Name] = m
	}
	return m
}
