package connection

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// Script is a Lua script in two forms. The flagged one may write when Redis is at its memory limit: invalidations must
// get through then as well. Servers older than Redis 7, and some that only speak its protocol, know no flags.
type Script struct{ flagged, plain *redis.Script }

// NewScript makes a script that may write when Redis is at its memory limit.
func NewScript(text string) Script {
	return Script{redis.NewScript("#!lua flags=allow-oom\n" + text), redis.NewScript(text)}
}

// NewStrictScript is NewScript for what Redis is to refuse when it is at its memory limit.
func NewStrictScript(text string) Script {
	return Script{redis.NewScript("#!lua\n" + text), redis.NewScript(text)}
}

// Scripts runs scripts on one server, or cluster.
type Scripts struct {
	redis redis.UniversalClient
	// plain tells that the server does not understand flags of scripts.
	plain atomic.Bool
}

// NewScripts runs scripts through a client.
func NewScripts(client redis.UniversalClient) *Scripts { return &Scripts{redis: client} }

// Form is the script as the server understands it.
func (r *Scripts) Form(s Script) *redis.Script {
	if r.plain.Load() {
		return s.plain
	}
	return s.flagged
}

// Eval runs a script, and finds out which form the server understands.
func (r *Scripts) Eval(ctx context.Context, s Script, keys []string, args ...any) *redis.Cmd {
	cmd := r.Form(s).Eval(ctx, r.redis, keys, args...)
	var refused redis.Error
	if err := cmd.Err(); errors.As(err, &refused) && strings.Contains(err.Error(), "ompil") && !r.plain.Swap(true) {
		return s.plain.Eval(ctx, r.redis, keys, args...)
	}
	return cmd
}
