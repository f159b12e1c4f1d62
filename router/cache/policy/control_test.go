package policy

import (
	"testing"
	"time"
)

func TestParseControl(t *testing.T) {
	const none = time.Duration(-1)
	type want struct {
		maxAge, age, swr, sie                time.Duration
		noStore, noCache, private, malformed bool
	}
	for _, test := range []struct {
		line, age string
		want      want
	}{
		{"", "", want{maxAge: none, swr: none, sie: none}},
		{"max-age=60", "", want{maxAge: time.Minute, swr: none, sie: none}},
		{"MAX-AGE = \"60\" , Public", "7", want{maxAge: time.Minute, age: 7 * time.Second, swr: none, sie: none}},
		{"max-age='60', ,,", "", want{maxAge: time.Minute, swr: none, sie: none}},
		{"max-age=60, s-maxage=10", "", want{maxAge: 10 * time.Second, swr: none, sie: none}},
		{"s-maxage=100,max-age=60", "", want{maxAge: 100 * time.Second, swr: none, sie: none}},
		{"max-age=60, max-age=30", "", want{maxAge: 30 * time.Second, swr: none, sie: none}},
		{"max-age=60.9", "", want{maxAge: time.Minute, swr: none, sie: none}},
		{"max-age=99999999999999999999999", "", want{maxAge: MaxDelta * time.Second, swr: none, sie: none}},
		{"private, max-age=5", "", want{maxAge: 5 * time.Second, private: true, swr: none, sie: none}},
		{`private="set-cookie", no-cache="a, b", max-age=5`, "", want{maxAge: 5 * time.Second, swr: none, sie: none}},
		{`private="", no-cache=a`, "", want{maxAge: none, private: true, noCache: true, swr: none, sie: none}},
		{`private="a b"`, "", want{maxAge: none, private: true, swr: none, sie: none}},
		{"no-store=true", "", want{maxAge: none, noStore: true, swr: none, sie: none}},
		{"no-store, no-cache", "", want{maxAge: none, noStore: true, noCache: true, swr: none, sie: none}},
		{"max-age=1, stale-while-revalidate=30, stale-if-error=60", "", want{maxAge: time.Second, swr: 30 * time.Second, sie: time.Minute}},
		{"max-age=1, stale-if-error=60, must-revalidate", "", want{maxAge: time.Second, swr: 0, sie: 0}},
		{`x="a\"b, no-store", max-age=1`, "", want{maxAge: time.Second, swr: none, sie: none}},
		{`x="a\\", private`, "", want{maxAge: none, private: true, swr: none, sie: none}},
		// The oldest of several ages counts.
		{"max-age=60", "5, 30", want{maxAge: time.Minute, age: 30 * time.Second, swr: none, sie: none}},
		// What cannot be parsed: nobody knows what it forbids.
		{"max-age=60; private", "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{"max-age=60 private", "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{"private max-age=60", "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{"max-age=-1", "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{"max-age=1.x, s-maxage", "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{"=, max-age=3", "", want{maxAge: 3 * time.Second, malformed: true, swr: none, sie: none}},
		{`x="a, private`, "", want{maxAge: none, malformed: true, swr: none, sie: none}},
		{`x="a"b, max-age=1`, "", want{maxAge: time.Second, malformed: true, swr: none, sie: none}},
		{"max-age=60", "x", want{maxAge: time.Minute, malformed: true, swr: none, sie: none}},
		{"max-age=60", "1.5", want{maxAge: time.Minute, malformed: true, swr: none, sie: none}},
	} {
		c := ParseControl(test.line, test.age)
		got := want{c.MaxAge, c.Age, c.WhileRevalidate, c.IfError, c.NoStore, c.NoCache, c.Private, c.Malformed}
		if got != test.want {
			t.Errorf("%q age %q:\n got %+v\nwant %+v", test.line, test.age, got, test.want)
		}
	}
}

func FuzzParseControl(f *testing.F) {
	f.Add("max-age=1, s-maxage=\"2\"", "3")
	f.Add(`private="a,b`, "-")
	f.Add(`private="a\`, "1,")
	f.Fuzz(func(t *testing.T, line, age string) {
		c := ParseControl(line, age)
		if c.Age < 0 || c.Age > MaxDelta*time.Second || c.MaxAge < -1 || c.MaxAge > MaxDelta*time.Second {
			t.Errorf("%q: %+v", line, c)
		}
		// What stands on a line of its own before or after counts, or all of it is malformed.
		for _, with := range []string{"no-store, " + line, line + ", no-store"} {
			if w := ParseControl(with, age); !w.NoStore && !w.Malformed {
				t.Errorf("%q may be stored", with)
			}
		}
	})
}
