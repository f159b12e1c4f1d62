package contracts

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/bus/embedded"
	"github.com/weft-graphql/weft/schema/wire"
)

// eventStream is how services are asked for events here (graphql-sse).
const eventStream = "text/event-stream"

// eventPause is the time between two tellings of an event to a subscription: there is no knowing when it listens.
const eventPause = 100 * time.Millisecond

// said tells whether the cases say something of the operation.
func (o *Operation) said() bool {
	return len(o.Variables) > 0 || o.Caller != nil || o.Event != nil || len(o.Given) > 0
}

// firstEvent reads the data of the first event of a stream.
func firstEvent(stream io.Reader) ([]byte, error) {
	lines := bufio.NewReader(io.LimitReader(stream, maxAnswer))
	for {
		line, err := lines.ReadBytes('\n')
		if data, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data:")); ok && len(bytes.TrimSpace(data)) > 0 {
			return bytes.TrimSpace(data), nil
		}
		if err == io.EOF {
			return nil, errors.New("the stream ends without an event")
		}
		if err != nil {
			return nil, err
		}
	}
}

// listener hands a stream on, and tells of its first event.
type listener struct {
	http.ResponseWriter
	heard func(l *listener, event []byte)
	told  bool
	text  []byte
}

// Write implements http.ResponseWriter.
func (l *listener) Write(p []byte) (int, error) {
	if !l.told && len(l.text) < maxAnswer {
		l.text = append(l.text, p...)
		if bytes.Contains(l.text, []byte("\n\n")) {
			if event, err := firstEvent(bytes.NewReader(l.text)); err == nil {
				l.told = true
				l.heard(l, event)
			}
		}
	}
	return l.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush.
func (l *listener) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// Flush implements http.Flusher.
func (l *listener) Flush() {
	_ = http.NewResponseController(l.ResponseWriter).Flush() // a writer that cannot holds nothing back
}

// listen sends a subscription through a router of its own, and returns what services were asked until its first event.
func (recording *Recording) listen(ctx context.Context, events *bus.Bus, o Operation, known kept) ([]exchange, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	rec := &recorder{}
	r, err := recording.router(rec, events)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), callerKey{}, o.Caller)))
	}))
	defer server.Close()
	var heard atomic.Bool
	telling := make(chan error, 1)
	go func() { telling <- o.tell(ctx, events, &heard) }()
	text, err := o.hear(ctx, server, known)
	heard.Store(true)
	cancel() // the subscription is over
	if err := errors.Join(err, <-telling); err != nil {
		return nil, err
	}
	if err := refusedWith(text); err != nil {
		return nil, err
	}
	return rec.take(), nil
}

// hear sends the subscription and returns its first event.
func (o *Operation) hear(ctx context.Context, server *httptest.Server, known kept) ([]byte, error) {
	req, err := o.request(ctx, server.URL+"/graphql", known)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", eventStream)
	resp, err := server.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), eventStream) {
		return io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	}
	return firstEvent(resp.Body)
}

// tell publishes the subscription's event until it was heard.
func (o *Operation) tell(ctx context.Context, events *bus.Bus, heard *atomic.Bool) error {
	if o.Event == nil {
		return nil
	}
	ticks := time.NewTicker(eventPause)
	defer ticks.Stop()
	for n := 1; !heard.Load(); n++ {
		err := events.Publish(ctx, wire.EntityChanged{
			ID: fmt.Sprintf("%s %d", o.Name, n), Subgraph: o.Event.Subgraph, Change: wire.Updated,
			Type: o.Event.Type, Key: o.Event.Key,
		})
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// events is a bus for what the router is told, and what ends it; nil when the graph has no need of one.
func (recording *Recording) events(ctx context.Context) (events *bus.Bus, stop func(), err error) {
	hears := func(o Operation) bool { return o.Event != nil }
	if !strings.Contains(recording.Supergraph, "@events(") && !slices.ContainsFunc(recording.Operations, hears) {
		return nil, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "weft-contracts-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) } // at worst something is left where temporary files are
	server, err := embedded.Start(dir)
	if err != nil {
		remove()
		return nil, nil, err
	}
	events, err = server.Connect(ctx, bus.Config{Client: "contracts", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		server.Stop()
		remove()
		return nil, nil, err
	}
	return events, func() {
		events.Close()
		server.Stop()
		remove()
	}, nil
}

// compareEvent holds the first event of a stream against the one that is expected.
func (i *Interaction) compareEvent(resp *http.Response) ([]string, error) {
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), eventStream) {
		text, err := io.ReadAll(io.LimitReader(resp.Body, 300))
		if err != nil {
			return nil, err
		}
		return []string{fmt.Sprintf("the status is %d, and there are no events: %s", resp.StatusCode, text)}, nil
	}
	text, err := firstEvent(resp.Body)
	if err != nil {
		return []string{err.Error()}, nil
	}
	return compareJSON(i.Contents, i.Rules.Body, text)
}
