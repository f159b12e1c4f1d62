// Package bus carries entity-changed events (package wire): services publish and take in, routers watch. Beneath it is
// NATS JetStream or RabbitMQ, as the address says; both behave alike. It knows neither services nor routers, so that
// both can use it.
package bus

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// callTimeout bounds one exchange with the server.
	callTimeout = 5 * time.Second
	// keepFor and keepBytes bound what is kept for receivers that were away. Who was away longer catches up.
	keepFor   = 24 * time.Hour
	keepBytes = 256 << 20
	// reopenAfter is how long a receiver waits before it tries to open a broken subscription again.
	reopenAfter = 250 * time.Millisecond
	// watchIdle is how long the server keeps the place of a watcher that went away without a word.
	watchIdle = time.Minute
)

// Config says how to reach the server.
type Config struct {
	// URL is `nats://host:port` or `tls://host:port` for NATS (several separated by commas), `amqp://host:port` or
	// `amqps://host:port` for RabbitMQ, with user and password if needed.
	URL string
	// Credentials is the path of a NATS credentials file; empty when there is none.
	Credentials string
	// Client is the name under which the server lists this connection.
	Client string
	// Replicas is how many NATS servers keep the stream, when it has to be made; 0 means 1.
	Replicas int
	// Retries says how often consumers try events that fail. Zero fields have defaults.
	Retries Retries
	// KeepFor is how long NATS keeps events, when the stream has to be made, and RabbitMQ the queue of a consumer that is
	// away; 0 means a day.
	KeepFor time.Duration
	// Logger receives what goes wrong in the background; nil means slog.Default.
	Logger *slog.Logger
	// Options are added to those of a NATS connection, for example nats.InProcessServer.
	Options []nats.Option
}

// broker is a server that carries events. Its methods may be called at the same time.
type broker interface {
	// publish hands the event over; what it returns waits until the server has stored it. Events that are handed over one
	// after the other stay in this order.
	publish(ctx context.Context, event wire.EntityChanged, payload []byte) (stored, error)
	// deliver hands on what is in the queue of the consumer, made when it is missing, until ctx ends or the queue breaks.
	// opened is called when the queue is there. At most maxHeld deliveries are without an answer at any time.
	deliver(ctx context.Context, consumer string, opened func(), receive func(delivery)) error
	// watch begins with what is published after it returned; then it hands on until stop is called, across broken
	// connections. missed is called when something may have been lost.
	watch(
		ctx context.Context,
		receive func(message, subject string, payload []byte),
		missed func(),
	) (stop func(), err error)
	// bury stores a dead letter for good.
	bury(ctx context.Context, letter wire.DeadLetter) error
	// letters calls each with the dead letters of the consumer, oldest first, until it returns an error. A letter is
	// removed when each says so.
	letters(ctx context.Context, consumer string, each func(wire.DeadLetter) (remove bool, err error)) error
	// consumers are the names of those that have a queue or dead letters.
	consumers(ctx context.Context) ([]string, error)
	// redeliver puts an event into the queue of one consumer.
	redeliver(ctx context.Context, consumer, subject string, payload []byte) error
	// lag is how many events wait for the consumer.
	lag(ctx context.Context, consumer string) (int, error)
	// buried is how many dead letters the consumer has.
	buried(ctx context.Context, consumer string) (int, error)
	// ask and answer carry one question to whoever answers for the subgraph.
	ask(ctx context.Context, subgraph string, question []byte) ([]byte, error)
	answer(subgraph string, respond func(context.Context, []byte) []byte) (stop func(), err error)
	// check returns nil while the server answers.
	check(ctx context.Context) error
	close()
}

// Bus is a connection to the events. It reconnects by itself.
type Bus struct {
	broker  broker
	retries Retries
	logger  *slog.Logger
}

// Connect reaches the server, and makes there what is missing. What is there keeps its settings.
func Connect(ctx context.Context, config Config) (*Bus, error) {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.KeepFor <= 0 {
		config.KeepFor = keepFor
	}
	connect := connectNATS
	switch scheme, _, _ := strings.Cut(config.URL, "://"); scheme {
	case "amqp", "amqps":
		connect = connectRabbit
	case "nats", "tls", "ws", "wss":
	default:
		return nil, fmt.Errorf("the address of the event bus must begin with nats://, tls://, amqp:// or amqps://, not %q",
			redacted(config.URL))
	}
	broker, err := connect(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Bus{broker, config.Retries.withDefaults(), config.Logger}, nil
}

// NATS is the connection below, for what the bus does not do; nil when the server is another one.
func (b *Bus) NATS() *nats.Conn {
	if n, ok := b.broker.(*natsBroker); ok {
		return n.conn
	}
	return nil
}

// Watch gives every event that is published from now on to changed, in order, to every watcher, with a name of the
// message that is the same for all watchers. Of an event that cannot be read only Subgraph and Type are given, as the
// subject tells them. It goes on where it was after a broken connection; missed is called when events may have been
// lost meanwhile, so that the watcher can drop whatever it remembers. The first place is taken before Watch returns.
// The returned function stops it.
func (b *Bus) Watch(
	ctx context.Context, changed func(message string, event wire.EntityChanged), missed func(),
) (stop func(), err error) {
	stop, err = b.broker.watch(ctx, func(message, subject string, payload []byte) {
		event, err := wire.DecodeEntityChanged(payload)
		if err != nil {
			b.logger.Error("event cannot be read", "subject", subject, "error", err)
			subgraph, typeName, ok := wire.ParseEventSubject(subject)
			if !ok {
				return
			}
			event = wire.EntityChanged{Subgraph: subgraph, Type: typeName}
		}
		changed(message, event)
	}, missed)
	if err != nil {
		return nil, fmt.Errorf("watch the event bus: %w", err)
	}
	return stop, nil
}

// Lag is how many events wait for the consumer, those in its hands included as far as the server counts them.
func (b *Bus) Lag(ctx context.Context, consumer string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.broker.lag(ctx, consumer)
}

// Check returns nil while the server answers.
func (b *Bus) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.broker.check(ctx)
}

// Close ends the connection. Stop whatever consumes or watches first.
func (b *Bus) Close() { b.broker.close() }

// pause waits, and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// redacted is the list of addresses without passwords.
func redacted(list string) string {
	parts := strings.Split(list, ",")
	for i, part := range parts {
		parsed, err := url.Parse(strings.TrimSpace(part))
		if err != nil {
			parts[i] = "(an address that cannot be read)"
			continue
		}
		parts[i] = parsed.Redacted()
	}
	return strings.Join(parts, ",")
}
