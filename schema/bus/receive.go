package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// handleTimeout bounds one call of a handler; the server waits a little longer before it sends the event again.
	// The wait is also how long events stand still after a receiver died with one in its hands.
	handleTimeout = 4 * time.Second
	ackWait       = 5 * time.Second
	// retryAfter is how long an event waits after its handler failed.
	retryAfter = 500 * time.Millisecond
	// reopenAfter is how long a receiver waits before it tries to open a broken subscription again.
	reopenAfter = 250 * time.Millisecond
	// watchIdle is how long the server keeps the place of a watcher that went away without a word.
	watchIdle = time.Minute
)

// Consume gives every event to handle, one at a time and in order, and each again until handle returned nil: at least
// once. The server remembers under name how far it got, so that nothing is missed while the process is away;
// processes with one name share the events. Events that cannot be read are logged and dropped. The returned function
// stops it and waits for a running handler.
func (b *Bus) Consume(
	name string, handle func(context.Context, wire.EntityChanged) error,
) (stop func()) {
	open := func(ctx context.Context) (jetstream.Consumer, error) {
		if _, err := b.stream(ctx); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		// One at a time, or an event that failed would be overtaken by the next.
		return b.js.CreateOrUpdateConsumer(ctx, wire.EventStream, jetstream.ConsumerConfig{
			Durable: name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 1,
			DeliverPolicy: jetstream.DeliverAllPolicy,
		})
	}
	receive := func(ctx context.Context, message jetstream.Msg) {
		event, err := wire.DecodeEntityChanged(message.Data())
		if err != nil {
			b.logger.Error("event cannot be read and is dropped", "consumer", name, "error", err)
			b.warn(message.Term())
			return
		}
		ctx, cancel := context.WithTimeout(ctx, handleTimeout)
		defer cancel()
		if err := handle(ctx, event); err != nil {
			b.logger.Warn("event could not be taken in and will be tried again", "consumer", name, "event", event.ID, "error", err)
			b.warn(message.NakWithDelay(retryAfter))
			return
		}
		b.warn(message.Ack())
	}
	return b.background(func(ctx context.Context) { b.follow(ctx, open, receive) })
}

// Watch gives every event that is published from now on to changed, in order, to every watcher, with a name of the
// message that is the same for all watchers. Of an event that cannot be read only Subgraph and Type are given, as the
// subject tells them. It goes on where it was after a broken connection; missed is called when events were lost
// meanwhile (the server forgot them), so that the watcher can drop whatever it remembers. The first place is taken before
// Watch returns. The returned function stops it.
func (b *Bus) Watch(
	ctx context.Context, changed func(message string, event wire.EntityChanged), missed func(),
) (stop func(), err error) {
	info, err := b.streamState(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch the event bus: %w", err)
	}
	born, last := info.Created, info.State.LastSeq
	open := func(ctx context.Context) (jetstream.Consumer, error) {
		now, err := b.streamState(ctx)
		if err != nil {
			return nil, err
		}
		if !now.Created.Equal(born) || now.State.LastSeq < last || now.State.FirstSeq > last+1 {
			born, last = now.Created, now.State.LastSeq
			missed()
		}
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		return b.js.CreateOrUpdateConsumer(ctx, wire.EventStream, jetstream.ConsumerConfig{
			AckPolicy: jetstream.AckNonePolicy, DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
			OptStartSeq: last + 1, InactiveThreshold: watchIdle, MemoryStorage: true,
		})
	}
	receive := func(_ context.Context, message jetstream.Msg) {
		meta, err := message.Metadata()
		if err != nil {
			b.warn(err)
			return
		}
		if meta.Sequence.Stream > last+1 { // the server forgot what was in between
			missed()
		}
		last = meta.Sequence.Stream
		event, err := wire.DecodeEntityChanged(message.Data())
		if err != nil {
			b.logger.Error("event cannot be read", "subject", message.Subject(), "error", err)
			subgraph, typeName, ok := wire.ParseEventSubject(message.Subject())
			if !ok {
				return
			}
			event = wire.EntityChanged{Subgraph: subgraph, Type: typeName}
		}
		changed(fmt.Sprintf("%d.%d", born.UnixNano(), last), event)
	}
	return b.background(func(ctx context.Context) { b.follow(ctx, open, receive) }), nil
}

func (b *Bus) streamState(ctx context.Context) (*jetstream.StreamInfo, error) {
	stream, err := b.stream(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return stream.Info(ctx)
}

// background runs f until the returned function is called, which waits for it.
func (b *Bus) background(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// follow opens a subscription and hands on its messages; whenever it breaks it is opened again.
func (b *Bus) follow(
	ctx context.Context, open func(context.Context) (jetstream.Consumer, error),
	receive func(context.Context, jetstream.Msg),
) {
	for ctx.Err() == nil {
		consumer, err := open(ctx)
		if err == nil {
			err = drain(ctx, consumer, receive)
		}
		if ctx.Err() != nil {
			return
		}
		b.logger.Warn("event subscription broke and is opened again", "error", err)
		select {
		case <-time.After(reopenAfter):
		case <-ctx.Done():
		}
	}
}

// drain hands on messages until the subscription breaks or ctx ends. Short heartbeats show a dead one soon.
func drain(ctx context.Context, consumer jetstream.Consumer, receive func(context.Context, jetstream.Msg)) error {
	messages, err := consumer.Messages(jetstream.PullExpiry(5*time.Second), jetstream.PullHeartbeat(time.Second))
	if err != nil {
		return err
	}
	defer messages.Stop()
	release := context.AfterFunc(ctx, messages.Stop)
	defer release()
	for {
		message, err := messages.Next()
		if err != nil {
			if errors.Is(err, jetstream.ErrMsgIteratorClosed) && ctx.Err() != nil {
				return nil
			}
			return err
		}
		receive(ctx, message)
	}
}

// warn logs the failure of an acknowledgement: the server will just send the event again.
func (b *Bus) warn(err error) {
	if err != nil {
		b.logger.Warn("event could not be acknowledged", "error", err)
	}
}
