package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// slots is the number of hash slots of a Redis Cluster.
const slots = 16384

// Cluster is a Redis Cluster of three primaries without replicas.
type Cluster struct {
	Nodes []*Server
}

// StartCluster starts three nodes, gives each a third of the slots and waits until all of them call the cluster ok.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{}
	ctx := context.Background()
	for range 3 {
		c.Nodes = append(c.Nodes, Start(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
			"--cluster-node-timeout", "2000"))
	}
	for i, n := range c.Nodes {
		client := n.Client()
		defer func() { _ = client.Close() }()
		from, to := i*slots/3, (i+1)*slots/3-1
		if err := client.ClusterAddSlotsRange(ctx, from, to).Err(); err != nil {
			t.Fatalf("assign slots: %v", err)
		}
		if err := client.Do(ctx, "cluster", "set-config-epoch", i+1).Err(); err != nil {
			t.Fatalf("set configuration epoch: %v", err)
		}
	}
	first := c.Nodes[0].Client()
	defer func() { _ = first.Close() }()
	for _, n := range c.Nodes[1:] {
		if err := first.ClusterMeet(ctx, "127.0.0.1", strconv.Itoa(n.port)).Err(); err != nil {
			t.Fatalf("meet: %v", err)
		}
	}
	for _, n := range c.Nodes {
		client := n.Client()
		defer func() { _ = client.Close() }()
		Eventually(t, "the cluster is whole for "+n.Addr, func() bool {
			info, err := client.ClusterInfo(ctx).Result()
			return err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3")
		})
	}
	return c
}

// Addrs lists the nodes' addresses.
func (c *Cluster) Addrs() []string {
	var addrs []string
	for _, n := range c.Nodes {
		addrs = append(addrs, n.Addr)
	}
	return addrs
}

// Sentinels is a primary with one replica, watched by three sentinels.
type Sentinels struct {
	// Master is the name the sentinels know the group by.
	Master string
	// Primary and Replica are the two servers as they were at the start.
	Primary, Replica *Server
	// Addrs are the sentinels' addresses.
	Addrs []string
}

// StartSentinels starts the group and waits until the replica is in sync and every sentinel knows everybody.
func StartSentinels(t testing.TB) *Sentinels {
	t.Helper()
	ctx := context.Background()
	g := &Sentinels{Master: "weft"}
	g.Primary = Start(t, "--repl-diskless-sync-delay", "0")
	g.Replica = Start(t, "--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1", strconv.Itoa(g.Primary.port))
	replica := g.Replica.Client()
	defer func() { _ = replica.Close() }()
	Eventually(t, "the replica is in sync", func() bool {
		info, err := replica.Info(ctx, "replication").Result()
		return err == nil && strings.Contains(info, "master_link_status:up")
	})
	for range 3 {
		g.Addrs = append(g.Addrs, startSentinel(t, g))
	}
	for _, addr := range g.Addrs {
		s := redis.NewSentinelClient(&redis.Options{Addr: addr})
		defer func() { _ = s.Close() }()
		Eventually(t, "sentinel "+addr+" knows the group", func() bool {
			m, err := s.Master(ctx, g.Master).Result()
			return err == nil && m["num-slaves"] == "1" && m["num-other-sentinels"] == "2" && m["flags"] == "master"
		})
	}
	return g
}

// startSentinel writes a sentinel's configuration file and runs it.
func startSentinel(t testing.TB, g *Sentinels) string {
	t.Helper()
	s := &Server{t: t, port: freePort(t), dir: t.TempDir()}
	s.Addr = fmt.Sprintf("127.0.0.1:%d", s.port)
	conf := filepath.Join(s.dir, "sentinel.conf")
	text := fmt.Sprintf(`port %d
bind 127.0.0.1
dir %s
sentinel monitor %s 127.0.0.1 %d 2
sentinel down-after-milliseconds %s 500
sentinel failover-timeout %s 4000
`, s.port, s.dir, g.Master, g.Primary.port, g.Master, g.Master)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.args = []string{conf, "--sentinel"}
	s.run()
	s.waitReady()
	t.Cleanup(s.Stop)
	return s.Addr
}
