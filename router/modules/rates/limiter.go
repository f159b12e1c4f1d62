package rates

import (
	"context"
	_ "embed" // the script
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules/redisclient"
)

// script takes from all buckets of a request at once, by the clock of Redis.
//
//go:embed take.lua
var script string

var takeScript = redis.NewScript(script)

// limiter counts in Redis, or in this process while there is none.
type limiter struct {
	redis  *redisclient.Guard
	prefix string
	local  *local
}

func newLimiter(
	settings *config.Redis, namespace string, timeout time.Duration, maxKeys int, logger *slog.Logger,
) (*limiter, error) {
	guard, err := redisclient.Open(settings, timeout, "rates", logger)
	// One slot of a cluster has all keys, as one script is about several.
	return &limiter{redis: guard, prefix: "{" + namespace + ":rates}:", local: newLocal(maxKeys)}, err
}

func (l *limiter) close() { l.redis.Close() }

// epoch is when times begin, in Unix microseconds: in 2023, so that a float64 has some digits left behind the
// microseconds.
const epoch = 1_700_000_000_000_000

// take takes from all buckets or, if one of them does not have enough, from none. It returns the take that has to wait
// longest; nil when all pass.
func (l *limiter) take(ctx context.Context, takes []take) *take {
	if l.redis == nil || !l.redis.Do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		return l.ask(ctx, client, takes)
	}) {
		l.local.take(takes, float64(time.Now().UnixMicro()-epoch))
	}
	var worst *take
	for i := range takes {
		if t := &takes[i]; t.refused && (worst == nil || t.retry > worst.retry) {
			worst = t
		}
	}
	return worst
}

// ask runs the script, which decides, and computes what is left from the times that it answers.
func (l *limiter) ask(ctx context.Context, client redis.UniversalClient, takes []take) error {
	keys, args := make([]string, len(takes)), make([]any, 0, 2*len(takes))
	for i := range takes {
		t := &takes[i]
		keys[i] = l.prefix + t.bucket.name + ":" + t.key
		args = append(args, number(t.bucket.interval*t.quantity), number(t.bucket.tolerance))
	}
	answer, err := takeScript.Run(ctx, client, keys, args...).StringSlice()
	if err != nil {
		return err
	}
	if len(answer) != 2+len(takes) {
		return fmt.Errorf("the script answered %d values", len(answer))
	}
	now, err := strconv.ParseFloat(answer[1], 64)
	if err != nil {
		return err
	}
	arrivals := make([]float64, len(takes))
	for i := range takes {
		if arrivals[i], err = strconv.ParseFloat(answer[i+2], 64); err != nil {
			return err
		}
	}
	if passed := answer[0] == "1"; decide(takes, now, arrivals) != passed {
		// The last digits differ.
		for i := range takes {
			takes[i].refused = !passed && i == 0
		}
	}
	return nil
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', 3, 64) }

// decide decides about all takes, and makes arrivals what the arrival times are then; false when one is refused.
func decide(takes []take, now float64, arrivals []float64) bool {
	passes := true
	next := make([]float64, len(takes))
	for i := range takes {
		takes[i].refused = false
		next[i] = takes[i].decide(now, arrivals[i])
		passes = passes && !takes[i].refused
	}
	if !passes {
		return false
	}
	for i := range takes {
		arrivals[i] = next[i]
		takes[i].settle(next[i] - now)
	}
	return true
}
