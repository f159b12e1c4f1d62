package persisted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/router/modules/redisclient"
)

// registry remembers the documents that clients registered: in process, bounded by bytes, and in Redis.
type registry struct {
	local *otter.Cache[string, string]
	redis *redisclient.Guard
	// largest is the size of the largest document that is remembered.
	largest int
	prefix  string
	ttl     time.Duration

	ctx     context.Context
	cancel  context.CancelFunc
	writers chan struct{}
	running sync.WaitGroup
}

// entryBytes is what an entry takes beside its text.
const entryBytes = 256

// maxWriters bounds the documents that are being written to Redis; what is beyond is not written.
const maxWriters = 64

func newRegistry(a *Automatic, logger *slog.Logger) (*registry, error) {
	r := &registry{
		// One document must not take the place of all others.
		largest: int(a.MemoryBytes) / 16, prefix: a.Namespace + ":apq:", ttl: a.TTL, writers: make(chan struct{}, maxWriters),
		local: otter.Must(&otter.Options[string, string]{
			MaximumWeight: uint64(a.MemoryBytes),
			Weigher:       func(_, document string) uint32 { return uint32(len(document) + entryBytes) },
		}),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	var err error
	r.redis, err = redisclient.Open(&a.Redis, a.Timeout, "automatic persisted queries", logger)
	return r, err
}

func (r *registry) close() {
	if r == nil {
		return
	}
	r.cancel()
	r.running.Wait()
	r.redis.Close()
}

// get returns the document with a hash.
func (r *registry) get(ctx context.Context, hash string) (string, bool) {
	if document, ok := r.local.GetIfPresent(hash); ok {
		return document, true
	}
	if r.redis == nil || len(hash) != sha256.Size*2 {
		return "", false
	}
	var document string
	r.redis.Do(ctx, func(ctx context.Context, client redis.UniversalClient) (err error) {
		document, err = client.GetEx(ctx, r.prefix+hash, r.ttl).Result()
		return err
	})
	// Others write to Redis, too: what it says counts when it is what was asked for.
	if sum := sha256.Sum256([]byte(document)); document == "" || hex.EncodeToString(sum[:]) != hash {
		return "", false
	}
	r.local.Set(hash, document)
	return document, true
}

// keep remembers a document, whose hash was checked.
func (r *registry) keep(hash string, text []byte) {
	if _, known := r.local.GetIfPresent(hash); known || len(text) > r.largest {
		return
	}
	document := string(text)
	r.local.Set(hash, document)
	if r.redis == nil {
		return
	}
	select {
	case r.writers <- struct{}{}:
	default:
		return
	}
	r.running.Go(func() {
		defer func() { <-r.writers }()
		r.redis.Do(r.ctx, func(ctx context.Context, client redis.UniversalClient) error {
			return client.Set(ctx, r.prefix+hash, document, r.ttl).Err()
		})
	})
}
