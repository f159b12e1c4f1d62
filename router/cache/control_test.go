package cache

import (
	"testing"
	"time"
)

func TestParseControl(t *testing.T) {
	const none = time.Duration(-1)
	type want struct {
		maxAge, age, swr, sie     time.Duration
		noStore, noCache, private bool
	}
	for _, test := range []struct {
		lines []string
		age   string
		want  want
	}{
		{nil, "", want{maxAge: none, swr: none, sie: none}},
		{[]string{"max-age=60"}, "", want{maxAge: time.Minute, swr: none, sie: none}},
		{[]string{"MAX-AGE = \"60\" , Public"}, "7", want{maxAge: time.Minute, age: 7 * time.Second, swr: none, sie: none}},
		{[]string{"max-age=60, s-maxage=10"}, "", want{maxAge: 10 * time.Second, swr: none, sie: none}},
		{[]string{"s-maxage=100,max-age=60"}, "", want{maxAge: 100 * time.Second, swr: none, sie: none}},
		{[]string{"max-age=60", "max-age=30"}, "", want{maxAge: 30 * time.Second, swr: none, sie: none}},
		{[]string{"max-age=60.9;"}, "", want{maxAge: time.Minute, swr: none, sie: none}},
		{[]string{"max-age=99999999999999999999999"}, "", want{maxAge: maxDelta * time.Second, swr: none, sie: none}},
		{[]string{"max-age=-1, ,=,;"}, "x", want{maxAge: none, swr: none, sie: none}},
		{[]string{"private, max-age=5"}, "", want{maxAge: 5 * time.Second, private: true, swr: none, sie: none}},
		{[]string{`private="set-cookie", no-cache="a, b", max-age=5`}, "", want{maxAge: 5 * time.Second, swr: none, sie: none}},
		{[]string{"no-store, no-cache"}, "", want{maxAge: none, noStore: true, noCache: true, swr: none, sie: none}},
		{[]string{"max-age=1, stale-while-revalidate=30, stale-if-error=60"}, "", want{maxAge: time.Second, swr: 30 * time.Second, sie: time.Minute}},
		{[]string{"max-age=1, stale-if-error=60, must-revalidate"}, "", want{maxAge: time.Second, swr: 0, sie: 0}},
	} {
		c := parseControl(test.lines, test.age)
		got := want{c.maxAge, c.age, c.whileRevalidate, c.ifError, c.noStore, c.noCache, c.private}
		if got != test.want {
			t.Errorf("%q age %q:\n got %+v\nwant %+v", test.lines, test.age, got, test.want)
		}
	}
}

func FuzzParseControl(f *testing.F) {
	f.Add("max-age=1, s-maxage=\"2\"", "3")
	f.Add(`private="a,b`, "-")
	f.Fuzz(func(t *testing.T, line, age string) {
		c := parseControl([]string{line}, age)
		if c.age < 0 || c.maxAge < -1 || c.maxAge > maxDelta*time.Second {
			t.Errorf("%q: %+v", line, c)
		}
	})
}

func TestVaries(t *testing.T) {
	for _, test := range []struct {
		line     string
		declared []string
		want     bool
	}{
		{"", nil, false}, {"Accept-Encoding, Origin", nil, false}, {"*", nil, true},
		{"Accept-Language", nil, true}, {"accept-language", []string{"Accept-Language"}, false},
		{"Accept-Language, Cookie", []string{"Accept-Language"}, true},
	} {
		if got := varies([]string{test.line}, test.declared); got != test.want {
			t.Errorf("Vary %q with %v declared: %v", test.line, test.declared, got)
		}
	}
}
