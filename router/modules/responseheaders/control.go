package responseheaders

import (
	"strconv"
	"strings"
)

// control is what a Cache-Control header says that matters to caches in front. The zero value lets everybody keep the answer
// for as long as they like.
type control struct {
	noStore, noCache, private, mustRevalidate bool
	// maxAge is in seconds; limited tells that there is one.
	maxAge  int
	limited bool
}

// parseControl reads the lines of Cache-Control, and of Age. An answer that says nothing is not to be kept.
//
// Specification: RFC 9111, section 5.2.2 "Response Directives".
func parseControl(lines, age []string) control {
	c := control{noStore: len(lines) == 0}
	for directive := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-store":
			c.noStore = true
		case "no-cache":
			c.noCache = true
		case "private":
			c.private = true
		case "must-revalidate", "proxy-revalidate":
			c.mustRevalidate = true
		case "max-age", "s-maxage":
			seconds, err := strconv.Atoi(strings.Trim(strings.TrimSpace(value), `"`))
			if err != nil || seconds < 0 {
				seconds = 0 // invalid: stale
			}
			c.limit(seconds)
		}
	}
	if len(age) > 0 && c.limited {
		if old, err := strconv.Atoi(strings.TrimSpace(age[0])); err == nil && old > 0 {
			c.maxAge = max(0, c.maxAge-old)
		}
	}
	return c
}

func (c *control) limit(seconds int) {
	if !c.limited || seconds < c.maxAge {
		c.limited, c.maxAge = true, seconds
	}
}

// with is what both allow.
func (c control) with(o control) control {
	c.noStore, c.noCache, c.private = c.noStore || o.noStore, c.noCache || o.noCache, c.private || o.private
	c.mustRevalidate = c.mustRevalidate || o.mustRevalidate
	if o.limited {
		c.limit(o.maxAge)
	}
	return c
}

// String is the header.
func (c control) String() string {
	if c.noStore {
		return "no-store"
	}
	var parts []string
	for _, directive := range []struct {
		is   bool
		text string
	}{
		{c.private, "private"}, {c.noCache, "no-cache"},
		{c.limited, "max-age=" + strconv.Itoa(c.maxAge)}, {c.mustRevalidate, "must-revalidate"},
	} {
		if directive.is {
			parts = append(parts, directive.text)
		}
	}
	if len(parts) == 0 {
		return "no-cache" // nobody has said for how long
	}
	return strings.Join(parts, ", ")
}
