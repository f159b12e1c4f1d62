package cache

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-graphql/weft/router/cache/clock"
	"github.com/weft-graphql/weft/router/cache/storage"
)

// News that every replica hears of, such as events of services, are told to Redis by one replica only: by that which
// finds no mark of them there. The mark is set in the step that moves the clock, so that the others learn the reading
// and follow at once in process. Emptying the entities' hashes comes after: whoever finds a mark that does not say
// that this is done looks again later, and does it if the replica that set the mark was stopped in between.

const (
	// newsRemembered is how long a mark stays. Replicas hear of news within moments of each other.
	newsRemembered = 10 * time.Minute
	// newsDone is what a mark ends with when all was done.
	newsDone = " done"
	// maxUnconfirmed bounds the hashes that a replica waits to see emptied by others; what is more it empties itself.
	maxUnconfirmed = 10_000
)

// unconfirmed are news that another replica follows.
type unconfirmed struct {
	mu     sync.Mutex
	news   []unconfirmedNews
	hashes int
}

type unconfirmedNews struct {
	mark   string
	clock  uint64
	hashes []string
	// since is when the mark was seen.
	since time.Time
}

// publishNews is publish for news that other replicas may be telling Redis at the same time.
func (c *Cache) publishNews(ctx context.Context, news string, members, hashes []string) (stored int, err error) {
	if news == "" || len(members) > maxTick {
		return c.publish(ctx, members, hashes)
	}
	clock, held, err := c.claimNews(ctx, news, members)
	if err != nil {
		return 0, err
	}
	n := unconfirmedNews{mark: c.mark(news, members), clock: clock, hashes: hashes, since: time.Now()}
	switch {
	case len(hashes) == 0 || strings.HasSuffix(held, newsDone):
		return 0, nil
	case held != "" && c.unconfirmed.add(n):
		return 0, nil
	}
	return c.completeNews(ctx, n)
}

// claimNews tells Redis of the news unless somebody else did, and follows in process. held is what the mark said
// before.
func (c *Cache) claimNews(ctx context.Context, news string, members []string) (clock uint64, held string, err error) {
	return c.table.TickOnce(ctx, c.mark(news, members), newsRemembered, members)
}

// mark is the key of the mark of some news. Replicas with different supergraphs can make different things of the same
// news.
func (c *Cache) mark(news string, members []string) string {
	members = slices.Sorted(slices.Values(members))
	return c.keys.News(storage.Digest([]byte(news + "\n" + strings.Join(members, "\n"))))
}

// completeNews empties the hashes and says so in the mark.
func (c *Cache) completeNews(ctx context.Context, n unconfirmedNews) (stored int, err error) {
	stored, err = c.emptyHashes(ctx, n.clock, n.hashes)
	if err == nil {
		// A full Redis may refuse this. Then others empty the hashes, too, which does no harm.
		c.redis.Set(ctx, n.mark, clock.FormatNumber(clock.Sequence(n.clock))+newsDone, newsRemembered)
	}
	return stored, err
}

func (u *unconfirmed) add(n unconfirmedNews) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.hashes+len(n.hashes) > maxUnconfirmed {
		return false
	}
	u.news, u.hashes = append(u.news, n), u.hashes+len(n.hashes)
	return true
}

// due removes and returns the news whose mark was seen before.
func (u *unconfirmed) due(before time.Time) []unconfirmedNews {
	u.mu.Lock()
	defer u.mu.Unlock()
	n := 0
	for n < len(u.news) && u.news[n].since.Before(before) {
		u.hashes -= len(u.news[n].hashes)
		n++
	}
	due := slices.Clone(u.news[:n])
	u.news = slices.Delete(u.news, 0, n)
	return due
}

// restore puts back what due removed.
func (u *unconfirmed) restore(news []unconfirmedNews) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, n := range news {
		u.hashes += len(n.hashes)
	}
	u.news = append(slices.Clip(news), u.news...)
}

// confirm looks whether others have done what their marks announced some time ago, and does the rest.
func (c *Cache) confirm(ctx context.Context) error {
	due := c.unconfirmed.due(time.Now().Add(-c.cfg.WriteTimeout))
	for len(due) > 0 {
		chunk := due[:min(len(due), maxTick)]
		pipe := c.redis.Pipeline()
		for _, n := range chunk {
			pipe.Get(ctx, n.mark)
		}
		marks, _ := pipe.Exec(ctx) // what cannot be read is taken for not done
		for i, n := range chunk {
			if held, ok := marks[i].(interface{ Val() string }); ok && strings.HasSuffix(held.Val(), newsDone) {
				continue
			}
			if _, err := c.completeNews(ctx, n); err != nil {
				c.unconfirmed.restore(due[i:])
				return err
			}
		}
		due = due[len(chunk):]
	}
	return nil
}
