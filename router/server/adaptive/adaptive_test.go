package adaptive

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// enter takes a place, which must be there.
func enter(t *testing.T, l *Limiter, client string) *Place {
	t.Helper()
	p, verdict := l.Enter(t.Context(), client)
	if verdict != Admitted {
		t.Fatalf("%s: %d with %+v", client, verdict, l.Stats())
	}
	return &p
}

func TestPlacesQueueAndRefusals(t *testing.T) {
	l := New(Settings{Min: 1, Max: 2, Queue: 1, MaxWait: time.Minute})
	first, second := enter(t, l, "a"), enter(t, l, "a")
	waited := make(chan *Place)
	for range 2 {
		go func() {
			p, verdict := l.Enter(t.Context(), "b")
			if verdict != Admitted {
				t.Errorf("a waiting one got %d", verdict)
			}
			waited <- &p
		}()
	}
	for l.Stats().Queued < 2 {
		runtime.Gosched()
	}
	if _, verdict := l.Enter(t.Context(), "c"); verdict != Full {
		t.Errorf("a third one may wait: %d", verdict)
	}
	first.Leave(true)
	second.Leave(false)
	(<-waited).Leave(true)
	(<-waited).Leave(true)
	if s := l.Stats(); s.InProgress != 0 || s.Queued != 0 || len(l.clients) != 0 {
		t.Errorf("%+v, %v", s, l.clients)
	}
}

func TestWaitingHasAnEnd(t *testing.T) {
	l := New(Settings{Min: 1, Max: 1, Queue: 5, MaxWait: time.Nanosecond})
	only := enter(t, l, "a")
	if _, verdict := l.Enter(t.Context(), "b"); verdict != Full {
		t.Errorf("who has waited long enough gets %d", verdict)
	}
	l.settings.MaxWait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, verdict := l.Enter(ctx, "b"); verdict != Full {
		t.Errorf("who has gone gets %d", verdict)
	}
	only.Leave(true)
	only.Leave(true)
	enter(t, l, "b").Leave(true)
}

// TestOneClientLeavesPlacesToOthers: a client with its share waits for nobody's place, and others do.
func TestOneClientLeavesPlacesToOthers(t *testing.T) {
	l := New(Settings{Min: 4, Max: 4, Queue: 1, MaxWait: time.Minute, Share: 0.5})
	var places []*Place
	for range 4 {
		places = append(places, enter(t, l, "greedy")) // nobody else wants them
	}
	if _, verdict := l.Enter(t.Context(), "greedy"); verdict != Greedy {
		t.Errorf("a fifth one gets %d", verdict)
	}
	got := make(chan *Place)
	go func() { got <- enter(t, l, "honest") }()
	for l.Stats().Queued < 1 {
		runtime.Gosched()
	}
	places[0].Leave(true)
	(<-got).Leave(true)
	for _, p := range places[1:] {
		p.Leave(true)
	}
	if len(l.clients) != 0 {
		t.Errorf("%v are remembered", l.clients)
	}
}

func TestWarningRefusesNobody(t *testing.T) {
	l := New(Settings{Min: 1, Max: 1, Share: 0.5, Warn: true})
	first := enter(t, l, "a")
	second, verdict := l.Enter(t.Context(), "a")
	if verdict != Greedy {
		t.Errorf("its share: %d", verdict)
	}
	third, verdict := l.Enter(t.Context(), "b")
	if verdict != Full {
		t.Errorf("no place: %d", verdict)
	}
	for _, p := range []*Place{first, &second, &third} {
		p.Leave(true)
	}
	if s := l.Stats(); s.InProgress != 0 || len(l.clients) != 0 {
		t.Errorf("%+v, %v", s, l.clients)
	}
}
