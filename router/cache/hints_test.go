package cache_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
)

// These tests run whole routers over subgraphs that write @cacheControl and @cacheTag in their schemas: composed by us,
// with and without @composeDirective, and by the reference composer (testdata/hints/supergraph.graphql is what
// @apollo/composition 2.14.4 makes of the three schemas beside it).

// hinted is a running graph: three subgraphs and a router.
type hinted struct {
	*served
	catalog, accounts, reviews *subgraph
	products                   map[string]object
}

const invalidationKey = "the shared key"

// storages are where a router can keep what it remembers.
var storages = []string{"in process", "in Redis"}

// eachHinted runs a test with all composers and storages.
func eachHinted(t *testing.T, test func(t *testing.T, h *hinted)) {
	eachHintedWith(t, func(*config.Cache) {}, test)
}

func eachHintedWith(t *testing.T, change func(*config.Cache), test func(t *testing.T, h *hinted)) {
	redis := redistest.Start(t)
	for i, composer := range []string{"composed", "composed without @composeDirective", "by the reference composer"} {
		for j, storage := range storages {
			t.Run(composer+"/"+storage, func(t *testing.T) {
				test(t, startHinted(t, composer, func(c *config.Config) {
					change(&c.Cache)
					if storage == "in Redis" {
						c.Cache.L1.Enabled = false
						c.Cache.Redis.Addresses = []string{redis.Addr}
						c.Cache.Namespace = fmt.Sprintf("n%d%d", i, j)
					}
				}))
			})
		}
	}
}

func startHinted(t *testing.T, composer string, change func(*config.Config)) *hinted {
	return startHintedWith(t, composer, router.Options{}, change)
}

func startHintedWith(t *testing.T, composer string, options router.Options, change func(*config.Config)) *hinted {
	h := &hinted{catalog: new(subgraph).serve(t), accounts: new(subgraph).serve(t), reviews: new(subgraph).serve(t)}
	h.answerCatalog()
	h.accounts.query = object{}
	h.accounts.entity = func(rep map[string]any, caller http.Header) object {
		if rep["__typename"] == "Product" {
			return object{"__typename": "Product", "upc": rep["upc"], "owners": 3}
		}
		who := caller.Get("Authorization")
		return object{
			"__typename": "User", "id": rep["id"], "name": "Ada", "email": "for " + who,
			"cart": object{"__typename": "Cart", "total": len(who)},
		}
	}
	h.reviews.query = object{
		"reviewed": []any{object{"__typename": "Product", "upc": "1"}, object{"__typename": "Product", "upc": "2"}},
		"author":   object{"__typename": "User", "id": "1"},
	}
	h.reviews.entity = func(rep map[string]any, _ http.Header) object {
		return object{"__typename": "Product", "upc": rep["upc"], "rating": 5}
	}
	options.Supergraph = h.supergraph(t, composer)
	h.served = serveOptions(t, options, func(c *config.Config) {
		modules.In[*headers.Headers](c, headers.Info).All.Forward = []string{"Authorization"}
		c.Cache.Subgraphs = map[string]config.CacheSubgraph{"accounts": {Private: true}}
		c.Cache.Invalidation.SharedKey = invalidationKey
		change(c)
	})
	return h
}

func (h *hinted) answerCatalog() {
	h.products = map[string]object{}
	for i := range 4 {
		width := object{"__typename": "Size", "width": i}
		h.products[fmt.Sprint(i)] = object{
			"__typename": "Product", "upc": fmt.Sprint(i), "name": fmt.Sprint("P", i), "price": 10 * i, "moment": 1,
			"size": width, "box": width, "crate": object{"__typename": "Crate", "width": i},
			"dimensions": object{"__typename": "Dimensions", "width": i, "exact": i},
			"boxed":      object{"__typename": "Dimensions", "width": i, "exact": i},
			"maker":      object{"__typename": "Company", "name": "Ada & Co", "__isMaker": true}, "__isPriced": true,
		}
	}
	h.catalog.query = object{
		"product": resolver(func(args map[string]any, _ http.Header) any {
			p, ok := h.products[text(args["upc"])]
			if !ok {
				return nil
			}
			return p
		}),
		"featured": []any{h.products["2"], h.products["3"]},
	}
	h.catalog.entity = func(rep map[string]any, _ http.Header) object { return h.products[text(rep["upc"])] }
}

func (h *hinted) supergraph(t *testing.T, composer string) string {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile("testdata/hints/" + name + ".graphql")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	urls := map[string]string{"accounts": h.accounts.url, "catalog": h.catalog.url, "reviews": h.reviews.url}
	if composer == "by the reference composer" {
		sdl := read("supergraph")
		for name, url := range urls {
			sdl = strings.Replace(sdl, `name: "`+name+`", url: "http://x"`, `name: "`+name+`", url: "`+url+`"`, 1)
		}
		return sdl
	}
	var subgraphs []compose.Subgraph
	for name, url := range urls {
		sdl := read(name)
		if composer == "composed without @composeDirective" {
			sdl = strings.Replace(sdl, `@link(url: "https://specs.apollo.dev/cacheControl/v0.1", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")`, "", 1)
		}
		subgraphs = append(subgraphs, compose.Subgraph{Name: name, SDL: sdl, URL: url})
	}
	return composed(t, subgraphs)
}

var ours = regexp.MustCompile(`directive @weft__cacheControl.*|@link\(url: "https://github.com/weft-graphql/weft/v0.1"\)|@weft__cacheControl\([^)]*\)|url: "[^"]*"\)`)

// What the reference composer made is of the schemas as they are now: apart from what we add, we make the same of them.
func TestTheReferencesSupergraphIsOfTheseSchemas(t *testing.T) {
	h := &hinted{catalog: &subgraph{url: "http://x"}, accounts: &subgraph{url: "http://x"}, reviews: &subgraph{url: "http://x"}}
	definitions := func(composer string) []string {
		words := strings.Fields(ours.ReplaceAllString(h.supergraph(t, composer), ""))
		slices.Sort(words)
		return words
	}
	if got, want := definitions("composed"), definitions("by the reference composer"); !slices.Equal(got, want) {
		t.Errorf("testdata/hints has changed: compose supergraph.graphql anew\n got %v\nwant %v", got, want)
	}
}

// idle waits until nothing waits to be stored.
func (s *served) idle() {
	s.t.Helper()
	redistest.Eventually(s.t, "everything is stored", func() bool { return s.stats().Waiting == 0 })
}

// looked tells what the cache did for one query.
func (s *served) looked(query string, header ...string) []cache.FetchInfo {
	s.t.Helper()
	body, _ := s.ask(query, append(header, "Weft-Query-Plan", "true")...)
	var answer struct {
		Extensions struct {
			QueryPlan struct{ Cache []cache.FetchInfo }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		s.t.Fatal(err)
	}
	s.idle()
	return answer.Extensions.QueryPlan.Cache
}

// of are the entries of one type in one subgraph.
func of(infos []cache.FetchInfo, subgraph, typ string) []cache.FetchInfo {
	return slices.DeleteFunc(slices.Clone(infos), func(i cache.FetchInfo) bool { return i.Subgraph != subgraph || i.Type != typ })
}

// statuses are their keys and statuses.
func statuses(infos []cache.FetchInfo) string {
	var out []string
	for _, i := range infos {
		out = append(out, i.Key+" "+i.Status)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestLifetimesWrittenInTheSchema(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		for _, test := range []struct {
			selection string
			// seconds is how long it lives; 0: it is not stored.
			seconds int
		}{
			{"name", 6000},                      // its type
			{"price", 1000},                     // the field itself
			{"name price", 1000},                // the strictest of both
			{"size { width }", 0},               // nobody says anything
			{"box { width }", 6000},             // inheritMaxAge on the field
			{"crate { width }", 6000},           // inheritMaxAge on the type
			{"dimensions { width }", 2000},      // the type it returns
			{"dimensions { width exact }", 500}, // a field below
			{"boxed { width }", 2000},           // the field says more than its type allows below
			{"maker { name }", 700},             // an implementation's field
			{"maker { __typename }", 5000},      // an interface
			{"name maker { name } box { width } ", 700},
		} {
			query := "{ reviewed { " + test.selection + " } }"
			h.looked(query)
			again := of(h.looked(query), "catalog", "Product")
			if len(again) != 2 {
				t.Fatalf("%s: %+v", test.selection, again)
			}
			for _, i := range again {
				// Tests take less than a hundred seconds.
				left := int(math.Ceil(i.Left/100)) * 100
				if stored := i.Status == "hit"; stored != (test.seconds > 0) || stored && left != test.seconds {
					t.Errorf("%s: %s with %v s left, want %d", test.selection, i.Status, i.Left, test.seconds)
				}
			}
		}
		// A root field lives as long as what it returns, or as it says itself.
		for _, test := range []struct {
			query   string
			seconds int
		}{
			{`{ product(upc: "1") { name } }`, 6000},
			{`{ featured { name } }`, 6000},
			{`{ featured { name price } }`, 1000},
			{`{ reviewed { rating } }`, 2500},
		} {
			query, seconds := test.query, test.seconds
			h.looked(query)
			for _, i := range h.looked(query) {
				if left := int(math.Ceil(i.Left/100)) * 100; i.Type != "Query" && left != seconds || left < seconds {
					t.Errorf("%s: %+v, want %d", query, i, seconds)
				}
			}
		}
	})
}

// The answer's Cache-Control and the schema bind both.
func TestTheSubgraphsHeaderAndTheSchemaBindBoth(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		h.catalog.header = http.Header{"Cache-Control": {"max-age=3000"}, "Age": {"1000"}}
		h.ask(`{ reviewed { name } }`)
		h.idle()
		for _, i := range of(h.looked(`{ reviewed { name } }`), "catalog", "Product") {
			if left := int(math.Ceil(i.Left/100)) * 100; left != 2000 {
				t.Errorf("a header of 3000 at an age of 1000 over a schema of 6000: %v left", i.Left)
			}
		}
		h.catalog.header = http.Header{"Cache-Control": {"max-age=3000"}}
		h.ask(`{ reviewed { price } }`)
		h.idle()
		for _, i := range of(h.looked(`{ reviewed { price } }`), "catalog", "Product") {
			if left := int(math.Ceil(i.Left/100)) * 100; left != 1000 {
				t.Errorf("a header of 3000 over a schema of 1000: %v left", i.Left)
			}
		}
	})
}

func TestWhatTheClientIsToldOfTheSchemasLifetimes(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		check := func(what, query, scope string, seconds, age int, header ...string) {
			t.Helper()
			_, head := h.ask(query, header...)
			h.idle()
			gotScope, rest, _ := strings.Cut(head.Get("Cache-Control"), ", max-age=")
			maxAge, _ := strconv.Atoi(rest)
			gotAge, _ := strconv.Atoi(head.Get("Age"))
			// Tests take less than a hundred seconds.
			if gotScope != scope || seconds > 0 && (maxAge-gotAge > seconds-age || maxAge-gotAge <= seconds-age-100) || gotAge < age || gotAge >= age+100 {
				t.Errorf("%s: Cache-Control %q, Age %q; want %s, max-age=%d, Age %d", what, head.Get("Cache-Control"), head.Get("Age"), scope, seconds, age)
			}
		}
		for _, when := range []string{"fetched", "from the cache"} {
			check(when, `{ reviewed { name rating } }`, "public", 2500, 0)
			check(when+", with a stricter field", `{ reviewed { name rating price } }`, "public", 1000, 0)
			check(when+", private", `{ author { name email } }`, "private", 3000, 0, "Authorization", "ada")
			check(when+", what nobody says anything about", `{ reviewed { size { width } } }`, "no-store", 0, 0)
		}
		h.catalog.header = http.Header{"Cache-Control": {"max-age=3000"}, "Age": {"1000"}}
		for _, when := range []string{"fetched", "from the cache"} {
			check(when+", with an age", `{ reviewed { box { width } } }`, "public", 3000, 1000)
		}
	})
}

func TestPrivateInTheSchema(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		ada, bob := []string{"Authorization", "Bearer ada"}, []string{"Authorization", "Bearer bobby"}
		ask := func(what, query, want string, fetches int, header ...string) {
			t.Helper()
			h.accounts.asked()
			body, _ := h.ask(query, header...)
			h.idle()
			if got := len(h.accounts.asked()); got != fetches || !strings.Contains(string(body), want) {
				t.Errorf("%s: %d fetches, want %d; answered %s, want %s", what, got, fetches, body, want)
			}
		}
		for _, test := range []struct{ query, forAda, forBob, forNobody string }{
			{`{ author { email } }`, `"email":"for Bearer ada"`, `"email":"for Bearer bobby"`, `"email":"for "`},
			{`{ author { cart { total } } }`, `"total":10`, `"total":12`, `"total":0`},
		} {
			ask("nobody", test.query, test.forNobody, 1)
			ask("nobody again", test.query, test.forNobody, 1)
			ask("ada", test.query, test.forAda, 1, ada...)
			ask("ada again", test.query, test.forAda, 0, ada...)
			ask("bob", test.query, test.forBob, 1, bob...)
			ask("bob again", test.query, test.forBob, 0, bob...)
			ask("ada once more", test.query, test.forAda, 0, ada...)
			ask("nobody once more", test.query, test.forNobody, 1)
		}
		// What is public is everybody's.
		h.accounts.header = http.Header{"Cache-Control": {"public"}}
		ask("ada, the name", `{ author { name } }`, `"Ada"`, 1, ada...)
		ask("bob, the name", `{ author { name } }`, `"Ada"`, 0, bob...)
		ask("nobody, the name", `{ author { name } }`, `"Ada"`, 0)
	})
}

// That somebody may not see an entity is nobody else's answer, even where everything has a lifetime.
func TestMissingForOneCallerIsNotMissingForAll(t *testing.T) {
	eachHintedWith(t, func(c *config.Cache) { c.TTL, c.NegativeTTL = time.Hour, time.Hour }, func(t *testing.T, h *hinted) {
		all := h.accounts.entity
		h.accounts.entity = func(rep map[string]any, caller http.Header) object {
			if caller.Get("Authorization") != "ada" {
				return nil
			}
			return all(rep, caller)
		}
		for i, who := range []string{"bob", "", "ada", "bob", "ada", ""} {
			want := `"author":{"email":null}`
			if who == "ada" {
				want = `"author":{"email":"for ada"}`
			}
			h.accounts.asked()
			if body, _ := h.ask(`{ author { email } }`, "Authorization", who); !strings.Contains(string(body), want) {
				t.Errorf("%q got %s, want %s", who, body, want)
			}
			h.idle()
			// Known callers' answers are remembered, for them.
			if fetched := len(h.accounts.asked()) == 1; fetched != (i < 3 || who == "") {
				t.Errorf("%d: %q: fetched: %v", i, who, fetched)
			}
		}
	})
}

// invalidate sends an invalidation to the endpoint.
func (s *served) invalidate(body string) {
	s.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/invalidation", strings.NewReader(body))
	req.Header.Set("Authorization", invalidationKey)
	rec := httptest.NewRecorder()
	s.admin.ServeHTTP(rec, req)
	if rec.Code != http.StatusAccepted {
		s.t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
	}
}

func TestTagsWrittenInTheSchema(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		const (
			entities = `{ reviewed { name } }`
			one      = `{ product(upc: "1") { name } }`
			german   = `{ product(upc: "1", lang: "de") { name } }`
			two      = `{ product(upc: "2") { upc name } }`
			featured = `{ featured { upc name } }`
		)
		roots := []string{one, german, two, featured}
		for _, test := range []struct {
			tag, subgraph string
			// gone are the root fields that the catalog is asked for again.
			gone []string
			// entities are what became of the two entities.
			entities string
		}{
			// Of the first and the German one the key was not selected: they are only known to be products. Any product
			// may become a featured one.
			{"catalog-1", "catalog", []string{one, german, featured}, `{"upc":"1"} miss, {"upc":"2"} hit`},
			{"catalog-2", "catalog", []string{one, german, two, featured}, `{"upc":"1"} hit, {"upc":"2"} miss`},
			{"catalog", "catalog", []string{one, german, two, featured}, `{"upc":"1"} miss, {"upc":"2"} miss`},
			{"product-1-en", "catalog", []string{one}, `{"upc":"1"} hit, {"upc":"2"} hit`},
			{"product-1-de", "catalog", []string{german}, `{"upc":"1"} hit, {"upc":"2"} hit`},
			{"featured", "catalog", []string{featured}, `{"upc":"1"} hit, {"upc":"2"} hit`},
			{"catalog-1", "reviews", nil, `{"upc":"1"} hit, {"upc":"2"} hit`},
			{"nothing has this tag", "catalog", nil, `{"upc":"1"} hit, {"upc":"2"} hit`},
		} {
			h.ask(entities)
			for _, q := range roots {
				h.ask(q)
			}
			h.idle()
			h.invalidate(`[{"kind":"cache_tag","subgraphs":["` + test.subgraph + `"],"cache_tag":"` + test.tag + `"}]`)
			if got := statuses(of(h.looked(entities), "catalog", "Product")); got != test.entities {
				t.Errorf("%s: %s, want %s", test.tag, got, test.entities)
			}
			for _, q := range roots {
				h.catalog.asked()
				h.ask(q)
				if got, want := len(h.catalog.asked()) > 0, slices.Contains(test.gone, q); got != want {
					t.Errorf("%s: %s fetched: %v, want %v", test.tag, q, got, want)
				}
			}
		}
	})
}

// The debug view tells keys, tags and lifetimes by fetch, from wherever the answer comes.
func TestTheDebugViewTellsTags(t *testing.T) {
	eachHinted(t, func(t *testing.T, h *hinted) {
		const query = `{ reviewed { name } featured { upc } product(upc: "1") { upc } }`
		h.ask(query)
		h.idle()
		infos := h.looked(query)
		for _, i := range of(infos, "catalog", "Product") {
			if want := []string{"catalog-" + i.Key[len(`{"upc":"`):len(`{"upc":"`)+1], "catalog"}; !slices.Equal(i.Tags, want) {
				t.Errorf("%+v, want tags %v", i, want)
			}
		}
		roots := of(infos, "catalog", "Query")
		if got, want := statuses(roots), `featured hit, product(upc:"1") hit`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for _, i := range roots {
			want := map[string]string{"featured": "featured", `product(upc:"1")`: "product-1-en"}[i.Key]
			if len(i.Tags) == 0 || i.Tags[0] != want {
				t.Errorf("%+v, want the tag %s first", i, want)
			}
		}
		// The entities of one fetch, and the root fields of another one.
		for _, i := range infos {
			for _, other := range infos {
				if same := i.Subgraph == other.Subgraph && i.Type == other.Type; same != (i.Fetch == other.Fetch) {
					t.Errorf("%+v and %+v", i, other)
				}
			}
		}
	})
}
