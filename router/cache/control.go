package cache

import (
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// control is what Cache-Control, Age and Vary of one answer say. Durations are -1 when absent.
// Specification: RFC 9111 section 5.2 and RFC 5861.
type control struct {
	// present tells that there was a Cache-Control header with at least one directive.
	present          bool
	noStore, noCache bool
	private          bool
	maxAge           time.Duration
	age              time.Duration
	whileRevalidate  time.Duration
	ifError          time.Duration
}

// saidControl are the values of the headers Cache-Control and Age, and what they mean.
type saidControl struct {
	cacheControl, age string
	means             control
}

// control reads Cache-Control and Age of an answer.
func (r *requestCache) control(cacheControl, age []byte) control {
	if last := r.said.Load(); last != nil && last.cacheControl == string(cacheControl) && last.age == string(age) {
		return last.means
	}
	s := &saidControl{cacheControl: string(cacheControl), age: string(age)}
	s.means = parseControl([]string{s.cacheControl}, s.age)
	r.said.Store(s)
	return s.means
}

// maxDelta bounds parsed seconds, as RFC 9111 section 1.2.2 suggests for values too large to represent.
const maxDelta = 1<<31 - 1

// parseControl reads Cache-Control (all header lines) and Age. It is lenient: names in any case, values with or
// without quotes, blanks anywhere, fractions cut off, unknown or malformed directives ignored, several header lines
// joined. When directives contradict each other the stricter one counts.
func parseControl(lines []string, age string) control {
	c := control{maxAge: -1, whileRevalidate: -1, ifError: -1}
	var shared time.Duration = -1
	for _, line := range lines {
		for line != "" {
			var directive string
			directive, line = cutDirective(line)
			name, value, _ := strings.Cut(directive, "=")
			name = strings.ToLower(strings.TrimSpace(name))
			value = strings.Trim(strings.TrimSpace(value), `"' `)
			if name != "" {
				c.present = true
			}
			switch name {
			case "no-store":
				c.noStore = true
			case "no-cache":
				// With field names it forbids only those headers; the body may be reused (section 5.2.2.4).
				c.noCache = c.noCache || value == ""
			case "private":
				c.private = c.private || value == ""
			case "max-age":
				c.maxAge = stricter(c.maxAge, seconds(value))
			case "s-maxage", "smax-age", "s-max-age":
				shared = stricter(shared, seconds(value))
			case "stale-while-revalidate":
				c.whileRevalidate = stricter(c.whileRevalidate, seconds(value))
			case "stale-if-error":
				c.ifError = stricter(c.ifError, seconds(value))
			case "must-revalidate", "proxy-revalidate":
				c.whileRevalidate, c.ifError = 0, 0
			}
		}
	}
	if shared >= 0 {
		c.maxAge = shared
	}
	if c.age = seconds(strings.TrimSpace(age)); c.age < 0 {
		c.age = 0
	}
	return c
}

// cutDirective splits at the next comma outside quotes.
func cutDirective(line string) (directive, rest string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return line[:i], line[i+1:]
			}
		}
	}
	return line, ""
}

// seconds reads delta-seconds; -1 when it is not a number.
func seconds(s string) time.Duration {
	s, _, _ = strings.Cut(s, ".")
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		if len(s) > 0 && strings.Trim(s, "0123456789") == "" {
			n = maxDelta // a number too large
		} else {
			return -1
		}
	}
	return time.Duration(min(n, maxDelta)) * time.Second
}

// stricter returns the smaller of two durations of which -1 means absent.
func stricter(a, b time.Duration) time.Duration {
	if a < 0 || (b >= 0 && b < a) {
		return b
	}
	return a
}

// varies reports whether an answer with these Vary lines depends on a request header that is not among the declared
// ones, so that storing it could show one caller another caller's answer. Headers that the router itself sets the same
// for everybody do not count.
func varies(lines []string, declared []string) bool {
	for _, line := range lines {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.TrimSpace(name)
			switch strings.ToLower(name) {
			case "", "accept", "accept-encoding", "content-type", "origin",
				"access-control-request-method", "access-control-request-headers":
				continue
			}
			if !containsFold(declared, name) {
				return true
			}
		}
	}
	return false
}

// variesBy reads a Vary header: the names of the client's headers that an answer depends on, or that it depends on anything
// (*). What the router itself says of the format of answers depends on no client.
//
// Specification: RFC 9110, section 12.5.5 "Vary".
func variesBy(line string) (names []string, anything bool) {
	for name := range strings.SplitSeq(line, ",") {
		switch name = strings.TrimSpace(name); strings.ToLower(name) {
		case "", "accept", "accept-encoding", "content-type":
		case "*":
			anything = true
		default:
			names = append(names, textproto.CanonicalMIMEHeaderKey(name))
		}
	}
	return names, anything
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
