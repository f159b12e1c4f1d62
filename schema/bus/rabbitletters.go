package bus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/weft-graphql/weft/schema/wire"
)

func (b *rabbitBroker) bury(ctx context.Context, letter wire.DeadLetter) error {
	if err := b.prepare(ctx, letter.Consumer); err != nil {
		return err
	}
	text, err := json.Marshal(letter)
	if err != nil {
		return err
	}
	return b.send(
		ctx,
		letterExchange,
		letter.Consumer,
		amqp.Publishing{Type: letterType, MessageId: letter.ID, Body: text},
	)
}

// letterType is the type of the messages that a consumer made; what the server itself gave up has none.
const letterType = "weft.dead-letter"

// letterOf reads a dead letter, also one that the server made of an event.
func letterOf(consumer string, message amqp.Delivery) wire.DeadLetter {
	var letter wire.DeadLetter
	if message.Type == letterType && json.Unmarshal(message.Body, &letter) == nil {
		return letter
	}
	letter = wire.DeadLetter{ID: letterID(message.Body), Consumer: consumer, Event: message.Body,
		Reason: "the server gave it up: it was delivered too often without an answer"}
	if event, err := wire.DecodeEntityChanged(message.Body); err == nil {
		letter.ID = event.ID
	}
	letter.Attempts = maxDeliveries
	if deaths, ok := message.Headers["x-death"].([]any); ok && len(deaths) > 0 {
		if death, ok := deaths[0].(amqp.Table); ok {
			letter.At, _ = death["time"].(time.Time)
			if keys, ok := death["routing-keys"].([]any); ok && len(keys) > 0 {
				letter.Subject, _ = keys[0].(string)
			}
			if reason, ok := death["reason"].(string); ok && reason != "delivery_limit" {
				letter.Reason = "the server gave it up: " + reason
			}
		}
	}
	return letter
}

func (b *rabbitBroker) letters(
	ctx context.Context, consumer string, each func(wire.DeadLetter) (bool, error),
) error {
	channel, count, err := b.inspect(ctx, letterPrefix+consumer)
	if err != nil || channel == nil {
		return err
	}
	defer channel.Close()
	left := count
	defer func() { b.putBack(ctx, channel, letterPrefix+consumer, left) }()
	for range count {
		message, ok, err := channel.Get(letterPrefix+consumer, false)
		if err != nil || !ok {
			return err
		}
		remove, err := each(letterOf(consumer, message))
		if err != nil {
			return err
		}
		if remove {
			if err := message.Ack(false); err != nil {
				return err
			}
			left--
		}
	}
	return nil
}

// putBack puts back what was only read, and waits until it can be read again.
func (b *rabbitBroker) putBack(ctx context.Context, channel *amqp.Channel, queue string, left int) {
	if channel.Nack(0, true, true) != nil {
		return // the connection broke, which puts it back, too
	}
	for range 100 {
		state, err := channel.QueueDeclarePassive(queue, true, false, false, false, nil)
		if err != nil || state.Messages >= left || !pause(ctx, 10*time.Millisecond) {
			return
		}
	}
}

// inspect opens a channel and tells how many messages are in the queue; there is no channel when there is no queue.
func (b *rabbitBroker) inspect(ctx context.Context, queue string) (*amqp.Channel, int, error) {
	var state amqp.Queue
	channel, err := b.channel(ctx, func(channel *amqp.Channel) (err error) {
		state, err = channel.QueueDeclarePassive(queue, true, false, false, false, nil)
		return err
	})
	if absent(err) {
		return nil, 0, nil
	}
	return channel, state.Messages, err
}

func (b *rabbitBroker) count(ctx context.Context, queue string) (int, error) {
	channel, count, err := b.inspect(ctx, queue)
	if channel != nil {
		_ = channel.Close()
	}
	return count, err
}

func (b *rabbitBroker) lag(ctx context.Context, consumer string) (int, error) {
	return b.count(ctx, queuePrefix+consumer)
}

func (b *rabbitBroker) buried(ctx context.Context, consumer string) (int, error) {
	return b.count(ctx, letterPrefix+consumer)
}

func (b *rabbitBroker) redeliver(ctx context.Context, consumer, subject string, payload []byte) error {
	if err := b.prepare(ctx, consumer); err != nil {
		return err
	}
	return b.send(ctx, "", queuePrefix+consumer, amqp.Publishing{
		MessageId: rand.Text(), Headers: amqp.Table{subjectHeader: subject}, Body: payload,
	})
}
