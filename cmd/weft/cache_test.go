package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestTheEntityCacheCanBeLookedIntoAndEmptied(t *testing.T) {
	s := startSystem(t)
	if a := mustAsk(t, s.url, `{ product(upc: "p7") { reviewCount } }`); len(a.Errors) > 0 {
		t.Fatal(a.Raw)
	}
	inspect := func() string {
		t.Helper()
		status, out, complaints := weft(t, "cache", "inspect", "Product", "upc=p7", "--config", s.config)
		if status != 0 {
			t.Fatalf("cache inspect: status %d\n%s%s", status, out, complaints)
		}
		return out
	}
	eventually(t, "the product is stored", func() error {
		if out := inspect(); !strings.Contains(out, "Product of reviews") || !strings.Contains(out, "reviewCount = ") || !strings.Contains(out, "fresh") ||
			!strings.Contains(out, "by the answer's Cache-Control") {
			return fmt.Errorf("it shows %s", out)
		}
		return nil
	})
	if a := mustAsk(t, s.url, `{ product(upc: "p7") { reviewCount } }`); len(a.Errors) > 0 {
		t.Fatal(a.Raw)
	}
	status, out, complaints := weft(t, "cache", "stats", "--admin", s.admin)
	// What was fetched was stored, and the second query hit.
	if counts := regexp.MustCompile(`reviews +Product +1 +0 +1 +0 +0 +1 +0\n`); status != 0 || !counts.MatchString(out) || !strings.Contains(out, "Redis in use: true") {
		t.Errorf("cache stats: status %d\n%s%s", status, out, complaints)
	}
	status, out, complaints = weft(t, "cache", "invalidate", "Product", "upc=p7", "--config", s.config)
	if status != 0 {
		t.Fatalf("cache invalidate: status %d\n%s%s", status, out, complaints)
	}
	if out := inspect(); strings.Contains(out, "fresh") {
		t.Errorf("after the invalidation:\n%s", out)
	}
	status, _, complaints = weft(t, "cache", "invalidate", "--config", s.config)
	if status != 1 || !strings.Contains(complaints, "say what to invalidate") {
		t.Errorf("nothing to invalidate: status %d\n%s", status, complaints)
	}
}
