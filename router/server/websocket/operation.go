package websocket

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// operation is one in progress. Of a subscription that waits there is only this: no goroutine does, one runs while
// there is something to send.
type operation struct {
	session *session
	id      string
	// cancel ends the context of what the engine does for it; stopped tells that nobody wants it any more.
	cancel  context.CancelFunc
	stopped atomic.Bool
	work    server.Activity
	// sequel are the parts that are sent when they come; nil until then.
	sequel server.Sequel
}

// run answers the operation, and goes on until it is over or there is nothing to send.
func (o *operation) run(ctx context.Context, payload json.RawMessage, req server.Request) {
	var resp server.Response
	if !o.answer(ctx, payload, &req, &resp) {
		o.end(&resp)
		return
	}
	if n, ok := resp.Sequel.(server.Notifier); ok {
		o.sequel, resp.Sequel = resp.Sequel, nil
		resp.Release()
		o.cancel() // nothing is done in its context any more
		n.Notify(o.wake)
		o.send()
		return
	}
	defer o.end(&resp)
	for resp.Next(ctx) {
		if !o.part(&resp) {
			return
		}
	}
	o.complete()
}

// answer runs the operation and sends the first part of its answer, if there is one yet. It tells whether others
// follow.
func (o *operation) answer(
	ctx context.Context, payload json.RawMessage, req *server.Request, resp *server.Response,
) (more bool) {
	s := o.session
	started := time.Now()
	if err := server.ParseRequest(payload, req); err != nil {
		text, _ := json.Marshal(err.Error()) // a string can always be written
		s.over(o, s.failure(o.id, []byte(`[{"message":`+string(text)+`,"extensions":{"code":"BAD_REQUEST"}}]`)))
		return false
	}
	req.LastEventID = lastEventID(req.Extensions)
	handler, leave := s.handler.options.Enter()
	if handler == nil {
		return false
	}
	handler.Do(ctx, req, resp)
	handler.Observe(&server.Observation{
		Method: "WEBSOCKET", Path: s.path, Remote: s.remote, Status: http.StatusOK, Bytes: len(resp.Bytes()),
		Operation: resp.Operation,
	}, time.Since(started))
	leave()
	switch {
	case resp.Sequel == nil && resp.Outcome != server.Executed && resp.Outcome != server.Unknown:
		s.over(o, s.failure(o.id, errorsOf(resp.Bytes())))
	case resp.Sequel == nil:
		if o.part(resp) {
			o.complete()
		}
	case len(resp.Bytes()) == 0:
		return true
	default:
		return o.part(resp)
	}
	return false
}

// wake has what there is sent.
func (o *operation) wake() {
	if o.work.Wake() {
		go o.send()
	}
}

// stop ends the operation, whose client does not want it any more.
func (o *operation) stop() {
	o.stopped.Store(true)
	o.cancel()
	o.wake()
}

// send sends what there is.
func (o *operation) send() {
	if !o.work.Do(o.parts) {
		o.end(&server.Response{Sequel: o.sequel})
	}
}

var responses = sync.Pool{New: func() any { return new(server.Response) }}

// parts sends the parts that are there; false when the operation is over.
func (o *operation) parts() (more bool) {
	resp := responses.Get().(*server.Response)
	resp.Sequel = o.sequel
	defer func() {
		resp.Sequel = nil // it goes on
		resp.Release()
		*resp = server.Response{}
		responses.Put(resp)
	}()
	for !o.stopped.Load() {
		switch resp.Take() {
		case server.NotYet:
			return true
		case server.Over:
			o.complete()
			return false
		}
		if !o.part(resp) {
			return false
		}
	}
	return false
}

// part sends a part; false when it is the last one.
func (o *operation) part(part *server.Response) bool {
	s := o.session
	switch part.Ended {
	case server.EndedByError:
		if hasData(part.Bytes()) {
			break
		}
		s.over(o, s.failure(o.id, errorsOf(part.Bytes())))
		return false
	case server.EndedByRestart:
		s.leave()
		s.done(o)
		return false
	}
	return !o.stopped.Load() && s.next(o.id, part.Bytes())
}

func (o *operation) complete() { o.session.over(o, message{ID: o.id, Type: "complete"}) }

// end gives back what the operation has.
func (o *operation) end(resp *server.Response) {
	o.work.End()
	resp.Release()
	o.session.finish(o)
	o.session.running.Done()
}
