package redistest

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestServerForgetsOnRestart(t *testing.T) {
	s := Start(t)
	c := s.Client()
	defer func() { _ = c.Close() }()
	ctx := context.Background()
	if err := c.Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	Eventually(t, "the key is gone", func() bool { return c.Get(ctx, "k").Err() == redis.Nil })
}

func TestClusterServesKeysOfAllSlots(t *testing.T) {
	c := StartCluster(t)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()})
	defer func() { _ = client.Close() }()
	for _, k := range []string{"a", "b", "c", "d", "e", "f"} {
		if err := client.Set(context.Background(), k, k, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSentinelsKnowThePrimary(t *testing.T) {
	g := StartSentinels(t)
	client := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: g.Master, SentinelAddrs: g.Addrs})
	defer func() { _ = client.Close() }()
	if err := client.Set(context.Background(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
}
