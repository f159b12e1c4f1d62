package cache_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/weft-graphql/weft/router/cache/redistest"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/schema/bus/natstest"
)

// What an event does not say, or says in an unusual way, costs no more than it has to.
func TestUnusualEvents(t *testing.T) {
	const books, films, author = `{ offers { title } }`, `{ old { minutes } }`, `{ praised { born } }`
	const large, larger = `{ large: media(id: "9007199254740992") { score } }`, `{ larger: media(id: "9007199254740993") { score } }`
	server := natstest.Start(t)
	raw, err := nats.Connect(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	l := startLibrary(t, func(c *config.Config) { c.Cache.Events.NATSURL = server.URL() })
	l.reviews.query["praised"] = []any{object{"__typename": "Author", "name": "a"}}
	l.catalog.query["media"] = resolver(func(args map[string]any, _ http.Header) any {
		return object{"__typename": "Book", "id": args["id"], "__isMedia": true}
	})
	ask := func() (asked []string) {
		for _, query := range []string{books, films, author, large, larger} {
			l.settled()
			l.ask(query)
			if entityCalls(l.catalog)+entityCalls(l.reviews)+entityCalls(l.shop) > 0 {
				asked = append(asked, query)
			}
		}
		l.settled()
		return asked
	}
	ask()
	for _, test := range []struct {
		name, subject, event string
		asked                []string
	}{
		{"one that is no JSON", "weft.entity.catalog.Author", `{{`, []string{author}},
		{"one without a key", "weft.entity.catalog.Author", `{"id":"1","type":"Author","subgraph":"catalog"}`, []string{author}},
		{"a nested key", "weft.entity.catalog.Film",
			`{"id":"2","type":"Film","subgraph":"catalog","key":{"studio":{"name":"S3"},"year":2003}}`,
			[]string{films, large, larger}}, // reviews does not know media by these keys
		{"a large number", "weft.entity.catalog.Media",
			`{"id":"3","type":"Media","subgraph":"catalog","key":{"id":9007199254740993}}`,
			[]string{books, films, larger}}, // books and films were asked for by other keys
	} {
		t.Run(test.name, func(t *testing.T) {
			if asked := ask(); asked != nil {
				t.Fatalf("not stored: %v", asked)
			}
			before := l.stats().Invalidations
			// Where nobody can tell what an event is about, nothing happens.
			for subject, event := range map[string]string{"weft.entity.no.such.type": `{{`, test.subject: test.event} {
				if _, err := raw.Request(subject, []byte(event), 10*time.Second); err != nil {
					t.Fatal(err)
				}
			}
			redistest.Eventually(t, "the event arrives", func() bool { return l.stats().Invalidations > before })
			if asked := ask(); !slices.Equal(asked, test.asked) {
				t.Errorf("asked again:\n got %q\nwant %q", asked, test.asked)
			}
		})
	}
}
