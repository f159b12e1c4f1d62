package main

import (
	"strings"
	"testing"
)

// TestAStreamHasEachEventOnceAndInOrder holds streams against what the bus has kept.
func TestAStreamHasEachEventOnceAndInOrder(t *testing.T) {
	kept := []uint64{3, 5, 8, 9}
	for _, c := range []struct {
		name   string
		events []uint64
		wrong  string
	}{
		{"all", []uint64{3, 5, 8, 9}, ""},
		{"all since it began", []uint64{8, 9}, ""},
		{"none", nil, "no event"},
		{"one missing", []uint64{3, 8, 9}, "event 2 of 3 is number 8"},
		{"the last missing", []uint64{3, 5, 8}, "lacks the last 1"},
		{"one twice", []uint64{3, 5, 5, 8, 9}, "event 3 of 5 is number 5"},
		{"out of order", []uint64{3, 8, 5, 9}, "event 2 of 4"},
		{"one that is not there", []uint64{3, 5, 8, 9, 12}, "event 5 of 5"},
	} {
		s := &stream{product: &product{upc: "p1"}, events: c.events}
		err := s.check(kept)
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestEventsAreReadFromTheStream reads what a router sends, an error of one event among it.
func TestEventsAreReadFromTheStream(t *testing.T) {
	p := &product{upc: "p1", stock: newLedger("stock", 4)}
	p.stock.attempt()
	traffic := &traffic{}
	s := &stream{product: p, traffic: traffic}
	body := ":\n\n" +
		"event: next\nid: x1-3\ndata: {\"data\":{\"stockChanged\":{\"totalStock\":5}}}\n\n" +
		"event: next\nid: x1-5\ndata: {\"data\":{\"stockChanged\":null},\"errors\":[{\"message\":\"away\"}]}\n\n" +
		"event: next\nid: x1-8\ndata: {\"data\":{\"stockChanged\":{\"totalStock\":6}}}\n\n"
	if err := s.take(strings.NewReader(body)); err == nil || !strings.Contains(err.Error(), "the connection ended") {
		t.Fatal(err)
	}
	if s.last != "x1-8" || s.check([]uint64{3, 5, 8}) != nil {
		t.Errorf("last %q, events %v", s.last, s.events)
	}
	if traffic.wrongs != 1 || !strings.Contains(traffic.wrong[0], "a stock of 6") {
		t.Errorf("a stock that nobody has made: %d wrong, %v", traffic.wrongs, traffic.wrong)
	}
}

// TestGapsAreMissingEvents: events of each subgraph are counted without gaps, and may come twice.
func TestGapsAreMissingEvents(t *testing.T) {
	whole := &kept{sequences: map[string][]int64{"catalog": {4, 5, 5, 6}, "inventory": {1, 3, 2}}}
	if err := whole.gaps(); err != nil {
		t.Error(err)
	}
	torn := &kept{sequences: map[string][]int64{"catalog": {4, 5, 8, 9}}}
	if err := torn.gaps(); err == nil || !strings.Contains(err.Error(), "events 6 to 7 of catalog are missing") {
		t.Error(err)
	}
}
