package websocket

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// operation is one in progress. Of a subscription that waits there is only this: no goroutine does, one runs while
// there is something to send.
type operation struct {
	session  *session
	id       string
	ctx      context.Context
	cancel   context.CancelFunc
	response server.Response
	state    atomic.Int32
}

// The states of an operation. Who moves it from idle to sending has it.
const (
	sending int32 = iota
	// again tells that there is more since it was looked for.
	again
	idle
	ended
)

// run answers the operation, and goes on until it is over or there is nothing to send.
func (o *operation) run(payload json.RawMessage, req server.Request) {
	if !o.answer(payload, &req) {
		o.end()
		return
	}
	if n, ok := o.response.Sequel.(server.Notifier); ok {
		context.AfterFunc(o.ctx, o.wake)
		n.Notify(o.wake)
		o.send()
		return
	}
	defer o.end()
	for o.response.Next(o.ctx) {
		if !o.part() {
			return
		}
	}
	o.complete()
}

// answer runs the operation and sends the first part of its answer, if there is one yet. It tells whether others
// follow.
func (o *operation) answer(payload json.RawMessage, req *server.Request) (more bool) {
	s, resp := o.session, &o.response
	started := time.Now()
	if err := server.ParseRequest(payload, req); err != nil {
		text, _ := json.Marshal(err.Error()) // a string can always be written
		s.over(o.ctx, s.failure(o.id, []byte(`[{"message":`+string(text)+`,"extensions":{"code":"BAD_REQUEST"}}]`)))
		return false
	}
	req.LastEventID = lastEventID(req.Extensions)
	handler, leave := s.handler.options.Enter()
	if handler == nil {
		return false
	}
	handler.Do(o.ctx, req, resp)
	handler.Observe(&server.Observation{
		Method: "WEBSOCKET", Path: s.path, Remote: s.remote, Status: http.StatusOK, Bytes: len(resp.Bytes()),
		Operation: resp.Operation,
	}, time.Since(started))
	leave()
	switch {
	case resp.Sequel == nil && resp.Outcome != server.Executed && resp.Outcome != server.Unknown:
		s.over(o.ctx, s.failure(o.id, errorsOf(resp.Bytes())))
	case resp.Sequel == nil:
		if o.part() {
			o.complete()
		}
	case len(resp.Bytes()) == 0:
		return true
	default:
		return o.part()
	}
	return false
}

// wake has what there is sent.
func (o *operation) wake() {
	for {
		switch o.state.Load() {
		case idle:
			if o.state.CompareAndSwap(idle, sending) {
				go o.send()
				return
			}
		case sending:
			if o.state.CompareAndSwap(sending, again) {
				return
			}
		default:
			return
		}
	}
}

// send sends what there is.
func (o *operation) send() {
	for o.parts() {
		if o.state.CompareAndSwap(sending, idle) {
			return
		}
		o.state.Store(sending)
	}
	o.end()
}

// parts sends the parts that are there; false when the operation is over.
func (o *operation) parts() (more bool) {
	for o.ctx.Err() == nil {
		switch o.response.Take() {
		case server.NotYet:
			return true
		case server.Over:
			o.complete()
			return false
		}
		if !o.part() {
			return false
		}
	}
	return false
}

// part sends a part; false when it is the last one.
func (o *operation) part() bool {
	s, part := o.session, &o.response
	switch part.Ended {
	case server.EndedByError:
		if hasData(part.Bytes()) {
			break
		}
		s.over(o.ctx, s.failure(o.id, errorsOf(part.Bytes())))
		return false
	case server.EndedByRestart:
		s.leave()
		s.done(o.ctx, o.id)
		return false
	}
	return o.ctx.Err() == nil && s.next(o.id, part.Bytes())
}

func (o *operation) complete() { o.session.over(o.ctx, message{ID: o.id, Type: "complete"}) }

// end gives back what the operation has.
func (o *operation) end() {
	o.state.Store(ended)
	o.response.Release()
	o.session.finish(o.id, o.cancel)
	o.session.running.Done()
}
