package main

import (
	"strings"
	"testing"
)

func TestRows(t *testing.T) {
	us := result{Fetches: 3, Waves: 2, Milliseconds: 0.1234, prepare: 0.1}
	better := result{Fetches: 2, Waves: 2, Milliseconds: 12.34}
	worse := result{Fetches: 2, Waves: 3, Milliseconds: 1234}
	for _, c := range []struct {
		us   result
		peer result
		want string
	}{
		{us, worse, "| c | 3 / 2 | 123 µs | 223 µs | **2 / 3** | 1.2 s |\n"},
		{us, better, "| c | **3 / 2** | 123 µs | 223 µs | 2 / 2 | 12.3 ms |\n"},
		{us, us, "| c | 3 / 2 | 123 µs | 223 µs | 3 / 2 | 123 µs |\n"},
		{us, result{Error: "more than 1m0s"}, "| c | 3 / 2 | 123 µs | 223 µs | more than 1m0s | - |\n"},
		{result{Fetches: 3, Waves: 2, mutation: true}, better, "| c (strictly in series) | 3 / 2 | 0 µs | 0 µs | 2 / 2 | 12.3 ms |\n"},
	} {
		var b strings.Builder
		writeRow(&b, "c", []result{c.us, c.peer})
		if b.String() != c.want {
			t.Errorf("got  %swant %s", b.String(), c.want)
		}
	}
}

func TestWorse(t *testing.T) {
	us := result{Fetches: 5, Waves: 2}
	for _, c := range []struct {
		peer result
		want bool
	}{
		{result{Fetches: 5, Waves: 2}, false},
		{result{Fetches: 4, Waves: 2}, true},
		{result{Fetches: 4, Waves: 3}, false},
		{result{Fetches: 9, Waves: 1}, true},
		{result{Error: "out of memory"}, false},
	} {
		if got := us.worseThan(c.peer); got != c.want {
			t.Errorf("worse than %d fetches in %d waves: %v", c.peer.Fetches, c.peer.Waves, got)
		}
	}
}
