package cache_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// Of what is known in part, only the rest is asked for, and the batch stays one request.
func TestOnlyWhatIsMissingIsAskedFor(t *testing.T) {
	eachStorage(t, func(*config.Cache) {}, func(t *testing.T, h *hinted) {
		ask := func(query, want string, documents ...string) {
			t.Helper()
			h.catalog.asked()
			body, _ := h.ask(query)
			h.idle()
			if got := h.catalog.asked(); fmt.Sprint(got) != fmt.Sprint(documents) {
				t.Errorf("%s\nasked %q\n want %q", query, got, documents)
			}
			if !strings.Contains(string(body), want) {
				t.Errorf("%s\nanswered %s\n    want %s", query, body, want)
			}
		}
		const declared = `query($r:[_Any!]!){_entities(representations:$r){...on Product{`
		ask(`{ reviewed { name } }`, `{"reviewed":[{"name":"P1"},{"name":"P2"}]}`, declared+`name}}}`)
		ask(`{ reviewed { price name } }`, `{"reviewed":[{"price":10,"name":"P1"},{"price":20,"name":"P2"}]}`,
			declared+`price}}}`)
		ask(`{ reviewed { box { width } price name } }`,
			`[{"box":{"width":1},"price":10,"name":"P1"},{"box":{"width":2},"price":20,"name":"P2"}]`, declared+`box{width}}}}`)
		ask(`{ reviewed { box { width } name dimensions { width } price } }`,
			`[{"box":{"width":1},"name":"P1","dimensions":{"width":1},"price":10},`, declared+`dimensions{width}}}}`)
		// Nothing is lost: everything is known now.
		ask(`{ reviewed { dimensions { width } box { width } name price } }`,
			`{"dimensions":{"width":2},"box":{"width":2},"name":"P2","price":20}`)
		// What one of the entities lacks, all are asked for.
		h.invalidate(`[{"kind":"entity","type":"Product","key":{"upc":"1"}}]`)
		ask(`{ reviewed { name price moment } }`, `[{"name":"P1","price":10,"moment":1},{"name":"P2","price":20,"moment":1}]`,
			declared+`name price moment}}}`)
		// Root fields, with the variables of those that are left.
		ask(`{ a: product(upc: "1") { name } }`, `{"a":{"name":"P1"}}`, `{a:product(upc:"1"){name}}`)
		ask(`{ b: product(upc: "2") { name } a: product(upc: "1") { name } }`, `{"b":{"name":"P2"},"a":{"name":"P1"}}`,
			`{b:product(upc:"2"){name}}`)
	})
}
