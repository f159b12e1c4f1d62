package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestEventRoundTrip(t *testing.T) {
	event := wire.EntityChanged{
		ID: "1", Type: "Product", Key: map[string]any{"upc": "p1"}, Subgraph: "catalog", Change: wire.Updated, At: now,
	}
	text, err := event.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := wire.DecodeEntityChanged(text)
	if err != nil || got.Key["upc"] != "p1" || got.Subject() != "weft.entity.catalog.Product" || !got.At.Equal(now) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestEventRefusals(t *testing.T) {
	cases := map[string]string{
		"not JSON":    `{`,
		"no id":       `{"type":"A","subgraph":"s","key":{"id":"1"}}`,
		"no key":      `{"id":"1","type":"A","subgraph":"s","key":{}}`,
		"a null key":  `{"id":"1","type":"A","subgraph":"s","key":{"id":null}}`,
		"two events":  `{"id":"1","type":"A","subgraph":"s","key":{"id":"1"}}{}`,
		"a deep key":  `{"id":"1","type":"A","subgraph":"s","key":{"id":` + strings.Repeat(`[`, 20) + strings.Repeat(`]`, 20) + `}}`,
		"a wild type": `{"id":"1","type":"A.>","subgraph":"s","key":{"id":"1"}}`,
		"no subgraph": `{"id":"1","type":"A","subgraph":"","key":{"id":"1"}}`,
		"too long":    `{"id":"` + strings.Repeat("x", 70_000) + `"}`,
	}
	for name, text := range cases {
		if _, err := wire.DecodeEntityChanged([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// Composite keys and large numbers arrive as they were sent.
func TestKeysOfEvents(t *testing.T) {
	for _, key := range []string{
		`{"id":9007199254740993}`, `{"id":18446744073709551615}`, `{"n":1.10}`, `{"org":{"id":9007199254740993},"sku":"a"}`,
		`{"ids":["1","2"]}`, `{"org":null,"sku":"a"}`, `{"parts":[{"id":1}]}`,
	} {
		event, err := wire.DecodeEntityChanged([]byte(`{"id":"1","type":"A","subgraph":"s","key":` + key + `}`))
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		if got, err := json.Marshal(event.Key); err != nil || string(got) != key {
			t.Errorf("%s became %s (%v)", key, got, err)
		}
	}
}

func TestSubjectsOfEvents(t *testing.T) {
	for subject, want := range map[string]string{
		"weft.entity.catalog.Product": "catalog Product", "weft.entity.catalog": "", "weft.entity.a.b.c": "", "other.catalog.Product": "",
		"weft.entity..Product": "", "weft.entity.catalog.": "",
	} {
		subgraph, typeName, ok := wire.ParseEventSubject(subject)
		if got := subgraph + " " + typeName; ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v", subject, got, ok)
		}
	}
}

func FuzzOpen(f *testing.F) {
	_, key := newKey(f)
	_, stranger := newKey(f)
	token := sign(f, stranger, wire.Identity{Subject: "u1"}, "accounts")
	f.Add(token)
	f.Add(sign(f, key, wire.Identity{Subject: "u1"}, "catalog"))
	f.Fuzz(func(t *testing.T, value string) {
		if id, _, err := public(t, key).Open(value, "accounts", now); err == nil {
			t.Errorf("%q is accepted as %+v without the key", value, id)
		}
	})
}

func FuzzDecodeEntityChanged(f *testing.F) {
	f.Add([]byte(`{"id":"1","type":"A","subgraph":"s","key":{"id":"1"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		event, err := wire.DecodeEntityChanged(text)
		if err != nil {
			return
		}
		if _, err := event.Encode(); err != nil {
			t.Errorf("decoded %q cannot be encoded: %v", text, err)
		}
	})
}
