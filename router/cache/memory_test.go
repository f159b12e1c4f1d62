package cache

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/cache/redistest"
)

// usedMemory is what Redis says it uses, in bytes.
func usedMemory(t *testing.T, s *redistest.Server) int {
	t.Helper()
	client := s.Client()
	defer func() { _ = client.Close() }()
	info, err := client.Info(context.Background(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if rest, ok := strings.CutPrefix(line, "used_memory:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(rest))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("Redis does not say how much memory it uses")
	return 0
}

// TestMemoryOfRedis holds the table in docs/caching.md, "Sizing": what an entity takes in Redis, all included.
func TestMemoryOfRedis(t *testing.T) {
	const entities = 2000
	for _, test := range []struct {
		what, selection, entity string
		// usual and packed are bytes, with the settings of Redis and with hash-max-listpack-value 512.
		usual, packed int
	}{
		{"one leaf of 25 bytes", "{ name }", `{"name":"Table of the house %d"}`, 280, 270},
		{"one leaf of 100 bytes", "{ name }", `{"name":"%d ` + strings.Repeat("x", 95) + `"}`, 550, 380},
		{"five leaves", "{ name price weight color volatile }",
			`{"name":"Table of the house %d","price":899,"weight":100,"color":"RED","volatile":1}`, 500, 500},
		{"five leaves and an object", "{ name price weight color volatile size { width height } }",
			`{"name":"Table of the house %d","price":899,"weight":100,"color":"RED","volatile":1,"size":{"width":5,"height":2}}`,
			980, 560},
	} {
		for setting, want := range map[string]int{"64": test.usual, "512": test.packed} {
			t.Run(test.what+"/"+setting, func(t *testing.T) {
				s := redistest.Start(t, "--hash-max-listpack-value", setting)
				c, g := openCache(t, loadShop(t), redisOnly(s.Addr))
				a := newAsk(t, g, "products", "Product", "upc", "", test.selection)
				up := &shop{}
				var reps []string
				for i := range entities {
					reps = append(reps, product(i))
					up.set(product(i), fmt.Sprintf(test.entity, i))
				}
				a.must(t, c, reps[:1], up.upstream)
				before := usedMemory(t, s)
				a.must(t, c, reps, up.upstream)
				if got := (usedMemory(t, s) - before) / entities; got > want*11/10 || got < want*8/10 {
					t.Errorf("an entity of %s takes %d bytes; docs/caching.md says %d", test.what, got, want)
				}
			})
		}
	}
}
