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

// house is everything that runs.
type house struct {
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
func (h *house) stop() {
	all := []*process{h.balancer}
	for _, r := range h.routers {
		all = append(all, r.process)
	}
	for _, s := range h.services {
		all = append(all, s.process)
	}
	if h.nats != nil {
		all = append(all, h.nats.servers...)
	}
	if h.redis != nil {
		all = append(all, h.redis.servers...)
	}
	for _, p := range all {
		if p != nil {
			p.kill()
		}
	}
	if h.postgres != nil {
		h.postgres.crash()
	}
}

// openShop starts the shop behind routers and a balancer. Stop it even when there is an error.
func openShop(ctx context.Context, s *Settings, dir string) (*house, error) {
	h := &house{dir: dir, weft: s.Weft, services: map[string]*service{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return h, err
	}
	private, public, err := h.makeKeys()
	if err != nil {
		return h, err
	}
	if h.postgres, err = startPostgres(ctx, dir, serviceNames); err != nil {
		return h, err
	}
	if h.redis, err = startRedisCluster(ctx, dir); err != nil {
		return h, err
	}
	if h.nats, err = startNATSCluster(ctx, dir); err != nil {
		return h, err
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
			return h, err
		}
		if err := h.startService(ctx, name, public); err != nil {
			return h, err
		}
		list = append(list, entry{name, h.services[name].url, sdl})
	}
	supergraph, err := h.compose(ctx, list)
	if err != nil {
		return h, err
	}
	config := fmt.Sprintf(`
supergraph: {path: %q}
identity: {enabled: true, key_files: [%q], claims: [roles]}
authentication: {jwt: {issuers: [{issuer: %q, audiences: [%q], jwks_file: %q, algorithms: [EdDSA]}]}}
subscription: {providers: {default: {nats_url: %q}}}
%s`, supergraph, private, wire.IdentityIssuer, audience, public, h.nats.url(), h.cacheSettings())
	if err := h.startRouters(ctx, s.Routers, config); err != nil {
		return h, err
	}
	return h, h.startBalancer(ctx)
}

// cacheSettings have routers share the Redis Cluster and hear of changes over NATS.
func (h *house) cacheSettings() string {
	return fmt.Sprintf("cache: {enabled: true, redis: {mode: cluster, addresses: [%s]}, events: {nats_url: %q}}\n",
		strings.Join(h.redis.addrs, ", "), h.nats.url())
}

// makeKeys makes the key that routers sign with, and that signs the tokens of writers.
func (h *house) makeKeys() (private, public string, err error) {
	_, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return "", "", err
	}
	h.key = wire.NewIdentityKey(secret)
	private, public = filepath.Join(h.dir, "key.pem"), filepath.Join(h.dir, "keys.json")
	if err := os.WriteFile(private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return "", "", err
	}
	return private, public, os.WriteFile(public, wire.PublicKeys([]*wire.IdentityKey{h.key}), 0o600)
}

// merchant is a token of somebody who may write, for routers or for a service.
func (h *house) merchant(audience string) func() (string, error) {
	return func() (string, error) {
		return h.key.Sign(wire.Identity{Subject: "u1", Roles: []string{"merchant"}}, audience, time.Now())
	}
}

func (h *house) startService(ctx context.Context, name, public string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s := &service{url: "http://" + at(port) + "/graphql", process: &process{
		name: name, dir: h.dir,
		command: []string{h.weft, "subgraph", name, "--listen", at(port)},
		env: []string{
			"WEFT_DATABASE_URL=" + h.postgres.url(name), "WEFT_EVENTS_URL=" + h.nats.url(),
			"WEFT_IDENTITY_KEYS=" + public, fmt.Sprintf("WEFT_EVENTS_REPLICAS=%d", nodes),
		},
		ready: httpReady("http://" + at(port) + "/readyz"),
	}}
	h.services[name] = s
	return s.start(ctx)
}

// compose has weft make a supergraph of subgraphs, and returns its file.
func (h *house) compose(ctx context.Context, subgraphs any) (string, error) {
	input, err := json.Marshal(subgraphs)
	if err != nil {
		return "", err
	}
	from, to := filepath.Join(h.dir, "subgraphs.json"), filepath.Join(h.dir, "supergraph.graphql")
	if err := os.WriteFile(from, input, 0o600); err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, h.weft, "compose", "--subgraphs", from, "--output", to).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("weft compose: %w\n%s", err, output)
	}
	return to, nil
}

// startRouters starts some more, with the same configuration.
func (h *house) startRouters(ctx context.Context, number int, config string, env ...string) error {
	file := filepath.Join(h.dir, fmt.Sprintf("weft-%d.yaml", len(h.routers)))
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
		name := fmt.Sprintf("router-%d", len(h.routers)+1)
		r := &router{url: "http://" + at(port) + "/graphql", admin: "http://" + at(admin), process: &process{
			name: name, dir: h.dir, env: env,
			command: []string{h.weft, "router", "--config", file, "--listen", at(port), "--admin", at(admin)},
			ready:   httpReady("http://" + at(port) + "/readyz"),
		}}
		h.routers = append(h.routers, r)
		if err := r.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// startBalancer starts haproxy before all routers there are.
func (h *house) startBalancer(ctx context.Context) error {
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
	for _, r := range h.routers {
		address := strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/graphql")
		fmt.Fprintf(&config, "  server %s %s check inter 250ms fall 2 rise 1\n", r.name, address)
	}
	file := filepath.Join(h.dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		return err
	}
	h.url = "http://" + at(port) + "/graphql"
	h.balancer = &process{name: "haproxy", dir: h.dir, command: []string{binary, "-db", "-f", file},
		ready: httpReady("http://" + at(port) + "/readyz")}
	return h.balancer.start(ctx)
}
