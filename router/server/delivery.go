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
)

// deliveryOf says how a client takes the parts of an answer, by the values of its Accept header: the first format that it
// names and that there is.
func deliveryOf(accept []string) delivery {
	for _, value := range accept {
		if len(value) < len("multipart/mixed") || !strings.Contains(value, "t/event-stream") && !strings.Contains(value, "multipart/") {
			continue
		}
		for part := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(part, ";")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "text/event-stream":
				return eventStream
			case "multipart/mixed":
				if parameter(params, "subscriptionspec") == "1.0" {
					return multipartEvents
				}
			}
		}
	}
	return whole
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
	// begin, part, heartbeat and end append what is sent before everything, for a part, when there is nothing to send for a
	// while, and at the end.
	begin(out []byte) []byte
	part(out []byte, resp *Response) []byte
	heartbeat(out []byte) []byte
	end(out []byte, ended End) []byte
}

// eventStreamFormat writes Server-Sent Events in the distinct connections mode of graphql-sse. Where the router itself breaks off there
// is no complete event: the client comes back.
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

// multipartFormat writes multipart/mixed as Apollo's clients read it. Every part is followed by its boundary at once, so that a client
// need not wait for the next one to know that it is complete.
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
