package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// entityExchange takes events, whose routing keys are their subjects; letterExchange takes dead letters, whose routing
	// keys are the consumers.
	entityExchange, letterExchange = "weft.entities", "weft.dead"
	// queuePrefix, letterPrefix and askPrefix begin the names of queues: of consumers' events, of their dead letters, and
	// of questions to the owner of a subgraph's entities.
	queuePrefix, letterPrefix, askPrefix = "weft.consumer.", "weft.dead.", "weft.catchup."
	// registryQueue has the name of every consumer in a message: AMQP cannot list queues.
	registryQueue = "weft.consumers"
	// replyQueue is RabbitMQ's pseudo queue for direct replies.
	replyQueue = "amq.rabbitmq.reply-to"
)

// settle is how long a server is left alone that may have just come back: its quorum queues have no leader for a
// moment, and RabbitMQ 3 may never find one for those that are asked meanwhile.
const settle = 3 * time.Second

// rabbitBroker is a connection to RabbitMQ, made again when it broke. Channels are not shared: one that breaks breaks
// nobody else's.
type rabbitBroker struct {
	config Config

	mu     sync.Mutex // guards what follows
	conn   *amqp.Connection
	closed bool
	// publisher is a channel with confirms, and prepared the queues that were declared on this connection.
	publisher *amqp.Channel
	prepared  map[string]bool
}

func connectRabbit(ctx context.Context, config Config) (broker, error) {
	b := &rabbitBroker{config: config}
	if _, err := b.publishing(ctx); err != nil {
		return nil, fmt.Errorf("connect to the event bus at %s: %w", redacted(config.URL), err)
	}
	return b, nil
}

// connection returns one that works, made when there is none.
func (b *rabbitBroker) connection(ctx context.Context) (*amqp.Connection, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.connect(ctx)
}

// connect is connection for who holds the lock.
func (b *rabbitBroker) connect(ctx context.Context) (*amqp.Connection, error) {
	if b.closed {
		return nil, errors.New("the connection to the event bus was closed")
	}
	if b.conn != nil && !b.conn.IsClosed() {
		return b.conn, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := amqp.DialConfig(b.config.URL, amqp.Config{
		Heartbeat: 5 * time.Second, Locale: "en_US", Dial: amqp.DefaultDial(callTimeout),
		Properties: amqp.Table{"connection_name": b.config.Client},
	})
	if err != nil {
		return nil, errors.New(redactedError(err, b.config.URL))
	}
	if b.conn != nil {
		if !pause(ctx, settle) {
			_ = conn.Close()
			return nil, ctx.Err()
		}
		b.config.Logger.Info("event bus connected again")
	}
	b.conn, b.publisher, b.prepared = conn, nil, map[string]bool{}
	return conn, nil
}

// redactedError is the error without the password of the address.
func redactedError(err error, address string) string {
	return strings.ReplaceAll(err.Error(), address, redacted(address))
}

// channel opens a channel and lets prepare use it. The library knows no timeouts: when prepare hangs, the connection is
// ended, and made again by whoever needs it next.
func (b *rabbitBroker) channel(ctx context.Context, prepare func(*amqp.Channel) error) (*amqp.Channel, error) {
	conn, err := b.connection(ctx)
	if err != nil {
		return nil, err
	}
	hung := time.AfterFunc(callTimeout, func() { _ = conn.CloseDeadline(time.Now().Add(time.Second)) })
	defer hung.Stop()
	channel, err := conn.Channel()
	if err != nil {
		return nil, err
	}
	if err := prepare(channel); err != nil {
		_ = channel.Close()
		return nil, err
	}
	return channel, nil
}

// use opens a channel for the time of f.
func (b *rabbitBroker) use(ctx context.Context, f func(*amqp.Channel) error) error {
	channel, err := b.channel(ctx, f)
	if err == nil {
		_ = channel.Close() // nothing is lost with it
	}
	return err
}

// publishing returns the channel with confirms, on a server that has the exchanges.
func (b *rabbitBroker) publishing(ctx context.Context) (*amqp.Channel, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	conn, err := b.connect(ctx)
	if err != nil {
		return nil, err
	}
	if b.publisher != nil && !b.publisher.IsClosed() {
		return b.publisher, nil
	}
	channel, err := conn.Channel()
	if err != nil {
		return nil, err
	}
	err = channel.ExchangeDeclare(entityExchange, amqp.ExchangeTopic, true, false, false, false, nil)
	if err == nil {
		err = channel.ExchangeDeclare(letterExchange, amqp.ExchangeDirect, true, false, false, false, nil)
	}
	if err == nil {
		err = channel.Confirm(false)
	}
	if err != nil {
		_ = channel.Close()
		return nil, fmt.Errorf("prepare the exchanges: %w", err)
	}
	b.publisher = channel
	return channel, nil
}

// send publishes and waits until the server has stored the message.
func (b *rabbitBroker) send(ctx context.Context, exchange, key string, message amqp.Publishing) error {
	wait, err := b.hand(ctx, exchange, key, message)
	if err != nil {
		return err
	}
	return wait(ctx)
}

// hand hands the message to the server.
func (b *rabbitBroker) hand(ctx context.Context, exchange, key string, message amqp.Publishing) (stored, error) {
	channel, err := b.publishing(ctx)
	if err != nil {
		return nil, err
	}
	message.DeliveryMode, message.ContentType = amqp.Persistent, "application/json"
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, exchange, key, false, false, message)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		select {
		case <-confirmation.Done():
		default:
			select {
			case <-confirmation.Done():
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if !confirmation.Acked() {
			return errors.New("the server did not store it, or the connection broke before it could say so")
		}
		return nil
	}, nil
}

func (b *rabbitBroker) publish(ctx context.Context, event wire.EntityChanged, payload []byte) (stored, error) {
	return b.hand(ctx, entityExchange, event.Subject(), amqp.Publishing{MessageId: rand.Text(), Body: payload})
}

// prepare declares the queues of a consumer.
func (b *rabbitBroker) prepare(ctx context.Context, name string) error {
	b.mu.Lock()
	done := b.prepared[name]
	b.mu.Unlock()
	if done {
		return nil
	}
	if _, err := b.publishing(ctx); err != nil { // the exchanges
		return err
	}
	if err := b.use(ctx, func(channel *amqp.Channel) error { return b.declare(channel, name) }); err != nil {
		return fmt.Errorf("declare the queues of %s: %w", name, err)
	}
	b.mu.Lock()
	b.prepared[name] = true
	b.mu.Unlock()
	return nil
}

// everything is the pattern of all events' subjects.
const everything = "weft.entity.#"

func (b *rabbitBroker) declare(channel *amqp.Channel, name string) error {
	letters, queue := letterPrefix+name, queuePrefix+name
	if _, err := channel.QueueDeclare(letters, true, false, false, false, amqp.Table{
		"x-queue-type": "quorum", "x-max-length-bytes": int64(keepBytes),
	}); err != nil {
		return err
	}
	if err := channel.QueueBind(letters, name, letterExchange, false, nil); err != nil {
		return err
	}
	// The queue of a consumer that is away for too long is removed: it catches up from the owners of the entities. One
	// process at a time gets the events, so that they stay in order.
	if _, err := channel.QueueDeclare(queue, true, false, false, false, amqp.Table{
		"x-queue-type": "quorum", "x-expires": b.config.KeepFor.Milliseconds(), "x-delivery-limit": int64(maxDeliveries),
		"x-single-active-consumer": true, "x-dead-letter-exchange": letterExchange, "x-dead-letter-routing-key": name,
	}); err != nil {
		return err
	}
	if err := channel.QueueBind(queue, everything, entityExchange, false, nil); err != nil {
		return err
	}
	return b.register(channel, name)
}

// register notes the consumer's name among those that have queues.
func (b *rabbitBroker) register(channel *amqp.Channel, name string) error {
	names, err := registered(channel)
	if err != nil || names[name] {
		return err
	}
	return channel.Publish(
		"",
		registryQueue,
		false,
		false,
		amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(name)},
	)
}

// registered reads the names of the consumers. What was read goes back when the channel is closed.
func registered(channel *amqp.Channel) (map[string]bool, error) {
	queue, err := channel.QueueDeclare(registryQueue, true, false, false, false, amqp.Table{"x-queue-type": "quorum"})
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for range queue.Messages {
		message, ok, err := channel.Get(registryQueue, false)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if names[string(message.Body)] { // two processes began at the same time
			if err := message.Ack(false); err != nil {
				return nil, err
			}
		}
		names[string(message.Body)] = true
	}
	return names, nil
}

func (b *rabbitBroker) consumers(ctx context.Context) ([]string, error) {
	var names map[string]bool
	err := b.use(ctx, func(channel *amqp.Channel) (err error) {
		names, err = registered(channel)
		return err
	})
	return sortedNames(names), err
}

// rabbitDelivery is a message of a queue.
type rabbitDelivery struct{ amqp.Delivery }

func (d rabbitDelivery) payload() []byte { return d.Body }
func (d rabbitDelivery) ack() error      { return d.Ack(false) }
func (d rabbitDelivery) extend() error   { return nil } // the connection's heartbeat is enough
func (d rabbitDelivery) giveBack() error { return d.Nack(false, true) }

// subject is the routing key it was published with.
func (d rabbitDelivery) subject() string {
	if subject, ok := d.Headers[subjectHeader].(string); ok {
		return subject
	}
	return d.RoutingKey
}

// subjectHeader has the subject of an event that was sent to a queue instead of the exchange.
const subjectHeader = "weft-subject"

func (d rabbitDelivery) times() int {
	count, _ := d.Headers["x-delivery-count"].(int64)
	return int(count) + 1
}

func (b *rabbitBroker) deliver(ctx context.Context, name string, opened func(), receive func(delivery)) error {
	if err := b.prepare(ctx, name); err != nil {
		return err
	}
	var messages <-chan amqp.Delivery
	channel, err := b.channel(ctx, func(channel *amqp.Channel) (err error) {
		if err = channel.Qos(maxHeld, 0, false); err == nil {
			messages, err = channel.Consume(queuePrefix+name, "", false, false, false, false, nil)
		}
		return err
	})
	if err != nil {
		b.forget(name) // it may have been removed
		return err
	}
	defer channel.Close()
	opened()
	for {
		select {
		case message, ok := <-messages:
			if !ok {
				b.forget(name)
				return errors.New("the subscription ended")
			}
			receive(rabbitDelivery{message})
		case <-ctx.Done():
			return nil // closing the channel gives back what has no answer
		}
	}
}

// forget has the queues of a consumer declared again before they are used next.
func (b *rabbitBroker) forget(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.prepared, name)
}

func (b *rabbitBroker) watch(
	ctx context.Context, receive func(message, subject string, payload []byte), missed func(),
) (func(), error) {
	name := "weft.watch." + strings.ToLower(rand.Text())
	channel, messages, err := b.openWatch(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	return background(func(ctx context.Context) {
		for {
			watchQueue(ctx, messages, receive)
			_ = channel.Close() // it may have broken
			for ctx.Err() == nil {
				if channel, messages, err = b.openWatch(ctx, name, missed); err == nil {
					break
				}
				b.config.Logger.Warn("event subscription broke and is opened again", "error", err)
				pause(ctx, reopenAfter)
			}
			if ctx.Err() != nil {
				b.removeQueue(name)
				return
			}
		}
	}), nil
}

// openWatch opens the queue of a watcher, which outlives broken connections for a while. When it has not, missed is
// called.
func (b *rabbitBroker) openWatch(
	ctx context.Context,
	name string,
	missed func(),
) (*amqp.Channel, <-chan amqp.Delivery, error) {
	if _, err := b.publishing(ctx); err != nil {
		return nil, nil, err
	}
	arguments := amqp.Table{"x-expires": watchIdle.Milliseconds()}
	if missed != nil {
		err := b.use(ctx, func(channel *amqp.Channel) error {
			_, err := channel.QueueDeclarePassive(name, true, false, false, false, arguments)
			return err
		})
		if absent(err) {
			defer missed()
		} else if err != nil {
			return nil, nil, err
		}
	}
	var messages <-chan amqp.Delivery
	channel, err := b.channel(ctx, func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclare(name, true, false, false, false, arguments)
		if err == nil {
			err = channel.QueueBind(name, everything, entityExchange, false, nil)
		}
		if err == nil {
			err = channel.Qos(maxHeld, 0, false)
		}
		if err == nil {
			messages, err = channel.Consume(name, "", false, false, false, false, nil)
		}
		return err
	})
	return channel, messages, err
}

// absent reports whether err says that there is no such queue.
func absent(err error) bool {
	var refused *amqp.Error
	return errors.As(err, &refused) && refused.Code == amqp.NotFound
}

func watchQueue(
	ctx context.Context,
	messages <-chan amqp.Delivery,
	receive func(message, subject string, payload []byte),
) {
	for {
		select {
		case message, ok := <-messages:
			if !ok {
				return
			}
			name := message.MessageId
			if name == "" {
				name = letterID(message.Body)
			}
			receive(name, message.RoutingKey, message.Body)
			_ = message.Ack(false) // otherwise it comes again, which is harmless
		case <-ctx.Done():
			return
		}
	}
}

// removeQueue removes the queue of a watcher that ends; the server does so by itself after a while.
func (b *rabbitBroker) removeQueue(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	b.mu.Lock()
	gone := b.conn == nil || b.conn.IsClosed()
	b.mu.Unlock()
	if gone {
		return
	}
	_ = b.use(ctx, func(channel *amqp.Channel) error {
		_, err := channel.QueueDelete(name, false, false, false)
		return err
	})
}

func (b *rabbitBroker) check(ctx context.Context) error {
	b.mu.Lock()
	broken := b.conn == nil || b.conn.IsClosed()
	b.mu.Unlock()
	if broken { // the connection is made again by whoever needs it; this may be the first
		if _, err := b.connection(ctx); err != nil {
			return fmt.Errorf("event bus is away: %w", err)
		}
	}
	return nil
}

func (b *rabbitBroker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.conn != nil {
		_ = b.conn.Close() // it may have broken
	}
}
