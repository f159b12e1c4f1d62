package generation

import (
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

// warnOnly lets requests pass that are beyond a limit and not beyond its default, where they are only to be counted.
func warnOnly(opts *server.Options, set *config.Limits) {
	if !set.WarnOnly {
		return
	}
	known := config.Default().Limits
	if set.BodyBytes < known.BodyBytes {
		opts.Warn.BodyBytes, opts.MaxBodyBytes = int64(set.BodyBytes), int64(known.BodyBytes)
	}
	if set.BodiesBytes < known.BodiesBytes {
		opts.Warn.BodiesBytes, opts.MaxBodiesBytes = int64(set.BodiesBytes), int64(known.BodiesBytes)
	}
	if set.ResponsesBytes < known.ResponsesBytes {
		opts.Warn.AnswersBytes, opts.MaxAnswersBytes = int64(set.ResponsesBytes), int64(known.ResponsesBytes)
	}
	if t := set.BodyTimeout; t < known.BodyTimeout {
		opts.Warn.BodyTimeout, opts.BodyTimeout = t, known.BodyTimeout
	}
	if n := set.ConcurrentRequests; n > 0 && n < known.ConcurrentRequests {
		opts.Warn.Concurrent, opts.MaxConcurrent = n, known.ConcurrentRequests
	}
	if t := set.RequestTimeout; t > 0 && t < known.RequestTimeout {
		opts.Warn.Timeout, opts.Timeout = t, known.RequestTimeout
	}
}

// answerBounds are the most bytes that an answer may have, and those beyond which that only is told of; zero: none.
func answerBounds(set *config.Limits) (most, warn int64) {
	if known := config.Default().Limits.ResponseBytes; set.WarnOnly && set.ResponseBytes < known {
		return int64(known), int64(set.ResponseBytes)
	}
	return int64(set.ResponseBytes), 0
}
