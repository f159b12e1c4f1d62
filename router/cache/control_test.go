package cache

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/cache/policy"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/supergraph"
)

// TestOlderHeaders has answers without a lifetime in Cache-Control: Expires and Pragma count then.
func TestOlderHeaders(t *testing.T) {
	clk := &wallClock{}
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
			graph: g, policy: policy.Policy{Vary: test.declared}, req: &plan.Request{Subgraph: &supergraph.Subgraph{}},
		}
		names, anything := policy.VariesBy(test.line)
		if how, _ := r.varies(names); how != test.how || anything != test.anything {
			t.Errorf("Vary %q with %+v: %v, anything %v", test.line, test, how, anything)
		}
	}
}
