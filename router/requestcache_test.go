package router_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/config"
)

// TestAllLinesOfTheClientsCacheControlCount has the directive that matters on the second line.
func TestAllLinesOfTheClientsCacheControlCount(t *testing.T) {
	f := newFixture(t, func(c *config.Config) {
		c.Cache.Enabled, c.Cache.TTL, c.Cache.RequestNoCache = true, time.Hour, true
	})
	var calls atomic.Int32
	f.names.asked = func() { calls.Add(1) }
	send := func(lines ...string) {
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader([]byte(`{"query":"{person(id:1){name}}"}`)))
		r.Header.Set("Content-Type", "application/json")
		r.Header["Cache-Control"] = lines
		f.router.ServeHTTP(httptest.NewRecorder(), r)
	}
	for before := int32(0); ; {
		send()
		now := calls.Load()
		if now == before {
			break // it is stored
		}
		before = now
	}
	stored := calls.Load()
	send("max-age=100")
	if calls.Load() != stored {
		t.Error("what is stored is not used")
	}
	send("max-age=100", "no-cache")
	if calls.Load() != stored+1 {
		t.Error("the second line does not count")
	}
}
