package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// stream is a client that is told of a product's stock, and comes back with the id of the last event when the
// connection breaks.
type stream struct {
	product *product
	traffic *traffic

	mu sync.Mutex
	// last is the id of the last event, events are the places of all in the bus's stream.
	last   string
	events []uint64
	// shown is the latest stock, failed the error of the latest event: then the client knows that it has to ask.
	shown  int64
	failed string
	// connects is how often the client has connected.
	connects int
}

// follow listens until ctx ends.
func (s *stream) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.connect(ctx); err != nil && ctx.Err() == nil {
			s.traffic.failed("stream", err)
			wait(ctx, s.traffic.pause)
		}
	}
}

func (s *stream) connect(ctx context.Context) error {
	body, err := json.Marshal(map[string]any{
		"query":     `subscription Stock($upc: ID!) { stockChanged(upc: $upc) { upc totalStock } }`,
		"variables": map[string]any{"upc": s.product.upc},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.traffic.cluster.url, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	s.mu.Lock()
	if s.last != "" {
		request.Header.Set("Last-Event-ID", s.last)
	}
	s.mu.Unlock()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1024))
		return fmt.Errorf("status %d: %.200s", response.StatusCode, text)
	}
	s.mu.Lock()
	s.connects++
	s.mu.Unlock()
	return s.take(response.Body)
}

// take reads events until the connection ends.
func (s *stream) take(body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxAnswer)
	id, kind, data := "", "", ""
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			data += value
		case "":
			if lines.Text() == "" {
				if kind == "next" && data != "" {
					if err := s.event(id, data); err != nil {
						return err
					}
				}
				id, kind, data = "", "", ""
			}
		}
	}
	return errors.Join(errors.New("the connection ended"), lines.Err())
}

// event holds one against what may be.
func (s *stream) event(id, data string) error {
	var answer struct {
		Data *struct {
			StockChanged *struct {
				TotalStock *int64 `json:"totalStock"`
			} `json:"stockChanged"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal([]byte(data), &answer); err != nil {
		return err
	}
	if id == "" { // an error of the subscription, not of an event
		return fmt.Errorf("no event: %.200s", data)
	}
	_, place, _ := strings.Cut(id, "-")
	sequence, err := strconv.ParseUint(place, 10, 64)
	if err != nil {
		return fmt.Errorf("id %q: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last, s.events = id, append(s.events, sequence)
	if answer.Data == nil || answer.Data.StockChanged == nil || answer.Data.StockChanged.TotalStock == nil {
		if len(answer.Errors) == 0 {
			s.traffic.isWrong(fmt.Errorf("event %s has nothing, and no error: %.200s", id, data))
		} else {
			s.failed = answer.Errors[0].Message
		}
		return nil
	}
	s.shown, s.failed = *answer.Data.StockChanged.TotalStock, ""
	if _, most := s.product.stock.bounds(); s.shown < s.product.stock.initial || s.shown > most {
		s.traffic.isWrong(fmt.Errorf("event %s: a stock of %d, which is not between %d and %d",
			id, s.shown, s.product.stock.initial, most))
	}
	return nil
}

// check holds the events that came against those that the bus has of the product: each once, in order, none missing
// between the first and the last.
func (s *stream) check(kept []uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events) == 0 {
		return fmt.Errorf("the stream of %s has had no event", s.product.upc)
	}
	at := 0
	for at < len(kept) && kept[at] != s.events[0] {
		at++
	}
	want := kept[at:]
	for i, got := range s.events {
		if i >= len(want) || want[i] != got {
			return fmt.Errorf("the stream of %s: event %d of %d is number %d of the bus, which has %v from there on",
				s.product.upc, i+1, len(s.events), got, want[max(0, i-2):min(len(want), i+3)])
		}
	}
	if len(want) > len(s.events) {
		return fmt.Errorf("the stream of %s lacks the last %d of %d events",
			s.product.upc, len(want)-len(s.events), len(want))
	}
	return nil
}
