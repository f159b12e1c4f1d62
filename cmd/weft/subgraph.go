package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/standalone"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/accounts/openid"
	"github.com/weft-graphql/weft/subgraphs/kit"
	"github.com/weft-graphql/weft/subgraphs/kit/telemetry"
)

type subgraphCommand struct {
	Name           string   `arg:"" help:"Which one: ${subgraphs}." enum:"${subgraphs}"`
	Listen         string   `help:"Address to listen at. By default the port that $$PORT says, or one of its own, from 4001 on." env:"WEFT_LISTEN" placeholder:"ADDR"`
	DataDir        string   `help:"Directory of the SQLite database." env:"WEFT_DATA_DIR" default:".weft/data" type:"path"`
	DatabaseURL    string   `help:"PostgreSQL to use instead of SQLite, for example postgres://weft:secret@localhost/weft" env:"WEFT_DATABASE_URL" name:"database-url" placeholder:"URL"`
	IdentityKeys   string   `help:"Public keys of the router: a file, or an https address, with a JWKS. With them, only requests that the router has signed are answered." env:"WEFT_IDENTITY_KEYS" placeholder:"FILE"`
	TLSCert        string   `help:"Certificate to serve HTTPS with, in PEM. It is read again when it changes, as the next two are." env:"WEFT_TLS_CERT" name:"tls-cert" type:"existingfile" placeholder:"FILE"`
	TLSKey         string   `help:"Private key of the certificate, in PEM." env:"WEFT_TLS_KEY" name:"tls-key" type:"existingfile" placeholder:"FILE"`
	ClientCA       string   `help:"Authorities of clients, in PEM: who has no certificate of theirs is told about health only." env:"WEFT_CLIENT_CA" name:"client-ca" type:"existingfile" placeholder:"FILE"`
	EventsURL      string   `help:"The bus that carries events: NATS (nats://localhost:4222) or RabbitMQ (amqp://localhost:5672)" env:"WEFT_EVENTS_URL,WEFT_NATS_URL" name:"events-url" aliases:"nats-url" placeholder:"URL"`
	EventsReplicas int      `help:"How many servers of a NATS cluster keep the events, when nobody has made the stream before: 3 lets one of three go." env:"WEFT_EVENTS_REPLICAS" default:"1"`
	Issuer         string   `help:"accounts: the address at which clients and routers reach it, which stands in its tokens." env:"WEFT_ISSUER" default:"http://localhost:4001" placeholder:"URL"`
	OperatorSecret string   `help:"accounts: who signs in and knows this secret can become an operator." env:"WEFT_OPERATOR_SECRET" placeholder:"SECRET"`
	SignInClients  string   `help:"accounts: the applications that people may sign in to, a JSON list (docs/signin.md)." env:"WEFT_SIGN_IN_CLIENTS" type:"existingfile" placeholder:"FILE"`
	TrustedProxies []string `help:"accounts: addresses or networks of the proxies in front of it. What they say in X-Forwarded-For counts for the limits of sign-in." env:"WEFT_TRUSTED_PROXIES" placeholder:"CIDR"`
	Watch          []string `help:"insights: addresses of metrics to watch for what is unusual, each of one process: http://router:9090/metrics" env:"WEFT_WATCH" placeholder:"URL"`
	WatchToken     string   `help:"insights: token to send to them (admin.token of the router)" env:"WEFT_WATCH_TOKEN" placeholder:"TOKEN"`
	Empty          bool     `help:"Leave a new database without the sample data."`
	Traces         string   `help:"OpenTelemetry collector that gets traces (OTLP over HTTP), for example http://localhost:4318. The router decides what is traced." env:"WEFT_TRACES_URL" placeholder:"URL"`
	Metrics        bool     `help:"Answer /metrics, in the format of Prometheus." env:"WEFT_METRICS"`
	LogFormat      string   `help:"json, text or pretty." env:"WEFT_LOG_FORMAT" enum:"json,text,pretty" default:"json"`
	LogLevel       string   `help:"debug, info, warn or error." env:"WEFT_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
}

// firstSubgraphPort is where the first of the services listens by default, and the others behind it by their names; but
// insights, which came later, at a port of its own.
const firstSubgraphPort, insightsPort = 4001, 4007

// Run serves the subgraph until the process is told to end.
func (c subgraphCommand) Run(ctx context.Context) error {
	ctx, stop := standalone.EndOnHangup(ctx)
	defer stop()
	logger, _, err := standalone.NewLogger(config.Log{Level: c.LogLevel, Format: c.LogFormat})
	if err != nil {
		return err
	}
	logger = logger.With("subgraph", c.Name)
	address := c.Listen
	if address == "" {
		if address, err = config.AtPort(os.Getenv("PORT")); err != nil {
			return fmt.Errorf("PORT: %w", err)
		}
	}
	if address == "" {
		address = defaultSubgraphAddress(c.Name)
	}
	socket, err := standalone.ListenAt(address, "--listen")
	if err != nil {
		return err
	}
	defer socket.Close()
	var events *bus.Bus
	if c.EventsReplicas < 1 || c.EventsReplicas > 5 {
		return fmt.Errorf("--events-replicas %d: NATS keeps one to five copies", c.EventsReplicas)
	}
	if c.EventsURL != "" {
		if events, err = bus.Connect(ctx, bus.Config{
			URL: c.EventsURL, Client: "weft subgraph " + c.Name, Replicas: c.EventsReplicas, Logger: logger,
		}); err != nil {
			return err
		}
		defer events.Close()
	}
	serverTLS, err := c.tls(logger)
	if err != nil {
		return err
	}
	var identity kit.IdentityConfig
	if c.IdentityKeys != "" {
		if identity.Keys, err = kit.FollowIdentityKeys(c.IdentityKeys, logger); err != nil {
			return fmt.Errorf("--identity-keys: %w", err)
		}
		defer identity.Keys.Close()
	}
	var told *telemetry.Telemetry
	if c.Traces != "" || c.Metrics {
		if told, err = telemetry.New(ctx, telemetry.Settings{Service: c.Name, Traces: c.Traces}); err != nil {
			return fmt.Errorf("--traces: %w", err)
		}
		defer told.Close()
	}
	clients, proxies, err := c.signIn()
	if err != nil {
		return err
	}
	service, err := subgraphs.Open(ctx, c.Name, kit.Config{
		DataDir: c.DataDir, DatabaseURL: c.DatabaseURL, Empty: c.Empty, Version: standalone.Version(), Logger: logger,
		Identity: identity, Events: events, TLS: serverTLS,
		Telemetry: told, Metrics: c.Metrics,
		Watch:  c.watch(),
		Issuer: c.Issuer, OperatorSecret: c.OperatorSecret, SignInClients: clients, TrustedProxies: proxies,
	})
	if err != nil {
		return err
	}
	if c.IdentityKeys == "" && !isLoopback(address) {
		logger.Warn(
			"there are no identity keys: everybody who reaches this address is answered, as nobody",
			"listen",
			address,
		)
	}
	return service.Serve(ctx, socket)
}

// watch is what insights watches.
func (c subgraphCommand) watch() kit.Watch {
	watch := kit.Watch{Token: c.WatchToken}
	for _, address := range c.Watch {
		if address == "" { // an environment variable that is empty
			continue
		}
		watch.Targets = append(watch.Targets, kit.WatchTarget{URL: address})
	}
	return watch
}

// signIn is what accounts needs to know of who sends people to it.
func (c subgraphCommand) signIn() (clients []kit.SignInClient, proxies []netip.Prefix, err error) {
	if c.SignInClients != "" {
		if clients, err = openid.ReadClients(c.SignInClients); err != nil {
			return nil, nil, fmt.Errorf("--sign-in-clients: %w", err)
		}
	}
	for _, text := range c.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if address, bad := netip.ParseAddr(text); bad == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return nil, nil, fmt.Errorf("--trusted-proxies: %q is neither an address nor a network like 10.0.0.0/8", text)
		}
		proxies = append(proxies, network.Masked())
	}
	return clients, proxies, nil
}

// tls is what the service proves with who it is; nil when it speaks without TLS.
func (c subgraphCommand) tls(logger *slog.Logger) (*tls.Config, error) {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return nil, errors.New("--tls-cert and --tls-key go together; give both")
	case c.TLSCert == "" && c.ClientCA != "":
		return nil, errors.New("--client-ca needs TLS: give --tls-cert and --tls-key, too")
	case c.TLSCert == "":
		return nil, nil
	}
	files := standalone.Certificates{CertFile: c.TLSCert, KeyFile: c.TLSKey, ClientCAFile: c.ClientCA, Logger: logger}
	return files.TLS()
}

// defaultSubgraphAddress is the loopback address where a service listens when nothing else is said.
func defaultSubgraphAddress(name string) string {
	port := firstSubgraphPort
	for _, n := range subgraphs.Names() {
		switch {
		case n == "insights" && n == name:
			return fmt.Sprintf("127.0.0.1:%d", insightsPort)
		case n == "insights":
			continue
		case n == name:
			return fmt.Sprintf("127.0.0.1:%d", port)
		}
		port++
	}
	return "127.0.0.1:0"
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// subgraphNames are the names for the help text.
func subgraphNames() string { return strings.Join(subgraphs.Names(), ",") }
