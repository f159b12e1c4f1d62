package bus

import (
	"context"
	"errors"

	amqp "github.com/rabbitmq/amqp091-go"
)

func (b *rabbitBroker) ask(ctx context.Context, subgraph string, question []byte) ([]byte, error) {
	var answers <-chan amqp.Delivery
	channel, err := b.channel(ctx, func(channel *amqp.Channel) (err error) {
		answers, err = channel.Consume(replyQueue, "", true, true, false, false, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer channel.Close()
	returned := channel.NotifyReturn(make(chan amqp.Return, 1))
	err = channel.PublishWithContext(
		ctx,
		"",
		askPrefix+subgraph,
		true,
		false,
		amqp.Publishing{ReplyTo: replyQueue, Body: question},
	)
	if err != nil {
		return nil, err
	}
	select {
	case answer, ok := <-answers:
		if !ok {
			return nil, errors.New("the connection broke")
		}
		return answer.Body, nil
	case <-returned:
		return nil, ErrNobodyAnswers
	case <-ctx.Done():
		return nil, ErrNobodyAnswers
	}
}

func (b *rabbitBroker) answer(subgraph string, respond func(context.Context, []byte) []byte) (func(), error) {
	open := func(ctx context.Context) (*amqp.Channel, <-chan amqp.Delivery, error) {
		var questions <-chan amqp.Delivery
		channel, err := b.channel(ctx, func(channel *amqp.Channel) error {
			queue, err := channel.QueueDeclare(askPrefix+subgraph, false, true, false, false, nil)
			if err == nil {
				questions, err = channel.Consume(queue.Name, "", true, false, false, false, nil)
			}
			return err
		})
		return channel, questions, err
	}
	first, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	channel, questions, err := open(first)
	if err != nil {
		return nil, err
	}
	return background(func(ctx context.Context) {
		for {
			b.respond(ctx, channel, questions, respond)
			_ = channel.Close() // it may have broken
			for ctx.Err() == nil {
				if channel, questions, err = open(ctx); err == nil {
					break
				}
				pause(ctx, reopenAfter)
			}
			if ctx.Err() != nil {
				return
			}
		}
	}), nil
}

func (b *rabbitBroker) respond(
	ctx context.Context,
	channel *amqp.Channel,
	questions <-chan amqp.Delivery,
	respond func(context.Context, []byte) []byte,
) {
	for {
		select {
		case question, ok := <-questions:
			if !ok {
				return
			}
			err := channel.PublishWithContext(
				ctx,
				"",
				question.ReplyTo,
				false,
				false,
				amqp.Publishing{Body: respond(ctx, question.Body)},
			)
			if err != nil {
				b.config.Logger.Warn("an answer to what has changed was not sent", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}
