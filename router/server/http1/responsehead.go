package http1

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// headFacts is what the header said when the head was printed, as far as it matters when the head is sent.
type headFacts struct {
	// printLength and printCoding tell that Content-Length and Transfer-Encoding stand in the head as the handler wants.
	printLength, printCoding bool
	// mayCount tells that the length is announced if the handler returns before anything was sent.
	mayCount bool
	// sniff tells that the Content-Type is to be guessed, dated that there is a Date.
	sniff, dated bool
	// saysClose tells that the header says Connection: close, and connection where that header stands in the head.
	saysClose                    bool
	connectionFrom, connectionTo int
}

// first is the first value of a header.
func first(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// printHead prints the status line and the handler's header, sorted by name.
func (w *response) printHead() {
	facts := &w.head
	_, typed := w.header["Content-Type"]
	_, facts.dated = w.header["Date"]
	facts.sniff = !typed && first(w.header, "Content-Encoding") == "" && first(w.header, "Transfer-Encoding") == ""
	connection := first(w.header, "Connection")
	w.closing = w.closing || connection == "close"
	facts.saysClose = hasToken(connection, "close")

	out := appendStatus(w.buffers.head, w.status)
	names := make([]string, 0, 16)
	for name := range w.header {
		if w.prints(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		from := len(out)
		for _, value := range w.header[name] {
			out = appendField(out, name, value)
		}
		if name == "Connection" {
			facts.connectionFrom, facts.connectionTo = from, len(out)
		}
	}
	w.buffers.head = out
}

// prints tells whether a header goes into the head as the handler has set it.
func (w *response) prints(name string) bool {
	switch name {
	case "Content-Length":
		return w.head.printLength
	case "Transfer-Encoding":
		return w.head.printCoding
	case "Content-Type":
		return w.status != http.StatusNotModified
	}
	return isToken(name) // and so without those that begin with http.TrailerPrefix
}

func appendStatus(out []byte, status int) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(status), 10)
	out = append(out, ' ')
	if text := http.StatusText(status); text != "" {
		out = append(out, text...)
	} else {
		out = append(out, "status code "...)
		out = strconv.AppendInt(out, int64(status), 10)
	}
	return append(out, "\r\n"...)
}

func appendField(out []byte, name, value string) []byte {
	out = append(out, name...)
	out = append(out, ": "...)
	if strings.ContainsAny(value, "\r\n") {
		value = lineBreaks.Replace(value)
	}
	out = append(out, strings.Trim(value, " \t")...)
	return append(out, "\r\n"...)
}

// lineBreaks keeps values from becoming headers of their own.
var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ")

// completeHead adds what the head says beyond the handler's header. p is the beginning of the body.
func (w *response) completeHead(p []byte) {
	w.sent = true
	facts, ending := &w.head, w.conn.server.closing.Load()
	w.closing = w.closing || ending
	if !w.closing && w.request.ContentLength > 0 {
		reusable, tooLong := w.body.settle()
		w.closing, w.refused = !reusable, tooLong
	}
	out := w.buffers.head
	replaceConnection := w.closing && (ending || w.refused || !facts.saysClose)
	if replaceConnection {
		out = slices.Delete(out, facts.connectionFrom, facts.connectionTo)
	}
	if !facts.dated {
		out = append(out, "Date: "...)
		out = append(out, date()...)
		out = append(out, "\r\n"...)
	}
	if facts.mayCount && w.done && (w.framing != bodiless || w.written > 0) {
		w.length = w.written
		if w.framing != bodiless {
			w.framing = counted
		}
		out = append(out, "Content-Length: "...)
		out = strconv.AppendInt(out, w.length, 10)
		out = append(out, "\r\n"...)
	}
	if facts.sniff && len(p) > 0 {
		out = appendField(out, "Content-Type", http.DetectContentType(p))
	}
	if replaceConnection {
		out = append(out, "Connection: close\r\n"...)
	}
	if w.framing == chunked {
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	w.buffers.head = append(out, "\r\n"...)
}

// hasToken tells whether a list such as that of a Connection header has a token.
func hasToken(list, token string) bool {
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), token) {
			return true
		}
	}
	return false
}

// dated is the text of a Date header, for the second that it is right in.
type dated struct {
	second int64
	text   []byte
}

var today atomic.Pointer[dated]

// date is the time in the form that the Date header has.
func date() []byte {
	now := time.Now()
	d := today.Load()
	if d == nil || d.second != now.Unix() {
		d = &dated{now.Unix(), now.UTC().AppendFormat(nil, http.TimeFormat)}
		today.Store(d)
	}
	return d.text
}
