package server

import (
	"net/http"
	"time"
)

// isDelivered tells that the answer is sent part by part: it is a sequence, or the client takes nothing else.
func (x *exchange) isDelivered() bool {
	if !x.takesParts() || !x.executed {
		return false
	}
	if x.response.Sequel != nil {
		return true
	}
	switch x.response.Outcome {
	case Executed, Rejected, Unparsed, Unknown:
		return !x.takesWhole && !x.streamed
	}
	return false
}

// deliver sends the answer part by part until it ends or the client leaves. observe tells the observers; they are
// told when the answer begins, for it can last as long as the client wants.
func (h *Handler) deliver(x *exchange, observe func()) {
	x.leave()
	x.dropInput()
	x.status = http.StatusOK
	f := x.format()
	header := x.writer.Header()
	header["Content-Type"] = []string{f.contentType()}
	header["Cache-Control"] = []string{"no-cache, no-store"}
	// Proxies must not wait for more.
	header["X-Accel-Buffering"] = []string{"no"}
	for _, line := range x.response.Header {
		header.Add(line.Name, line.Value)
	}
	_, isParts := f.(partsFormat)
	if !isParts && h.takeOver(x, f, observe) {
		return
	}
	s := &stream{
		format: f, writer: x.writer, control: http.NewResponseController(x.writer), within: h.opts.ReadTimeout,
		gone: x.httpRequest.Context().Done(),
	}
	if isParts && h.opts.Compress {
		if e := acceptedEncoding(x.httpRequest.Header["Accept-Encoding"]); e != identity {
			header["Content-Encoding"] = encodingNames[e]
			s.encoder = e.encoder(x.writer)
		}
	}
	x.writer.WriteHeader(x.status)
	_ = s.control.SetReadDeadline(time.Time{}) // nothing more is read; a writer without deadlines is a test's
	observe()
	run := func() { s.run(&x.response, h.opts.Heartbeat) }
	if x.response.Sequel != nil && h.opts.Detach != nil {
		h.opts.Detach(run)
		return
	}
	run()
}

// format is how the parts of the answer are written.
func (x *exchange) format() format {
	how := x.events
	if x.response.Sequel != nil && x.response.Operation.Kind != "subscription" || how == whole {
		how = x.deferred
	}
	switch how {
	case multipartEvents:
		return multipartFormat{}
	case multipartParts:
		return partsFormat{x.spec}
	}
	return eventStreamFormat{}
}

// stream is an answer that is sent part by part.
type stream struct {
	format format
	writer http.ResponseWriter
	// encoder compresses what goes to writer; nil when it is not to be.
	encoder flushingWriter
	control *http.ResponseController
	// within is how long the client may take to take a part.
	within time.Duration
	gone   <-chan struct{}
	buffer []byte
}

// run sends the parts, and gives them back.
func (s *stream) run(resp *Response, heartbeat time.Duration) {
	defer resp.Release()
	if s.encoder != nil {
		defer func() { _ = s.encoder.Close() }() // who has gone takes no end
	}
	if !s.send(s.format.begin(s.buffer[:0])) {
		return
	}
	if len(resp.Bytes()) > 0 && !s.send(s.format.part(s.buffer[:0], resp)) {
		return
	}
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		switch resp.Take() {
		case Part:
			if !s.send(s.format.part(s.buffer[:0], resp)) {
				return
			}
			ticker.Reset(heartbeat)
			continue
		case Over:
			s.send(s.format.end(s.buffer[:0], resp.Ended))
			return
		}
		select {
		case <-resp.Sequel.Ready():
		case <-ticker.C:
			if !s.send(s.format.heartbeat(s.buffer[:0])) {
				return
			}
		case <-s.gone:
			return
		}
	}
}

// keepStreamed bounds the buffer that a stream keeps between its parts.
const keepStreamed = 4 << 10

// send writes bytes out; false when the client does not take them.
func (s *stream) send(bytes []byte) bool {
	if s.buffer = bytes; cap(bytes) > keepStreamed {
		s.buffer = nil
	}
	if len(bytes) == 0 {
		return true
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(s.within)) // a writer without deadlines is a test's
	if !s.write(bytes) {
		return false
	}
	if s.control.Flush() != nil {
		return false
	}
	_ = s.control.SetWriteDeadline(time.Time{}) // as above
	return true
}

// write writes bytes, all of them, compressed or not.
func (s *stream) write(bytes []byte) bool {
	if s.encoder == nil {
		_, err := s.writer.Write(bytes)
		return err == nil
	}
	_, err := s.encoder.Write(bytes)
	return err == nil && s.encoder.Flush() == nil
}

// dropInput gives back what the request was read into. Nothing may refer to it any more.
func (x *exchange) dropInput() {
	if x.paid > 0 {
		x.handler.bodies.GiveBack(x.paid)
		x.paid = 0
	}
	x.input, x.request = nil, Request{}
}
