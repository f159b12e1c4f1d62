package server

import (
	"strings"
)

// delivery is how the parts of an answer are sent over HTTP.
type delivery uint8

const (
	// whole means that the client takes an answer of one part only.
	whole delivery = iota
	// eventStream is text/event-stream, as graphql-sse speaks it.
	eventStream
	// multipartEvents is multipart/mixed with subscriptionSpec=1.0.
	multipartEvents
	// multipartParts is multipart/mixed as deferred parts are sent.
	multipartParts
)

// deliveries say how a client takes the parts of answers.
type deliveries struct {
	// events is how it takes the events of subscriptions, deferred how it takes deferred parts.
	events, deferred delivery
	// form is the form of deferred parts, and spec the parameter of the media type that named it, for the answer's; empty
	// when none did.
	form Incremental
	spec string
}

// takesParts tells that the client takes answers of several parts.
func (d *deliveries) takesParts() bool { return d.events != whole || d.deferred != whole }

// deliveriesOf says how a client takes the parts of an answer, by the values of its Accept header: in the first
// format that it names and that there is.
func deliveriesOf(accept []string) (d deliveries) {
	for _, value := range accept {
		if len(value) < len("multipart/mixed") ||
			!strings.Contains(value, "t/event-stream") && !strings.Contains(value, "multipart/") {
			continue
		}
		for part := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(part, ";")
			if parameter(params, "q") == "0" {
				continue
			}
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "text/event-stream":
				d.takeEvents(eventStream)
				d.takeDeferred(eventStream, params)
			case "multipart/mixed":
				switch parameter(params, "subscriptionspec") {
				case "1.0":
					d.takeEvents(multipartEvents)
				case "":
					d.takeDeferred(multipartParts, params)
				}
			}
		}
	}
	return d
}

func (d *deliveries) takeEvents(how delivery) {
	if d.events == whole {
		d.events = how
	}
}

// takeDeferred notes a way of taking deferred parts: the form is the draft's unless a parameter names another.
func (d *deliveries) takeDeferred(how delivery, params string) {
	if d.deferred != whole {
		return
	}
	year, version := parameter(params, "deferspec"), strings.TrimPrefix(parameter(params, "incrementalspec"), "v")
	switch {
	case year == "20220824":
		d.form, d.spec = Incremental2022, "deferSpec="+year
	case year != "":
		return
	case version == "0.1":
		d.form, d.spec = Incremental2022, "incrementalSpec=v"+version
	case version == "0.2":
		d.form, d.spec = IncrementalDraft, "incrementalSpec=v"+version
	case version != "":
		return
	default:
		d.form = IncrementalDraft
	}
	d.deferred = how
}

// parameter returns the value of a parameter of a media type, whose name is in lower case.
func parameter(params, name string) string {
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.ToLower(key) == name {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// format writes the parts of an answer.
type format interface {
	contentType() string
	// begin, part, heartbeat and end append what is sent before everything, for a part, when there is nothing to send
	// for a while, and at the end.
	begin(out []byte) []byte
	part(out []byte, resp *Response) []byte
	heartbeat(out []byte) []byte
	end(out []byte, ended End) []byte
}

// eventStreamFormat writes Server-Sent Events in the distinct connections mode of graphql-sse. Where the router
// itself breaks off there is no complete event: the client comes back.
//
// Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
type eventStreamFormat struct{}

func (eventStreamFormat) contentType() string { return "text/event-stream; charset=utf-8" }

func (eventStreamFormat) begin(out []byte) []byte { return append(out, ":\n\n"...) }

func (eventStreamFormat) part(out []byte, resp *Response) []byte {
	if resp.Ended == EndedByRestart {
		return out
	}
	out = append(out, "event: next\n"...)
	if resp.EventID != "" {
		out = append(append(append(out, "id: "...), resp.EventID...), '\n')
	}
	out = append(out, "data: "...)
	return append(appendLine(out, resp.Bytes()), "\n\n"...)
}

func (eventStreamFormat) heartbeat(out []byte) []byte { return append(out, ":\n\n"...) }

func (eventStreamFormat) end(out []byte, ended End) []byte {
	if ended == EndedByRestart {
		return out
	}
	return append(out, "event: complete\ndata:\n\n"...)
}

// appendLine appends JSON in one line: line ends in it stand between values and mean nothing.
func appendLine(out, json []byte) []byte {
	from := len(out)
	out = append(out, json...)
	for i, c := range out[from:] {
		if c == '\n' || c == '\r' {
			out[from+i] = ' '
		}
	}
	return out
}

// partsFormat writes deferred parts as multipart/mixed. Every part is followed by its boundary at once.
//
// Specification: https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md
type partsFormat struct{ spec string }

func (f partsFormat) contentType() string {
	if f.spec == "" {
		return `multipart/mixed;boundary="-"`
	}
	return `multipart/mixed;boundary="-";` + f.spec
}

func (partsFormat) begin(out []byte) []byte { return append(out, "\r\n---"...) }

func (partsFormat) part(out []byte, resp *Response) []byte {
	out = append(append(out, partHead...), resp.Bytes()...)
	return append(out, "\r\n---"...)
}

// heartbeat says nothing: there is no part that means nothing.
func (partsFormat) heartbeat(out []byte) []byte { return out }

func (partsFormat) end(out []byte, _ End) []byte { return append(out, "--\r\n"...) }

// multipartFormat writes multipart/mixed as Apollo's clients read it. Every part is followed by its boundary at once,
// so that a client need not wait for the next one to know that it is complete.
//
// Specification: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
type multipartFormat struct{}

func (multipartFormat) contentType() string {
	return `multipart/mixed;boundary="graphql";subscriptionSpec="1.0"`
}

func (multipartFormat) begin(out []byte) []byte { return append(out, "--graphql"...) }

const partHead = "\r\nContent-Type: application/json\r\n\r\n"

func (multipartFormat) part(out []byte, resp *Response) []byte {
	out = append(out, partHead...)
	if resp.Ended != NotEnded {
		// An error of the transport stands beside the payload.
		out = append(out, `{"payload":null,`...)
		out = append(out, strings.TrimPrefix(string(resp.Bytes()), "{")...)
	} else {
		out = append(append(append(out, `{"payload":`...), resp.Bytes()...), '}')
	}
	return append(out, "\r\n--graphql"...)
}

func (multipartFormat) heartbeat(out []byte) []byte {
	return append(append(out, partHead...), "{}\r\n--graphql"...)
}

func (multipartFormat) end(out []byte, _ End) []byte { return append(out, "--\r\n"...) }
