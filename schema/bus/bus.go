// Package bus carries entity-changed events (package wire) over NATS JetStream: services publish and take in, routers
// watch. It knows nothing of either side, so both can use it.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// callTimeout bounds one exchange with the server.
	callTimeout = 5 * time.Second
	// keepFor and keepBytes bound what the stream keeps for receivers that were away.
	keepFor   = 24 * time.Hour
	keepBytes = 256 << 20
	// dedupeWindow is how long the server knows the ids of events, so that one published twice is kept once.
	dedupeWindow = 10 * time.Minute
)

// Config says how to reach a NATS server.
type Config struct {
	// URL is `nats://host:port` or `tls://host:port`, several separated by commas, with user and password if needed.
	URL string
	// Credentials is the path of a NATS credentials file; empty when there is none.
	Credentials string
	// Client is the name under which the server lists this connection.
	Client string
	// Replicas is how many servers keep the stream, when it has to be made; 0 means 1.
	Replicas int
	// Logger receives what goes wrong in the background; nil means slog.Default.
	Logger *slog.Logger
	// Options are added to the connection's own, for example nats.InProcessServer.
	Options []nats.Option
}

// Bus is a connection to the stream of entity-changed events. It reconnects by itself.
type Bus struct {
	conn     *nats.Conn
	js       jetstream.JetStream
	replicas int
	logger   *slog.Logger
}

// Connect reaches the server and makes the stream when it is missing. A stream that is there keeps its settings.
func Connect(ctx context.Context, config Config) (*Bus, error) {
	logger := config.Logger
	if logger == nil {
		logger = slog.Default()
	}
	options := []nats.Option{
		nats.Name(config.Client), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond),
		nats.Timeout(callTimeout),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				logger.Warn("event bus disconnected", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { logger.Info("event bus connected again") }),
	}
	if config.Credentials != "" {
		options = append(options, nats.UserCredentials(config.Credentials))
	}
	conn, err := nats.Connect(config.URL, append(options, config.Options...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the event bus at %s: %w", redacted(config.URL), err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	b := &Bus{conn: conn, js: js, replicas: max(1, config.Replicas), logger: logger}
	if _, err := b.stream(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("prepare the event bus at %s (is JetStream on?): %w", redacted(config.URL), err)
	}
	return b, nil
}

// stream returns the stream, made when it is missing.
func (b *Bus) stream(ctx context.Context) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	stream, err := b.js.Stream(ctx, wire.EventStream)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return stream, err
	}
	return b.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: wire.EventStream, Subjects: []string{wire.EventSubjects}, Storage: jetstream.FileStorage,
		MaxAge: keepFor, MaxBytes: keepBytes, Duplicates: dedupeWindow, Replicas: b.replicas,
	})
}

// Publish hands the event to the server and returns once the server has stored it. Publishing one again is harmless.
func (b *Bus) Publish(ctx context.Context, event wire.EntityChanged) error {
	payload, err := event.Encode()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = b.js.Publish(ctx, event.Subject(), payload, jetstream.WithMsgID(event.ID))
	if errors.Is(err, jetstream.ErrNoStreamResponse) { // the server lost the stream
		if _, err = b.stream(ctx); err == nil {
			_, err = b.js.Publish(ctx, event.Subject(), payload, jetstream.WithMsgID(event.ID))
		}
	}
	if err != nil {
		return fmt.Errorf("publish event %s: %w", event.ID, err)
	}
	return nil
}

// Check returns nil while the server answers.
func (b *Bus) Check(ctx context.Context) error {
	if status := b.conn.Status(); status != nats.CONNECTED {
		return fmt.Errorf("event bus is %s", strings.ToLower(status.String()))
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.conn.FlushWithContext(ctx)
}

// Close ends the connection. Stop whatever consumes or watches first.
func (b *Bus) Close() { b.conn.Close() }

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
