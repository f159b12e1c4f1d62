package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// dedupeWindow is how long the server knows the ids of events, so that one published twice is kept once.
	dedupeWindow = 10 * time.Minute
	// letterStream keeps dead letters, the subject of which is letterSubject and the consumer. Beyond letterBytes the
	// oldest are lost.
	letterStream  = "WEFT_DEAD_LETTERS"
	letterSubject = "weft.dead."
	letterBytes   = 256 << 20
	// catchUpSubject and the subgraph are where questions for what has changed go.
	catchUpSubject = "weft.catchup."
	// readAhead is how many events a consumer fetches before it needs them: those that wait in the process wait for a word
	// to the server, too.
	readAhead = 32
	// onlyFor is the header of an event that is for one consumer only.
	onlyFor = "Weft-Consumer"
)

// natsBroker is a connection to NATS JetStream.
type natsBroker struct {
	conn   *nats.Conn
	js     jetstream.JetStream
	config Config
}

func connectNATS(ctx context.Context, config Config) (broker, error) {
	logger := config.Logger
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
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncTimeout(2*callTimeout)) // or unanswered ones stay for good
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	b := &natsBroker{conn, js, config}
	if _, err := b.stream(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("prepare the event bus at %s (is JetStream on?): %w", redacted(config.URL), err)
	}
	return b, nil
}

// stream returns the stream of events, made when it is missing.
func (b *natsBroker) stream(ctx context.Context) (jetstream.Stream, error) {
	return b.made(ctx, jetstream.StreamConfig{
		Name: wire.EventStream, Subjects: []string{wire.EventSubjects}, Storage: jetstream.FileStorage,
		MaxAge: b.config.KeepFor, MaxBytes: keepBytes, Duplicates: min(dedupeWindow, b.config.KeepFor), Replicas: max(1, b.config.Replicas),
	})
}

func (b *natsBroker) letterBox(ctx context.Context) (jetstream.Stream, error) {
	return b.made(ctx, jetstream.StreamConfig{
		Name: letterStream, Subjects: []string{letterSubject + "*"}, Storage: jetstream.FileStorage,
		MaxBytes: letterBytes, Duplicates: time.Minute, Replicas: max(1, b.config.Replicas),
	})
}

func (b *natsBroker) made(ctx context.Context, config jetstream.StreamConfig) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	stream, err := b.js.Stream(ctx, config.Name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return stream, err
	}
	return b.js.CreateStream(ctx, config)
}

func (b *natsBroker) publish(ctx context.Context, event wire.EntityChanged, payload []byte) (stored, error) {
	id := jetstream.WithMsgID(event.ID)
	future, err := b.js.PublishAsync(event.Subject(), payload, id)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		err := settled(ctx, future)
		if errors.Is(err, jetstream.ErrNoStreamResponse) { // the server lost the stream
			if _, err = b.stream(ctx); err == nil {
				_, err = b.js.Publish(ctx, event.Subject(), payload, id)
			}
		}
		return err
	}, nil
}

// settled waits for the server's answer.
func settled(ctx context.Context, future jetstream.PubAckFuture) error {
	select {
	case <-future.Ok():
		return nil
	case err := <-future.Err():
		return err
	default:
	}
	select {
	case <-future.Ok():
		return nil
	case err := <-future.Err():
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// natsDelivery is a message of a stream.
type natsDelivery struct{ jetstream.Msg }

func (d natsDelivery) subject() string { return d.Subject() }
func (d natsDelivery) payload() []byte { return d.Data() }
func (d natsDelivery) ack() error      { return d.Ack() }
func (d natsDelivery) extend() error   { return d.InProgress() }
func (d natsDelivery) giveBack() error { return d.Nak() }
func (d natsDelivery) times() int {
	meta, err := d.Metadata()
	if err != nil {
		return 1
	}
	return int(meta.NumDelivered)
}

func (b *natsBroker) deliver(ctx context.Context, name string, opened func(), receive func(delivery)) error {
	if _, err := b.stream(ctx); err != nil {
		return err
	}
	making, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	consumer, err := b.js.CreateOrUpdateConsumer(making, wire.EventStream, jetstream.ConsumerConfig{
		Durable: name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: maxHeld, MaxDeliver: -1,
		DeliverPolicy: jetstream.DeliverAllPolicy,
	})
	if err != nil {
		return err
	}
	opened()
	return drain(ctx, consumer, readAhead, func(message jetstream.Msg) {
		if who := message.Headers().Get(onlyFor); who != "" && who != name {
			_ = message.Ack() // otherwise it comes again, and is passed over again
			return
		}
		receive(natsDelivery{message})
	})
}

func (b *natsBroker) watch(
	ctx context.Context, receive func(message, subject string, payload []byte), missed func(),
) (stop func(), err error) {
	info, err := b.streamState(ctx)
	if err != nil {
		return nil, err
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
	take := func(message jetstream.Msg) {
		meta, err := message.Metadata()
		if err != nil {
			b.config.Logger.Warn("a message of the event bus has no place", "error", err)
			return
		}
		if meta.Sequence.Stream > last+1 { // the server forgot what was in between
			missed()
		}
		last = meta.Sequence.Stream
		if message.Headers().Get(onlyFor) == "" {
			receive(fmt.Sprintf("%d.%d", born.UnixNano(), last), message.Subject(), message.Data())
		}
	}
	return background(func(ctx context.Context) {
		for ctx.Err() == nil {
			consumer, err := open(ctx)
			if err == nil {
				err = drain(ctx, consumer, maxHeld, take)
			}
			if err != nil && ctx.Err() == nil {
				b.config.Logger.Warn("event subscription broke and is opened again", "error", err)
				pause(ctx, reopenAfter)
			}
		}
	}), nil
}

func (b *natsBroker) streamState(ctx context.Context) (*jetstream.StreamInfo, error) {
	stream, err := b.stream(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return stream.Info(ctx)
}

// drain hands on messages until the subscription breaks or ctx ends, of which so many are fetched ahead. Short
// heartbeats show a dead one soon.
func drain(ctx context.Context, consumer jetstream.Consumer, ahead int, receive func(jetstream.Msg)) error {
	messages, err := consumer.Messages(jetstream.PullExpiry(5*time.Second), jetstream.PullHeartbeat(time.Second),
		jetstream.PullMaxMessages(ahead))
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
		receive(message)
	}
}

func (b *natsBroker) bury(ctx context.Context, letter wire.DeadLetter) error {
	if _, err := b.letterBox(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(letter)
	if err != nil {
		return err
	}
	// Without the message's id, since what is redriven may have to be buried again at once.
	_, err = b.js.Publish(ctx, letterSubject+letter.Consumer, text)
	return err
}

func (b *natsBroker) letters(
	ctx context.Context, consumer string, each func(wire.DeadLetter) (bool, error),
) error {
	box, err := b.letterBox(ctx)
	if err != nil {
		return err
	}
	info, err := box.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return err
	}
	for sequence := uint64(1); sequence <= info.State.LastSeq; {
		message, err := box.GetMsg(ctx, sequence, jetstream.WithGetMsgSubject(letterSubject+consumer))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		sequence = message.Sequence + 1
		var letter wire.DeadLetter
		if err := json.Unmarshal(message.Data, &letter); err != nil {
			letter = wire.DeadLetter{ID: letterID(message.Data), Consumer: consumer, At: message.Time, Event: message.Data,
				Reason: "the dead letter itself cannot be read"}
		}
		remove, err := each(letter)
		if err != nil {
			return err
		}
		if remove {
			if err := box.DeleteMsg(ctx, message.Sequence); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *natsBroker) consumers(ctx context.Context) ([]string, error) {
	stream, err := b.stream(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	list := stream.ListConsumers(ctx)
	for info := range list.Info() {
		if info.Config.Durable != "" {
			names[info.Config.Durable] = true
		}
	}
	if err := list.Err(); err != nil {
		return nil, err
	}
	box, err := b.letterBox(ctx)
	if err != nil {
		return nil, err
	}
	info, err := box.Info(ctx, jetstream.WithSubjectFilter(letterSubject+"*"))
	if err != nil {
		return nil, err
	}
	for subject := range info.State.Subjects {
		names[strings.TrimPrefix(subject, letterSubject)] = true
	}
	return sortedNames(names), nil
}

func sortedNames(names map[string]bool) []string {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func (b *natsBroker) redeliver(ctx context.Context, consumer, subject string, payload []byte) error {
	message := &nats.Msg{Subject: subject, Data: payload, Header: nats.Header{onlyFor: {consumer}}}
	_, err := b.js.PublishMsg(ctx, message)
	return err
}

func (b *natsBroker) lag(ctx context.Context, name string) (int, error) {
	consumer, err := b.js.Consumer(ctx, wire.EventStream, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	info := consumer.CachedInfo()
	return int(info.NumPending) + info.NumAckPending, nil
}

func (b *natsBroker) buried(ctx context.Context, consumer string) (int, error) {
	box, err := b.letterBox(ctx)
	if err != nil {
		return 0, err
	}
	info, err := box.Info(ctx, jetstream.WithSubjectFilter(letterSubject+consumer))
	if err != nil {
		return 0, err
	}
	return int(info.State.Subjects[letterSubject+consumer]), nil
}

func (b *natsBroker) ask(ctx context.Context, subgraph string, question []byte) ([]byte, error) {
	answer, err := b.conn.RequestWithContext(ctx, catchUpSubject+subgraph, question)
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded) {
		return nil, ErrNobodyAnswers
	}
	if err != nil {
		return nil, err
	}
	return answer.Data, nil
}

func (b *natsBroker) answer(subgraph string, respond func(context.Context, []byte) []byte) (func(), error) {
	ctx, cancel := context.WithCancel(context.Background())
	subscription, err := b.conn.QueueSubscribe(catchUpSubject+subgraph, "owner", func(message *nats.Msg) {
		if err := message.Respond(respond(ctx, message.Data)); err != nil {
			b.config.Logger.Warn("an answer to what has changed was not sent", "subgraph", subgraph, "error", err)
		}
	})
	if err == nil {
		err = b.known(subscription)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return func() {
		cancel()
		_ = subscription.Unsubscribe() // the connection may have ended before
	}, nil
}

// known waits until the server has the subscription: what is asked after that finds it. Without a connection it need
// not wait, since the subscription is sent again whenever the connection is back.
func (b *natsBroker) known(subscription *nats.Subscription) error {
	if !b.conn.IsConnected() {
		return nil
	}
	err := b.conn.FlushTimeout(time.Second)
	if err == nil || !b.conn.IsConnected() || errors.Is(err, nats.ErrTimeout) {
		return nil
	}
	_ = subscription.Unsubscribe()
	return err
}

func (b *natsBroker) check(ctx context.Context) error {
	if status := b.conn.Status(); status != nats.CONNECTED {
		return fmt.Errorf("event bus is %s", strings.ToLower(status.String()))
	}
	return b.conn.FlushWithContext(ctx)
}

func (b *natsBroker) close() { b.conn.Close() }
