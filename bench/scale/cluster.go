package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema"
	"github.com/weft-graphql/weft/schema/wire"
)

// audience is whom the tokens of writers are for.
const audience = "weft"

// serviceNames are those of the shop that take part: one owns products, the other follows it and owns the stock.
var serviceNames = []string{"catalog", "inventory"}

// cluster is everything that runs.
type cluster struct {
	dir, weft string
	redis     *redisCluster
	nats      *natsCluster
	postgres  *postgres
	services  map[string]*service
	routers   []*router
	balancer  *process
	// url is the address of the load balancer.
	url string
	key *wire.IdentityKey
}

// service is a process of the shop.
type service struct {
	*process
	url string
}

// router is a router's process.
type router struct {
	*process
	url, admin string
}

// stop ends everything, those first who ask others.
func (c *cluster) stop() {
	all := []*process{c.balancer}
	for _, r := range c.routers {
		all = append(all, r.process)
	}
	for _, s := range c.services {
		all = append(all, s.process)
	}
	if c.nats != nil {
		all = append(all, c.nats.servers...)
	}
	if c.redis != nil {
		all = append(all, c.redis.servers...)
	}
	for _, p := range all {
		if p != nil {
			p.kill()
		}
	}
	if c.postgres != nil {
		c.postgres.crash()
	}
}

// openShop starts the shop behind routers and a balancer. Stop it even when there is an error.
func openShop(ctx context.Context, s *Settings, dir string) (*cluster, error) {
	c := &cluster{dir: dir, weft: s.Weft, services: map[string]*service{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return c, err
	}
	private, public, err := c.makeKeys()
	if err != nil {
		return c, err
	}
	if c.postgres, err = startPostgres(ctx, dir, serviceNames); err != nil {
		return c, err
	}
	if c.redis, err = startRedisCluster(ctx, dir); err != nil {
		return c, err
	}
	if c.nats, err = startNATSCluster(ctx, dir); err != nil {
		return c, err
	}
	type entry struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
		SDL  string `json:"sdl"`
	}
	list := []entry{{Name: "events", SDL: schema.Events}}
	for _, name := range serviceNames {
		sdl, err := schema.SDL(name)
		if err != nil {
			return c, err
		}
		if err := c.startService(ctx, name, public); err != nil {
			return c, err
		}
		list = append(list, entry{name, c.services[name].url, sdl})
	}
	supergraph, err := c.compose(ctx, list)
	if err != nil {
		return c, err
	}
	config := fmt.Sprintf(`
supergraph: {path: %q}
identity: {enabled: true, key_files: [%q], claims: [roles]}
authentication: {jwt: {issuers: [{issuer: %q, audiences: [%q], jwks_file: %q, algorithms: [EdDSA]}]}}
subscription: {providers: {default: {nats_url: %q}}}
%s`, supergraph, private, wire.IdentityIssuer, audience, public, c.nats.url(), c.cacheSettings())
	if err := c.startRouters(ctx, s.Routers, config); err != nil {
		return c, err
	}
	return c, c.startBalancer(ctx)
}

// cacheSettings have routers share the Redis Cluster and hear of changes over NATS.
func (c *cluster) cacheSettings() string {
	return fmt.Sprintf("cache: {enabled: true, redis: {mode: cluster, addresses: [%s]}, events: {nats_url: %q}}\n",
		strings.Join(c.redis.addrs, ", "), c.nats.url())
}

// makeKeys makes the key that routers sign with, and that signs the tokens of writers.
func (c *cluster) makeKeys() (private, public string, err error) {
	_, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return "", "", err
	}
	c.key = wire.NewIdentityKey(secret)
	private, public = filepath.Join(c.dir, "key.pem"), filepath.Join(c.dir, "keys.json")
	if err := os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return "", "", err
	}
	return private, public, os.WriteFile(public, wire.PublicKeys([]*wire.IdentityKey{c.key}), 0o600)
}

// merchant is a token of somebody who may write, for routers or for a service.
func (c *cluster) merchant(audience string) func() (string, error) {
	return func() (string, error) {
		return c.key.Sign(wire.Identity{Subject: "u1", Roles: []string{"merchant"}}, audience, time.Now())
	}
}

func (c *cluster) startService(ctx context.Context, name, public string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s := &service{url: "http://" + at(port) + "/graphql", process: &process{
		name: name, dir: c.dir,
		command: []string{c.weft, "subgraph", name, "--listen", at(port)},
		env: []string{
			"WEFT_DATABASE_URL=" + c.postgres.url(name), "WEFT_EVENTS_URL=" + c.nats.url(),
			"WEFT_IDENTITY_KEYS=" + public, fmt.Sprintf("WEFT_EVENTS_REPLICAS=%d", nodes),
		},
		ready: httpReady("http://" + at(port) + "/readyz"),
	}}
	c.services[name] = s
	return s.start(ctx)
}

// compose has weft make a supergraph of subgraphs, and returns its file.
func (c *cluster) compose(ctx context.Context, subgraphs any) (string, error) {
	input, err := json.Marshal(subgraphs)
	if err != nil {
		return "", err
	}
	from, to := filepath.Join(c.dir, "subgraphs.json"), filepath.Join(c.dir, "supergraph.graphql")
	if err := os.WriteFile(from, input, 0o600); err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, c.weft, "compose", "--subgraphs", from, "--output", to).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("weft compose: %w\n%s", err, output)
	}
	return to, nil
}

// startRouters starts some more, with the same configuration.
func (c *cluster) startRouters(ctx context.Context, number int, config string, env ...string) error {
	file := filepath.Join(c.dir, fmt.Sprintf("weft-%d.yaml", len(c.routers)))
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	for range number {
		port, err := freePort()
		if err != nil {
			return err
		}
		admin, err := freePort()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("router-%d", len(c.routers)+1)
		r := &router{url: "http://" + at(port) + "/graphql", admin: "http://" + at(admin), process: &process{
			name: name, dir: c.dir, env: env,
			command: []string{c.weft, "router", "--config", file, "--listen", at(port), "--admin", at(admin)},
			ready:   httpReady("http://" + at(port) + "/readyz"),
		}}
		c.routers = append(c.routers, r)
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// startBalancer starts haproxy before all routers there are.
func (c *cluster) startBalancer(ctx context.Context) error {
	binary, err := program("haproxy", "haproxy")
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	var config strings.Builder
	fmt.Fprintf(&config, `global
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option redispatch
  option http-keep-alive
frontend clients
  bind %s
  default_backend routers
backend routers
  balance leastconn
  option httpchk GET /readyz
  http-response set-header %s %%s
`, at(port), routerHeader)
	for _, r := range c.routers {
		address := strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/graphql")
		fmt.Fprintf(&config, "  server %s %s check inter 250ms fall 2 rise 1\n", r.name, address)
	}
	file := filepath.Join(c.dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		return err
	}
	c.url = "http://" + at(port) + "/graphql"
	c.balancer = &process{name: "haproxy", dir: c.dir, command: []string{binary, "-db", "-f", file},
		ready: httpReady("http://" + at(port) + "/readyz")}
	return c.balancer.start(ctx)
}
