package cache_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
)

// A library: books and films are known by one key to one subgraph and by another to the next, and one of them only
// knows media.
const (
	libraryCatalogSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@cacheTag"])
type Query { authors: [Author] media(id: ID!): Media }
interface Media @key(fields: "id") { id: ID! title: String }
type Book implements Media @key(fields: "id") @key(fields: "isbn") {
  id: ID! isbn: String! title: String pages: Int
}
type Film implements Media @key(fields: "id") @key(fields: "studio { name } year") {
  id: ID! title: String year: Int! studio: Studio! minutes: Int
}
type Song implements Media @key(fields: "id") @cacheTag(format: "song-{$key.id}") { id: ID! title: String }
type Studio { name: String! town: String }
type Author @key(fields: "name") @cacheTag(format: "author-{$key.name}") { name: String! born: Int }
`
	libraryReviewsSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@interfaceObject"])
type Query { best: [Media] praised: [Author] }
type Media @interfaceObject @key(fields: "id") { id: ID! score: Int }
type Author @key(fields: "name") { name: String! fans: Int }
`
	libraryShopSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable"])
type Query { offers: [Book] old: [Film] }
type Book @key(fields: "isbn") { isbn: String! price: Int }
type Film @key(fields: "studio { name } year") { studio: Studio! @shareable year: Int! @shareable price: Int }
type Studio { name: String! @shareable }
`
	libraryRentalSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key"])
type Query { rented: Film }
type Film @key(fields: "id") { id: ID! }
`
)

// library is a running graph over the three schemas.
type library struct {
	*served
	catalog, reviews, shop, rental *subgraph
	media                          map[string]object
}

func startLibrary(t *testing.T, change func(*config.Config)) *library {
	l := &library{
		catalog: new(subgraph).serve(t), reviews: new(subgraph).serve(t), shop: new(subgraph).serve(t),
		rental: new(subgraph).serve(t),
		media:  map[string]object{},
	}
	for _, m := range []object{
		{"__typename": "Book", "id": "1", "isbn": "i1", "title": "One", "pages": 10},
		{"__typename": "Book", "id": "2", "isbn": "i2", "title": "Two", "pages": 20},
		{"__typename": "Film", "id": "3", "title": "Three", "year": 2003, "studio": object{"name": "S3", "town": "T3"}, "minutes": 30},
		{"__typename": "Film", "id": "4", "title": "Four", "year": 2003, "studio": object{"name": "S4", "town": "S3"}, "minutes": 40},
		{"__typename": "Song", "id": "5", "title": "Five"},
	} {
		m["__isMedia"] = true
		l.media[m["id"].(string)] = m
	}
	l.catalog.query = object{"media": resolver(func(args map[string]any, _ http.Header) any { return l.media[text(args["id"])] })}
	l.catalog.entity = func(rep map[string]any, _ http.Header) object {
		if rep["__typename"] == "Author" {
			return object{"__typename": "Author", "name": rep["name"], "born": 1900}
		}
		for _, m := range l.media {
			studio, _ := rep["studio"].(map[string]any)
			of, _ := m["studio"].(object)
			if m["id"] == rep["id"] || rep["isbn"] != nil && m["isbn"] == rep["isbn"] || studio != nil && of["name"] == studio["name"] {
				return m
			}
		}
		return nil
	}
	l.reviews.query = object{"best": []any{object{"__typename": "Media", "id": "1"}, object{"__typename": "Media", "id": "5"}}}
	l.reviews.entity = func(rep map[string]any, _ http.Header) object {
		if rep["__typename"] == "Author" {
			return object{"__typename": "Author", "name": rep["name"], "fans": 7}
		}
		return object{"__typename": "Media", "id": rep["id"], "score": 5}
	}
	l.shop.query = object{
		"offers": []any{object{"__typename": "Book", "isbn": "i1"}, object{"__typename": "Book", "isbn": "i2"}},
		"old": []any{
			object{"__typename": "Film", "studio": object{"name": "S3"}, "year": 2003},
			object{"__typename": "Film", "studio": object{"name": "S4"}, "year": 2003},
		},
	}
	l.shop.entity = func(rep map[string]any, _ http.Header) object {
		rep["price"] = 9
		return object(rep)
	}
	l.rental.query = object{"rented": object{"__typename": "Film", "id": "4"}}
	sdl := composed(t, []compose.Subgraph{
		{Name: "catalog", SDL: libraryCatalogSDL, URL: l.catalog.url},
		{Name: "reviews", SDL: libraryReviewsSDL, URL: l.reviews.url},
		{Name: "rental", SDL: libraryRentalSDL, URL: l.rental.url},
		{Name: "shop", SDL: libraryShopSDL, URL: l.shop.url},
	})
	l.served = serveOptions(t, router.Options{Supergraph: sdl}, func(c *config.Config) {
		c.Cache.TTL = config.Default().Cache.MaxTTL
		c.Cache.Invalidation.SharedKey = invalidationKey
		change(c)
	})
	return l
}

// eachLibrary runs a test with all storages.
func eachLibrary(t *testing.T, test func(t *testing.T, l *library)) {
	redis := redistest.Start(t)
	for _, storage := range storages {
		t.Run(storage, func(t *testing.T) {
			test(t, startLibrary(t, func(c *config.Config) {
				if storage == "in Redis" {
					c.Cache.L1.Enabled = false
					c.Cache.Redis.Addresses = []string{redis.Addr}
				}
			}))
		})
	}
}

// settled waits until nothing waits to be stored, and then forgets what the subgraphs were asked so far.
func (l *library) settled() {
	l.t.Helper()
	l.idle()
	for _, s := range []*subgraph{l.catalog, l.reviews, l.shop} {
		s.asked()
	}
}

// entityCalls counts the requests for entities since the last time.
func entityCalls(s *subgraph) (n int) {
	for _, document := range s.asked() {
		if strings.Contains(document, "_entities") {
			n++
		}
	}
	return n
}

// told sends a list of invalidations to the endpoint.
func (s *served) told(t testing.TB, body string) (status int, answer map[string]any) {
	t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, "/invalidation", strings.NewReader(body))
	req.Header.Set("Authorization", invalidationKey)
	s.admin.ServeHTTP(rec, req)
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return rec.Code, answer
}

func quoted(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTagsAndKeysOfAnyText(t *testing.T) {
	names := []string{
		`a"b`, `a\b`, `\`, `\"`, `a/b`, "a\nb", "a\tb", "\u0001", "\u007f", "\u2028", "é", "😀", "<b>&", "{$key.name}", "  ",
	}
	eachLibrary(t, func(t *testing.T, l *library) {
		for _, name := range names {
			l.reviews.change(func() { l.reviews.query["praised"] = []any{object{"__typename": "Author", "name": name}} })
			for what, list := range map[string][]any{
				"by its tag": {object{"kind": "cache_tag", "subgraphs": []string{"catalog"}, "cache_tag": "author-" + name}},
				"by its key": {object{"kind": "entity", "type": "Author", "key": object{"name": name}}},
			} {
				if status, answer := l.told(t, `[{"kind":"all"}]`); status != http.StatusAccepted {
					t.Fatal(answer)
				}
				query := `{ praised { born } }`
				l.ask(query)
				l.settled()
				l.ask(query)
				if n := entityCalls(l.catalog); n != 0 {
					t.Fatalf("%q: not stored: %d calls", name, n)
				}
				if status, answer := l.told(t, quoted(t, list)); status != http.StatusAccepted {
					t.Fatal(answer)
				}
				l.ask(query)
				if n := entityCalls(l.catalog); n != 1 {
					t.Errorf("%q is invalidated %s and asked for %d times", name, what, n)
				}
				l.settled()
			}
		}
	})
}

// TestEntitiesKnownByAnotherKey stores entities under one key and names them by others.
func TestEntitiesKnownByAnotherKey(t *testing.T) {
	for _, test := range []struct {
		name, query, invalidation string
		// catalog, reviews and shop are the calls that follow.
		catalog, reviews, shop int
	}{
		{"a key that the entity was asked by", `{ offers { title } }`, `{"kind":"entity","type":"Book","key":{"isbn":"i1"}}`, 1, 0, 0},
		{"another key that nobody asked for", `{ offers { title } }`, `{"kind":"entity","type":"Book","key":{"id":"1"}}`, 1, 0, 0},
		{"another key that is known to be another one's", `{ offers { id title } }`, `{"kind":"entity","type":"Book","key":{"id":"7"}}`, 0, 0, 0},
		{"another key that is known", `{ offers { id title } }`, `{"kind":"entity","type":"Book","key":{"id":"2"}}`, 1, 0, 0},
		{"a key that the subgraph does not have", `{ media(id: 1) { ...on Book { price } } }`, `{"kind":"entity","type":"Book","key":{"id":"1"}}`, 0, 0, 1},
		{"a key that the named subgraph does not have", `{ media(id: 1) { ...on Book { price } } }`, `{"kind":"entity","subgraph":"shop","type":"Book","key":{"id":"1"}}`, 0, 0, 1},
		{"a composite key, and its number as text", `{ old { minutes } }`, `{"kind":"entity","type":"Film","key":{"year":"2003","studio":{"name":"S3"}}}`, 1, 0, 0},
		{"another key beside a composite one", `{ old { minutes } }`, `{"kind":"entity","type":"Film","key":{"id":3}}`, 1, 0, 0},
		{"a number that is spelled otherwise", `{ old { minutes } }`, `{"kind":"entity","type":"Film","key":{"year":2.003e3,"studio":{"name":"S3"}}}`, 1, 0, 0},
		{"another number", `{ old { minutes } }`, `{"kind":"entity","type":"Film","key":{"year":2005,"studio":{"name":"S3"}}}`, 0, 0, 0},
		{"the name of a type where only its interface is known", `{ media(id: 1) { score } }`, `{"kind":"entity","type":"Book","key":{"id":"1"}}`, 0, 1, 0},
		{"an interface's name", `{ media(id: 1) { score } }`, `{"kind":"entity","type":"Media","key":{"id":"1"}}`, 0, 1, 0},
		{"a key that the interface does not have", `{ media(id: 1) { score } }`, `{"kind":"entity","type":"Book","key":{"isbn":"i1"}}`, 0, 1, 0},
		{"all of a type where only its interface is known", `{ media(id: 1) { score } }`, `{"kind":"type","type":"Book"}`, 0, 1, 0},
		{"the same, for one subgraph", `{ media(id: 1) { score } }`, `{"kind":"type","subgraph":"reviews","type":"Film"}`, 0, 1, 0},
		{"all of an interface", `{ offers { title } }`, `{"kind":"type","type":"Media"}`, 1, 0, 0},
		{"an entity that was asked for by its interface", `{ best { title } }`, `{"kind":"entity","type":"Book","key":{"id":"1"}}`, 1, 0, 0},
		{"all of a type that was asked for by its interface", `{ best { title } }`, `{"kind":"type","type":"Film"}`, 1, 0, 0},
		{"a tag of one of the types behind an interface", `{ best { title } }`, `{"kind":"cache_tag","cache_tag":"song-5"}`, 1, 0, 0},
		{"a tag that no medium can have", `{ best { title } }`, `{"kind":"cache_tag","cache_tag":"author-i1"}`, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachLibrary(t, func(t *testing.T, l *library) {
				l.ask(test.query)
				l.settled()
				l.ask(test.query)
				if n := entityCalls(l.catalog) + entityCalls(l.reviews) + entityCalls(l.shop); n != 0 {
					t.Fatalf("not stored: %d calls", n)
				}
				if status, answer := l.told(t, "["+test.invalidation+"]"); status != http.StatusAccepted {
					t.Fatal(status, answer)
				}
				l.ask(test.query)
				got := [3]int{entityCalls(l.catalog), entityCalls(l.reviews), entityCalls(l.shop)}
				if want := [3]int{test.catalog, test.reviews, test.shop}; got != want {
					t.Errorf("catalog, reviews and shop are asked %v times, want %v", got, want)
				}
			})
		})
	}
}

// What clients call a field says nothing of the keys that an entity has.
func TestAliasesAreNoKeys(t *testing.T) {
	eachLibrary(t, func(t *testing.T, l *library) {
		// The fourth film's studio is in a town that is called like the third one's studio.
		l.ask(`{ rented { year studio { name: town } title minutes } }`)
		l.settled()
		body, _ := l.ask(`{ old { minutes title } }`)
		if want := `{"data":{"old":[{"minutes":30,"title":"Three"},{"minutes":40,"title":"Four"}]}}`; string(body) != want {
			t.Errorf("got %s\nwant %s", body, want)
		}
	})
}

func TestUnknownNamesAreRefused(t *testing.T) {
	l := startLibrary(t, func(*config.Config) {})
	for _, test := range []struct{ invalidation, problem string }{
		{`{"kind":"type","type":"Bok"}`, `the graph has no type "Bok"; did you mean "Book"?`},
		{`{"kind":"entity","type":"Bok","key":{"id":"1"}}`, `the graph has no type "Bok"; did you mean "Book"?`},
		{`{"kind":"type","type":"Zebra"}`, `the graph has no type "Zebra"`},
		{`{"kind":"type","type":"Studio"}`, `nothing is stored under the type Studio, which has no key: name the entities that have it, or their types`},
		{`{"kind":"type","subgraph":"reviews","type":"Query"}`, ``},
		{`{"kind":"entity","type":"Studio","key":{"name":"S3"}}`, `nothing is stored under the type Studio, which has no key: name the entities that have it, or their types`},
		{`{"kind":"type","subgraph":"reviews","type":"Studio"}`, `nothing is stored under the type Studio, which has no key: name the entities that have it, or their types`},
		{`{"kind":"type","subgraph":"shop","type":"Author"}`, `nothing of the type Author is stored for shop, only for catalog, reviews`},
		{`{"kind":"entity","subgraph":"shop","type":"Author","key":{"name":"a"}}`, `nothing of the type Author is stored for shop, only for catalog, reviews`},
		{`{"kind":"subgraph","subgraph":"shops"}`, `there is no subgraph "shops" in the supergraph; did you mean "shop"?`},
		{`{"kind":"cache_tag","subgraphs":["catalogue"],"cache_tag":"x"}`, `there is no subgraph "catalogue" in the supergraph; did you mean "catalog"?`},
		{`{"kind":"entity","type":"Book","key":{"ibsn":"i1"}}`, `no key of type Book has all its fields in {"ibsn":"i1"}; its keys are id, isbn`},
		{`{"kind":"entity","type":"Film","key":{"year":2003}}`, `no key of type Film has all its fields in {"year":2003}; its keys are id, studio { name } year`},
		{`{"kind":"type","tpye":"Book","type":"Book"}`, `it has an unknown member "tpye"; did you mean "type"?`},
		{`{"kind":"type","type":7}`, `"type" is a JSON number; it must be a string`},
		{`{"kind":"subgraph","subgraphs":"shop"}`, `"subgraphs" is a JSON string; it must be a list of strings`},
		{`7`, `it is not an object such as {"kind":"subgraph","subgraph":"products"}`},
		{`null`, `it is not an object such as {"kind":"subgraph","subgraph":"products"}`},
	} {
		status, answer := l.told(t, "["+test.invalidation+"]")
		problem, _ := answer["error"].(string)
		if problem != test.problem || (status == http.StatusBadRequest) != (problem != "") {
			t.Errorf("%s\n answered %d %v\n want %s", test.invalidation, status, answer, test.problem)
		}
	}
}

func TestUnknownTagsWarn(t *testing.T) {
	l := startLibrary(t, func(*config.Config) {})
	for tag, known := range map[string]bool{"author-a": true, "song-x": true, "autor-a": false, "author": false} {
		status, answer := l.told(t, `[{"kind":"all"},{"kind":"cache_tag","cache_tag":"`+tag+`"}]`)
		warnings, _ := answer["warnings"].([]any)
		if status != http.StatusAccepted || (len(warnings) == 0) != known {
			t.Errorf("the tag %s: %d %v", tag, status, answer)
		}
		if !known && warnings[0].(map[string]any)["index"] != 1.0 {
			t.Errorf("the warning is not about the tag: %v", answer)
		}
	}
}

func TestTheRestOfAListIsFollowed(t *testing.T) {
	eachLibrary(t, func(t *testing.T, l *library) {
		l.ask(`{ offers { title } }`)
		l.settled()
		status, answer := l.told(t, `[{"kind":"type","type":"Nothing"},{"kind":"type","type":"Book"},{"kind":7}]`)
		if status != http.StatusBadRequest || answer["count"] != 3.0 || len(answer["errors"].([]any)) != 2 {
			t.Errorf("%d %v", status, answer)
		}
		l.ask(`{ offers { title } }`)
		if n := entityCalls(l.catalog); n != 1 {
			t.Errorf("the good one of the list was followed by %d calls", n)
		}
		l.settled()
		// The same in the extensions of an answer, which does not know more.
		l.reviews.change(func() {
			l.reviews.extensions = map[string]any{"invalidation": []any{object{"kind": "type", "type": "Nothing"}, object{"kind": "type", "type": "Book"}}}
		})
		l.ask(`{ best { id } }`)
		l.settled()
		l.ask(`{ offers { title } }`)
		if n := entityCalls(l.catalog); n != 1 {
			t.Errorf("the good one of an answer's list was followed by %d calls", n)
		}
	})
}

// Too many invalidations for one answer are not left undone.
func TestALongListOfAnAnswerIsFollowed(t *testing.T) {
	l := startLibrary(t, func(*config.Config) {})
	l.ask(`{ offers { title } }`)
	l.settled()
	var list []any
	for i := range 10_001 {
		list = append(list, object{"kind": "entity", "type": "Book", "key": object{"isbn": "x" + text(i)}})
	}
	list = append(list, object{"kind": "entity", "type": "Book", "key": object{"isbn": "i1"}})
	l.reviews.change(func() { l.reviews.extensions = map[string]any{"invalidation": list} })
	l.ask(`{ best { id } }`)
	l.settled()
	l.ask(`{ offers { title } }`)
	if n := entityCalls(l.catalog); n != 1 {
		t.Errorf("a long list was followed by %d calls", n)
	}
}
