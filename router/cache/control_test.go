package cache

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
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
		{"max-age=99999999999999999999999", "", want{maxAge: maxDelta * time.Second, swr: none, sie: none}},
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
		c := parseControl(test.line, test.age)
		got := want{c.maxAge, c.age, c.whileRevalidate, c.ifError, c.noStore, c.noCache, c.private, c.malformed}
		if got != test.want {
			t.Errorf("%q age %q:\n got %+v\nwant %+v", test.line, test.age, got, test.want)
		}
	}
}

// TestOlderHeaders has answers without a lifetime in Cache-Control: Expires and Pragma count then.
func TestOlderHeaders(t *testing.T) {
	clk := &clock{}
	now := clk.now()
	c, g := openCache(t, loadShop(t), Config{Now: clk.now})
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	date := func(d time.Duration) string { return now.Add(d).UTC().Format(http.TimeFormat) }
	for i, test := range []struct {
		header map[string]string
		left   time.Duration
	}{
		{map[string]string{}, time.Minute}, // the configured ttl
		{map[string]string{"Expires": "0"}, 0},
		{map[string]string{"Expires": date(-time.Hour)}, 0},
		{map[string]string{"Expires": date(time.Hour) + ", " + date(time.Hour)}, 0},
		{map[string]string{"Expires": date(20 * time.Second), "Date": date(0)}, 20 * time.Second},
		// The subgraph's clock is an hour ahead.
		{map[string]string{"Expires": date(time.Hour + 20*time.Second), "Date": date(time.Hour)}, 20 * time.Second},
		{map[string]string{"Expires": date(20 * time.Second), "Date": date(0), "Age": "5"}, 15 * time.Second},
		{map[string]string{"Expires": "0", "Cache-Control": "max-age=20"}, 20 * time.Second},
		{map[string]string{"Expires": "0", "Cache-Control": "public"}, 0},
		{map[string]string{"Pragma": "no-cache"}, 0},
		{map[string]string{"Pragma": "x, NO-CACHE"}, 0},
		{map[string]string{"Pragma": "x"}, time.Minute},
		{map[string]string{"Pragma": "no-cache", "Cache-Control": "max-age=20"}, 20 * time.Second},
		{map[string]string{"Cache-Control": "max-age=20; private"}, 0},
		{map[string]string{"Cache-Control": "max-age=20", "Age": "soon"}, 0},
	} {
		up := func([]string) subgraphAnswer {
			return subgraphAnswer{entities: []string{`{"name":"Table"}`}, header: test.header}
		}
		// The second time, what the first answer said may be remembered.
		for j := range 2 {
			rep := []string{product(2*i + j)}
			v := c.Visit(VisitOptions{})
			if _, err := a.run(context.Background(), v, nil, rep, up); err != nil {
				t.Fatal(err)
			}
			settle(t, c)
			said, age := v.CacheControl(false)
			want := "no-store"
			if test.left > 0 {
				want = fmt.Sprintf("public, max-age=%d", int(test.left/time.Second)+age)
			}
			same(t, fmt.Sprintf("%v: the client is told", test.header), said, want)
			again := a.must(t, c, rep, up)
			same(t, fmt.Sprintf("%v: it is stored", test.header), len(again.fetched) == 0, test.left > 0)
		}
	}
}

// TestWhatIsNotStoredIsNotPublic has answers that no header keeps from being stored, but something else does.
func TestWhatIsNotStoredIsNotPublic(t *testing.T) {
	c, g := openCache(t, loadShop(t), Config{})
	a := newAsk(t, g, "products", "Product", "upc", "", "{ name }")
	for what, ans := range map[string]subgraphAnswer{
		"another status": {status: 404},
		"anything":       {header: map[string]string{"Vary": "*"}},
	} {
		ans.entities = []string{`{"name":"Table"}`}
		v := c.Visit(VisitOptions{})
		if _, err := a.run(context.Background(), v, nil, []string{product(1)}, func([]string) subgraphAnswer { return ans }); err != nil {
			t.Fatal(err)
		}
		said, _ := v.CacheControl(false)
		same(t, what, said, "no-store")
	}
}

func FuzzParseControl(f *testing.F) {
	f.Add("max-age=1, s-maxage=\"2\"", "3")
	f.Add(`private="a,b`, "-")
	f.Add(`private="a\`, "1,")
	f.Fuzz(func(t *testing.T, line, age string) {
		c := parseControl(line, age)
		if c.age < 0 || c.age > maxDelta*time.Second || c.maxAge < -1 || c.maxAge > maxDelta*time.Second {
			t.Errorf("%q: %+v", line, c)
		}
		// What stands on a line of its own before or after counts, or all of it is malformed.
		for _, with := range []string{"no-store, " + line, line + ", no-store"} {
			if w := parseControl(with, age); !w.noStore && !w.malformed {
				t.Errorf("%q may be stored", with)
			}
		}
	})
}

func TestVaries(t *testing.T) {
	for _, test := range []struct {
		line     string
		declared []string
		carried  *Carried
		how      varying
		anything bool
	}{
		{line: ""}, {line: "Accept-Encoding, accept"}, {line: "*", anything: true}, {line: "Accept, *", anything: true},
		{line: "Accept-Language", how: varyingByOther}, {line: "accept-language", declared: []string{"Accept-Language"}},
		{line: "Accept-Language, Cookie", declared: []string{"Accept-Language"}, how: varyingByOther},
		{line: "Origin", how: varyingByOther}, {line: "Origin", carried: &Carried{Headers: []string{"Cookie"}}}, {line: "X-Other", carried: &Carried{}, how: varyingByOther},
		{line: "origin", carried: &Carried{Headers: []string{"Origin"}}, how: varyingByCaller},
		{line: "X-Subject", carried: &Carried{Proved: true}, how: varyingByCaller},
	} {
		g := &Graph{}
		if test.carried != nil {
			g.Carry([]Carried{*test.carried})
		}
		r := &requestCache{
			graph: g, policy: policy{vary: test.declared}, req: &plan.Request{Subgraph: &supergraph.Subgraph{}},
		}
		names, anything := variesBy(test.line)
		if how, _ := r.varies(names); how != test.how || anything != test.anything {
			t.Errorf("Vary %q with %+v: %v, anything %v", test.line, test, how, anything)
		}
	}
}
