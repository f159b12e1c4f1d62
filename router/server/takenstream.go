package server

import (
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graphql/weft/router/server/poll"
)

// takenStream is a stream of events whose connection was taken from net/http: there it would keep two goroutines, their
// stacks and net/http's buffers while it waits, many times what it needs. Nothing runs while it waits, and nothing of
// the request is kept. The client says nothing more that is heard: the connection ends with the stream.
type takenStream struct {
	*streamSettings
	format format
	sequel Sequel
	conn   net.Conn
	client *poll.Conn
	work   Activity
	// left tells that the client has, due that it has heard nothing for the time of a heartbeat, and heard when it has
	// heard something last; that is of whoever has the work.
	left, due atomic.Bool
	heard     time.Time
	heartbeat *time.Timer
}

// streamSettings are what all streams of a handler have in common. They do not keep the handler.
type streamSettings struct {
	all *Streams
	// every is the longest time without a byte, and within how long the client may take to take a part.
	every, within time.Duration
	logger        *slog.Logger
}

// takeOver takes the connection of a subscription from net/http and sends the head of the answer. It returns false,
// and has done nothing, where that is not possible: over TLS and HTTP/2, for HTTP/1.0, whose clients do not know
// chunks, behind writers of others, and on connections that cannot be waited for.
func (h *Handler) takeOver(x *exchange, f format, observe func()) bool {
	_, ok := x.response.Sequel.(Notifier)
	r := x.httpRequest
	if !ok || h.streams == nil || r.ProtoMajor != 1 || r.ProtoMinor < 1 {
		return false
	}
	below, ok := r.Context().Value(framedKey{}).(*framed)
	if !ok {
		return false
	}
	hijacker, ok := x.writer.(http.Hijacker)
	if !ok {
		return false
	}
	tcp := tcpBelow(below)
	if tcp == nil {
		return false
	}
	s := &takenStream{streamSettings: h.streams, format: f, sequel: x.response.Sequel}
	if s.client = poll.Open(tcp, s.listen); s.client == nil {
		return false
	}
	header := x.writer.Header()
	conn, _, err := hijacker.Hijack()
	if err != nil {
		s.client.Close()
		return false
	}
	if s.conn = conn; conn == net.Conn(below) {
		s.conn = tcp
	}
	_ = s.conn.SetDeadline(time.Time{}) // a connection that is closed tells with the first write
	s.all.add(s)
	observe()
	first := x.response
	x.response = Response{}
	s.heartbeat = time.AfterFunc(s.every, s.beat)
	go s.begin(appendStreamHead(nil, header), &first)
	return true
}

// begin sends the head of the answer and what there is.
func (s *takenStream) begin(head []byte, first *Response) {
	defer s.recover()
	from := len(head)
	head = s.format.begin(head)
	if len(first.Bytes()) > 0 {
		head = s.format.part(head, first)
	}
	first.releasePart()
	if !s.write(appendChunk(head, from)) {
		s.left.Store(true)
	}
	s.client.Wait()
	s.sequel.(Notifier).Notify(s.wake)
	s.run()
}

// wake has what there is sent.
func (s *takenStream) wake() {
	if s.work.Wake() {
		go s.run()
	}
}

// beat lets the client hear something.
func (s *takenStream) beat() {
	s.due.Store(true)
	if s.work.Wake() {
		s.run() // a timer calls with a goroutine of its own
	}
}

// listen drops what the client says, until it leaves. It is called when there is something.
func (s *takenStream) listen() {
	if s.client.Drop() != nil {
		s.leave()
		return
	}
	s.client.Wait()
}

// leave ends the stream because the client has gone, or is to go.
func (s *takenStream) leave() {
	if !s.left.Swap(true) {
		_ = s.conn.Close() // who writes to it is told
		s.wake()
	}
}

// run sends what there is, and goes on until there is nothing more to send.
func (s *takenStream) run() {
	defer s.recover()
	if !s.work.Do(s.send) {
		s.end()
	}
}

var responses = sync.Pool{New: func() any { return new(Response) }}

// send sends what there is; false when the stream is over.
func (s *takenStream) send() (more bool) {
	resp, out := responses.Get().(*Response), takeBuffer()
	resp.Sequel = s.sequel
	bytes := out.bytes[:0]
	defer func() {
		resp.releasePart()
		*resp = Response{}
		responses.Put(resp)
		out.giveBack(bytes)
	}()
	for !s.left.Load() {
		switch resp.Take() {
		case Part:
			if bytes = s.format.part(bytes[:0], resp); !s.write(appendChunk(bytes, 0)) {
				return false
			}
			continue
		case Over:
			bytes = appendChunk(s.format.end(bytes[:0], resp.Ended), 0)
			s.write(append(bytes, lastChunk...))
			_ = s.client.Drop() // closed with something unread, the connection would be reset
			return false
		}
		if s.due.Swap(false) && !s.keepUp(bytes) {
			return false
		}
		return true
	}
	return false
}

// keepUp sends a heartbeat if the client has heard nothing for so long, and has itself called when the next is due.
func (s *takenStream) keepUp(out []byte) bool {
	silent := time.Since(s.heard)
	if silent < s.every {
		s.heartbeat.Reset(s.every - silent)
		return true
	}
	s.heartbeat.Reset(s.every)
	return s.write(appendChunk(s.format.heartbeat(out[:0]), 0))
}

// write sends bytes, if there are any; false when the client does not take them in time.
func (s *takenStream) write(bytes []byte) bool {
	if len(bytes) == 0 {
		return true
	}
	s.heard = time.Now()
	_ = s.conn.SetWriteDeadline(s.heard.Add(s.within)) // fails as the write then does
	_, err := s.conn.Write(bytes)
	return err == nil
}

// recover ends a stream that has panicked: that must not end the process.
func (s *takenStream) recover() {
	if cause := recover(); cause != nil {
		s.logger.Error("a stream of events panicked", "panic", cause, "remote", s.conn.RemoteAddr(),
			"stack", string(debug.Stack()))
		s.work.End()
		s.end()
	}
}

// end gives back what the stream has.
func (s *takenStream) end() {
	s.left.Store(true)
	s.heartbeat.Stop()
	_ = s.conn.Close()
	s.client.Close()
	s.sequel.Close()
	s.all.remove(s)
}

// appendStreamHead appends the head of an answer in chunks behind which the connection ends.
//
// Specification: RFC 9112, sections 4 "Status Line", 7.1 "Chunked Transfer Coding" and 9.6 "Tear-down".
func appendStreamHead(out []byte, header http.Header) []byte {
	to := appender(append(out, "HTTP/1.1 200 OK\r\n"...))
	_ = header.WriteSubset(&to, framingHeaders) // an appender takes everything
	if _, dated := header["Date"]; !dated {
		to = append(to, "Date: "...)
		to = append(time.Now().UTC().AppendFormat(to, http.TimeFormat), "\r\n"...)
	}
	return append(to, "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"...)
}

// framingHeaders are not the handler's to say.
var framingHeaders = map[string]bool{
	"Connection": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true,
}

// appendChunk makes what stands in out from an index on a chunk; nothing when that is nothing, which would be the end.
func appendChunk(out []byte, from int) []byte {
	size := len(out) - from
	if size == 0 {
		return out
	}
	var text [18]byte
	head := append(strconv.AppendInt(text[:0], int64(size), 16), "\r\n"...)
	out = append(out, head...)
	copy(out[from+len(head):], out[from:from+size])
	copy(out[from:], head)
	return append(out, "\r\n"...)
}

const lastChunk = "0\r\n\r\n"
