package eventbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/weft-graphql/weft/router/subscription"
)

// Source gives the events of one subgraph's subscription fields. It is a subscription.Upstream.
type Source struct {
	// Declared are the fields, by name.
	Declared map[string]*Declaration
	// Types are the graph's.
	Types Types
	// Connection returns a connection to the server that the declaration names.
	Connection func(ctx context.Context, provider string) (*nats.Conn, error)
	// MaxEventBytes bounds a message; larger ones are answered with an error.
	MaxEventBytes int
}

// callTimeout bounds one question to the server.
const callTimeout = 5 * time.Second

// Resumes implements subscription.Upstream: streams keep messages for a while. Where there is no stream, a subscription
// that should begin behind an event is refused when it is opened.
func (s *Source) Resumes() bool { return true }

// Subscribe implements subscription.Upstream.
func (s *Source) Subscribe(
	ctx context.Context, req *subscription.Request, opened func(), emit func(subscription.Event),
) error {
	a, err := readRequest(req.Body)
	if err != nil {
		return subscription.Final(err)
	}
	declared := s.Declared[a.field.Name]
	if declared == nil {
		return subscription.Final(fmt.Errorf("the field %s of Subscription is not fed by events (@events)", a.field.Name))
	}
	l, err := declared.listen(a, s.Types)
	if err != nil {
		return subscription.Final(fmt.Errorf("the field %s of Subscription: %w", a.field.Name, err))
	}
	conn, err := s.Connection(ctx, declared.Provider)
	if err != nil {
		return err
	}
	r := &reader{listening: l, emit: emit, most: s.MaxEventBytes}
	stream, err := r.stream(ctx, conn)
	switch {
	case err != nil:
		return err
	case stream == nil && req.After != "":
		return subscription.Final(
			errors.New("the messages of this subscription are not kept by any stream: it cannot go on " +
				"behind an event"),
		)
	case stream == nil:
		return r.listen(ctx, conn, opened)
	}
	return r.read(ctx, stream, req.After, opened)
}

// reader emits the messages of one subscription.
type reader struct {
	*listening
	emit func(subscription.Event)
	most int
}

// stream is the stream that keeps the messages, or nil when none does.
func (r *reader) stream(ctx context.Context, conn *nats.Conn) (jetstream.Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	name := r.declared.Stream
	if name == "" {
		name, err = js.StreamNameBySubject(ctx, r.subjects[0])
		if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrJetStreamNotEnabled) ||
			errors.Is(err, nats.ErrNoResponders) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look for the stream of %s: %w", r.subjects[0], err)
		}
	}
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open the stream %s: %w", name, err)
	}
	return stream, nil
}

// read emits what the stream has behind an event, or what comes next when none is named.
func (r *reader) read(ctx context.Context, stream jetstream.Stream, after string, opened func()) error {
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	info, err := stream.Info(asking)
	cancel()
	if err != nil {
		return fmt.Errorf("ask for the stream: %w", err)
	}
	last := info.State.LastSeq
	if after != "" {
		if last, err = place(after, info); err != nil {
			return subscription.Final(err)
		}
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: r.subjects, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: last + 1,
		InactiveThreshold: 30 * time.Second,
	})
	if err != nil {
		return fmt.Errorf("read the stream %s: %w", info.Config.Name, err)
	}
	defer forget(stream, consumer)
	messages, err := consumer.Messages(jetstream.PullMaxMessages(64))
	if err != nil {
		return fmt.Errorf("read the stream %s: %w", info.Config.Name, err)
	}
	defer messages.Stop()
	defer context.AfterFunc(ctx, messages.Stop)()
	opened()
	for {
		message, err := messages.Next()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the stream %s: %w", info.Config.Name, err)
		}
		meta, err := message.Metadata()
		if err != nil {
			return fmt.Errorf("read the stream %s: %w", info.Config.Name, err)
		}
		r.message(message.Data(), eventID(info.Created, meta.Sequence.Stream), meta.NumPending > 0)
	}
}

// forget deletes a consumer, which the server would keep for a while.
func forget(stream jetstream.Stream, consumer jetstream.Consumer) {
	if info := consumer.CachedInfo(); info != nil {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		_ = stream.DeleteConsumer(ctx, info.Name) // it ends by itself in any case
	}
}

// message emits a message if it is an event.
func (r *reader) message(data []byte, id string, backlog bool) {
	if r.most > 0 && len(data) > r.most {
		why := fmt.Sprintf("a message has %d bytes; the most is %d (subscription.max_event_bytes)", len(data), r.most)
		r.emit(subscription.Event{Payload: r.failed(why), ID: id, Backlog: backlog})
		return
	}
	if payload := r.answer(data); payload != nil {
		r.emit(subscription.Event{Payload: payload, ID: id, Backlog: backlog, Changed: true})
	}
}

// listen emits what comes where no stream keeps it.
func (r *reader) listen(ctx context.Context, conn *nats.Conn, opened func()) error {
	const ahead = 1024
	incoming := make(chan *nats.Msg, ahead)
	for _, subject := range r.subjects {
		s, err := conn.ChanSubscribe(subject, incoming)
		if err != nil {
			return fmt.Errorf("subscribe to %s: %w", subject, err)
		}
		defer func() { _ = s.Unsubscribe() }() // the connection may be closed by now
	}
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	err := conn.FlushWithContext(asking)
	cancel()
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", strings.Join(r.subjects, ", "), err)
	}
	opened()
	for {
		select {
		case message := <-incoming:
			r.message(message.Data, "", false)
		case <-ctx.Done():
			return nil
		}
	}
}

// eventID names a message: when its stream was made, so that those of another one are not mistaken for it, and its
// place.
func eventID(created time.Time, sequence uint64) string {
	return strconv.FormatInt(created.UnixMilli(), 36) + "-" + strconv.FormatUint(sequence, 10)
}

var errGone = errors.New(
	"the stream does not keep the events behind this one any more: load the data again and subscribe " +
		"without an event id",
)

// place is the place of an event in the stream. It is an error when messages behind it are gone.
func place(id string, info *jetstream.StreamInfo) (uint64, error) {
	prefix, number, _ := strings.Cut(id, "-")
	sequence, err := strconv.ParseUint(number, 10, 64)
	if err != nil || strings.HasPrefix(number, "+") {
		name, _ := json.Marshal(id)
		return 0, fmt.Errorf("%s is no id of an event of this subscription", name)
	}
	created := strconv.FormatInt(info.Created.UnixMilli(), 36)
	if prefix != created || sequence > info.State.LastSeq || sequence+1 < info.State.FirstSeq {
		return 0, errGone
	}
	return sequence, nil
}
