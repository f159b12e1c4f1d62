package main

import (
	"strings"
	"testing"
	"time"
)

// TestTheLedgerKnowsWhatMayBeShown: what was asked for may be there, what was acknowledged must be, at once at the
// router that did so, and later at others.
func TestTheLedgerKnowsWhatMayBeShown(t *testing.T) {
	l := newLedger("stock", 10)
	l.attempt()
	l.attempt()
	l.attempt()
	l.ack("a", 11)
	l.ack("a", 12)
	r := l.begin()
	for _, c := range []struct {
		name, router string
		shown        int64
		behind       bool
		wrong        string
	}{
		{"all that was acknowledged", "a", 12, false, ""},
		{"what was asked for, too", "a", 13, false, ""},
		{"what nobody asked for", "a", 14, false, "no write made it more"},
		{"less than ever was", "b", 9, false, "less than at the start"},
		{"the router that acknowledged more", "a", 11, true, "after it had acknowledged 12"},
		{"another router", "b", 11, true, ""},
	} {
		behind, err := l.judge(r, c.router, c.shown)
		if (err != nil) != (c.wrong != "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v", c.name, err)
		}
		if (behind > 0) != c.behind {
			t.Errorf("%s: %s behind", c.name, behind)
		}
	}
	if behind, _ := l.judge(reading{began: l.acked[1].Add(time.Second), acked: 2}, "b", 11); behind != time.Second {
		t.Errorf("%s behind, want a second: the second write was acknowledged then", behind)
	}
	l.forget("a")
	if _, err := l.judge(l.begin(), "a", 11); err != nil {
		t.Errorf("a router that was started again is held to what it said before: %v", err)
	}
	if least, most := l.bounds(); least != 12 || most != 13 {
		t.Errorf("at rest it is %d to %d, want 12 to 13", least, most)
	}
}

// TestAReadThatBeganBeforeMayShowLess: what is acknowledged while a read is under way counts for the next one.
func TestAReadThatBeganBeforeMayShowLess(t *testing.T) {
	l := newLedger("stock", 10)
	l.attempt()
	r := l.begin()
	l.ack("a", 11)
	if behind, err := l.judge(r, "a", 10); err != nil || behind != 0 {
		t.Errorf("%s behind, %v", behind, err)
	}
}
