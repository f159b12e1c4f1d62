package router_test

import (
	"testing"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/operation"
)

// TestTheConfigurationShowsTheLimitsThatCount: the defaults people read in the configuration are those of operations.
func TestTheConfigurationShowsTheLimitsThatCount(t *testing.T) {
	l := config.Default().Limits
	shown := operation.Limits{
		Tokens: l.Tokens, Depth: l.Depth, Fields: l.Fields, Aliases: l.Aliases, Directives: l.Directives, RootFields: l.RootFields,
	}
	if shown != operation.DefaultLimits {
		t.Errorf("the configuration shows %+v, operations are limited by %+v", shown, operation.DefaultLimits)
	}
}
