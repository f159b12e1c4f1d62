package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/redis/go-redis/v9"

	"github.com/weft-graphql/weft/schema/bus"
)

// nodes is the size of the clusters of Redis and NATS.
const nodes = 3

// slots is the number of hash slots of a Redis Cluster.
const slots = 16384

// redisCluster is three primaries; a third of the slots is gone while one is away.
type redisCluster struct {
	servers []*process
	addrs   []string
}

func startRedisCluster(ctx context.Context, dir string) (*redisCluster, error) {
	binary, err := program("redis-server", "redis-server")
	if err != nil {
		return nil, err
	}
	c := &redisCluster{}
	for i := range nodes {
		port, err := freePort()
		if err != nil {
			return c, err
		}
		name, addr := fmt.Sprintf("redis-%d", i+1), at(port)
		own := filepath.Join(dir, name)
		if err := os.MkdirAll(own, 0o700); err != nil {
			return c, err
		}
		p := &process{name: name, dir: own, command: []string{
			binary, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", own,
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000",
		}, ready: func(ctx context.Context) error {
			return withRedis(addr, func(r *redis.Client) error { return r.Ping(ctx).Err() })
		}}
		c.servers, c.addrs = append(c.servers, p), append(c.addrs, addr)
		if err := p.start(ctx); err != nil {
			return c, err
		}
	}
	for i, addr := range c.addrs {
		err := withRedis(addr, func(r *redis.Client) error {
			err := r.ClusterAddSlotsRange(ctx, i*slots/nodes, (i+1)*slots/nodes-1).Err()
			return errors.Join(err, r.Do(ctx, "cluster", "set-config-epoch", i+1).Err())
		})
		if err != nil {
			return c, fmt.Errorf("assign slots of the Redis Cluster: %w", err)
		}
	}
	for _, addr := range c.addrs[1:] {
		host, port, _ := strings.Cut(addr, ":")
		err := withRedis(c.addrs[0], func(r *redis.Client) error { return r.ClusterMeet(ctx, host, port).Err() })
		if err != nil {
			return c, fmt.Errorf("join the Redis Cluster: %w", err)
		}
	}
	return c, c.whole(ctx)
}

// whole waits until every node knows all and calls the cluster ok.
func (c *redisCluster) whole(ctx context.Context) error {
	for _, addr := range c.addrs {
		err := eventually(ctx, "the Redis Cluster is whole", func(ctx context.Context) error {
			return withRedis(addr, func(r *redis.Client) error {
				info, err := r.ClusterInfo(ctx).Result()
				if err == nil && !(strings.Contains(info, "cluster_state:ok") &&
					strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", nodes))) {
					err = errors.New(info)
				}
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// commands adds up what all nodes have done so far.
func (c *redisCluster) commands(ctx context.Context) (total int64, err error) {
	for _, addr := range c.addrs {
		err := withRedis(addr, func(r *redis.Client) error {
			info, err := r.Info(ctx, "stats").Result()
			if err != nil {
				return err
			}
			_, rest, _ := strings.Cut(info, "total_commands_processed:")
			text, _, _ := strings.Cut(rest, "\r\n")
			n, err := strconv.ParseInt(text, 10, 64)
			total += n
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return total, nil
}

func withRedis(addr string, do func(*redis.Client) error) error {
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DisableIdentity: true})
	return errors.Join(do(client), client.Close())
}

// natsCluster is three servers that keep three copies of every event.
type natsCluster struct {
	servers []*process
	urls    []string
}

// url lists all servers, as clients are told.
func (c *natsCluster) url() string { return strings.Join(c.urls, ",") }

func startNATSCluster(ctx context.Context, dir string) (*natsCluster, error) {
	binary, err := program("nats-server", "nats-server")
	if err != nil {
		return nil, err
	}
	ports, routes := make([]int, 2*nodes), make([]string, nodes)
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, err
		}
	}
	for i := range routes {
		routes[i] = "nats://" + at(ports[nodes+i])
	}
	c := &natsCluster{}
	for i := range nodes {
		name := fmt.Sprintf("nats-%d", i+1)
		own := filepath.Join(dir, name)
		if err := os.MkdirAll(own, 0o700); err != nil {
			return c, err
		}
		config := filepath.Join(own, "nats.conf")
		text := fmt.Sprintf("server_name: %s\nlisten: %q\njetstream {store_dir: %q}\n"+
			"cluster {name: scale, listen: %q, routes: [%s]}\n",
			name, at(ports[i]), filepath.Join(own, "js"), at(ports[nodes+i]), strings.Join(routes, ", "))
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return c, err
		}
		p := &process{name: name, dir: own, command: []string{binary, "-c", config}, ready: func(ctx context.Context) error {
			connection, err := new(net.Dialer).DialContext(ctx, "tcp", at(ports[i]))
			if err != nil {
				return err
			}
			return connection.Close()
		}}
		c.servers, c.urls = append(c.servers, p), append(c.urls, "nats://"+at(ports[i]))
		if err := p.start(ctx); err != nil {
			return c, err
		}
	}
	// Whoever connects first makes the stream; this makes it with copies.
	return c, eventually(ctx, "the NATS cluster keeps three copies of events", func(ctx context.Context) error {
		b, err := c.connect(ctx)
		if err == nil {
			b.Close()
		}
		return err
	})
}

func (c *natsCluster) connect(ctx context.Context) (*bus.Bus, error) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	return bus.Connect(ctx, bus.Config{URL: c.url(), Client: "scale", Replicas: nodes, Logger: quiet})
}

// postgres is one server that writes to the disk before it says so.
type postgres struct {
	*process
	port int
}

func startPostgres(ctx context.Context, dir string, databases []string) (*postgres, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return nil, errors.New("PostgreSQL is not installed: apt-get install postgresql")
	}
	slices.Sort(found)
	binary := found[len(found)-1]
	own := filepath.Join(dir, "postgres")
	if err := os.MkdirAll(own, 0o700); err != nil {
		return nil, err
	}
	p := &postgres{process: &process{name: "postgres", dir: own}}
	if p.account, err = account(dir, own); err != nil {
		return nil, err
	}
	if p.port, err = freePort(); err != nil {
		return nil, err
	}
	data := filepath.Join(own, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(filepath.Dir(binary), "initdb"),
		"-D", data, "-U", "weft", "-A", "trust", "-E", "UTF8", "--no-locale")
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: p.account}, own
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, output)
	}
	p.command = []string{
		binary, "-D", data, "-k", own, "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-c", "max_connections=200",
	}
	p.ready = func(ctx context.Context) error { return p.exec(ctx, "SELECT 1") }
	if err := p.start(ctx); err != nil {
		return p, err
	}
	for _, name := range databases {
		if err := p.exec(ctx, "CREATE DATABASE "+name); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *postgres) url(database string) string {
	return fmt.Sprintf("postgres://weft@%s/%s?sslmode=disable", at(p.port), database)
}

func (p *postgres) exec(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", p.url("postgres"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// crash ends the server and all its sessions without a checkpoint: what is kept is what the log on the disk has.
func (p *postgres) crash() { p.signal(syscall.SIGQUIT) }

// account is under whom PostgreSQL runs, which refuses to be root, and gives it its directory.
func account(parents, own string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, fmt.Errorf("find an account for PostgreSQL, which refuses to run as root: %w", err)
	}
	uid, uidErr := strconv.Atoi(nobody.Uid)
	gid, gidErr := strconv.Atoi(nobody.Gid)
	if err := errors.Join(uidErr, gidErr, os.Chown(own, uid, gid)); err != nil {
		return nil, err
	}
	for dir := parents; filepath.Clean(dir) != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o711); err != nil { // it passes through
			return nil, err
		}
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
