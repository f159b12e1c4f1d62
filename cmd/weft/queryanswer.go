package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/weft-graphql/weft/router/subscription/sse"
	"github.com/weft-graphql/weft/router/upstream"
)

// receive sends a request and calls take for each part of the answer: one, or many for subscriptions and deferred
// fragments, as they arrive. A part has at most so many bytes.
func receive(req *http.Request, most int, take func(part []byte) error) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return explainUnreachable(req.URL.Host, err)
	}
	defer resp.Body.Close()
	contentType := resp.Header.Get("Content-Type")
	mediaType, params, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && mediaType == "text/event-stream":
		err = receiveEvents(resp.Body, most, take)
	case err == nil && mediaType == "multipart/mixed" && params["boundary"] != "":
		err = receiveParts(multipart.NewReader(resp.Body, params["boundary"]), most, take)
	default:
		err = receiveWhole(resp.Body, most, take)
	}
	var bad *notGraphQL
	switch {
	case errors.As(err, &bad):
		return fmt.Errorf("the answer of %s (status %d) is not GraphQL%s", req.URL, resp.StatusCode, bad.hint)
	case errors.Is(err, upstream.ErrTooLarge):
		return fmt.Errorf("%s sends more than %d bytes in one piece", req.URL.Host, most)
	case err != nil && req.Context().Err() != nil:
		return errors.New("stopped before the answer was complete")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the answer of %s breaks off", req.URL.Host)
	case err != nil:
		return fmt.Errorf("the answer of %s breaks off: %w", req.URL.Host, err)
	}
	return nil
}

// notGraphQL is that something else came than an answer of GraphQL; the hint says what to look at.
type notGraphQL struct{ hint string }

func (*notGraphQL) Error() string { return "not GraphQL" }

func receiveWhole(from io.Reader, most int, take func([]byte) error) error {
	body, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
	switch {
	case err != nil:
		return err
	case len(body) > most:
		return upstream.ErrTooLarge
	case !json.Valid(body):
		return &notGraphQL{"; is this the path of its endpoint, such as /graphql?"}
	}
	return take(body)
}

// receiveEvents reads Server-Sent Events.
//
// Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, "Distinct connections mode".
func receiveEvents(body io.Reader, most int, take func([]byte) error) error {
	var failure error
	complete := false
	err := sse.Read(body, most, func(name string, data []byte) bool {
		switch name {
		case "next":
			failure = take(data)
		case "complete":
			complete = true
		}
		return failure == nil && !complete
	})
	switch {
	case failure != nil:
		return failure
	case complete:
		return nil
	default:
		return err
	}
}

// receiveParts reads a multipart answer: deferred parts, or the events of a subscription. A part is complete with its
// JSON: it does not wait for the boundary, which some servers send with the next one only.
//
// Specifications: GraphQL over HTTP, "Incremental Delivery over HTTP"; Apollo's multipart protocol for subscriptions.
func receiveParts(parts *multipart.Reader, most int, take func([]byte) error) error {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF { // the last boundary; where there is none the error wraps EOF
			return nil
		}
		if err != nil {
			return err
		}
		limited := &io.LimitedReader{R: part, N: int64(most) + 1}
		var text json.RawMessage
		switch err := json.NewDecoder(limited).Decode(&text); {
		case limited.N == 0:
			return upstream.ErrTooLarge
		case errors.Is(err, io.EOF):
			continue // an empty part says nothing
		case err != nil:
			return partError(err)
		}
		text, some := unwrapped(text)
		if !some {
			continue
		}
		if err := take(text); err != nil {
			return err
		}
	}
}

func partError(err error) error {
	var malformed *json.SyntaxError
	if errors.As(err, &malformed) {
		return &notGraphQL{": a part is not JSON"}
	}
	return err
}

// unwrapped is the answer in a part: what is in its payload, for events of subscriptions, or all of it. There is none
// in heartbeats. Errors beside an empty payload are those that end the subscription.
func unwrapped(part json.RawMessage) (answer json.RawMessage, some bool) {
	var event map[string]json.RawMessage
	if json.Unmarshal(part, &event) != nil {
		return part, true
	}
	payload, isEvent := event["payload"]
	switch {
	case len(event) == 0:
		return nil, false
	case !isEvent:
		return part, true
	case !bytes.Equal(payload, []byte("null")):
		return payload, true
	case len(event["errors"]) > 0:
		return json.RawMessage(`{"errors":` + string(event["errors"]) + `}`), true
	default:
		return nil, false
	}
}
