package cache

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// control is what the headers of one answer say about storing it. Durations are -1 when absent.
// Specification: RFC 9111 sections 5.1 to 5.4 and RFC 5861.
type control struct {
	noStore, noCache bool
	private          bool
	// public tells that the answer may be shared even when the request carried credentials (section 3.5).
	public          bool
	maxAge          time.Duration
	age             time.Duration
	whileRevalidate time.Duration
	ifError         time.Duration
	// malformed tells that something could not be parsed: nobody knows what it forbids.
	malformed bool
	// credentials tells that the request carried some: the answer is then shared only if somebody says that it may be
	// (RFC 9111 section 3.5). personal tells that something else shows it to be for one caller.
	credentials, personal bool
}

// saidControl are the values of the headers Cache-Control and Age, and what they mean.
type saidControl struct {
	cacheControl, age string
	means             control
}

// control reads the headers of an answer. What cannot be parsed is not stored.
func (r *requestCache) control(header func(name string) []byte, now time.Time) control {
	cacheControl, age := header("Cache-Control"), header("Age")
	if last := r.said.Load(); last != nil && last.cacheControl == string(cacheControl) && last.age == string(age) {
		return last.means
	}
	s := &saidControl{cacheControl: string(cacheControl), age: string(age)}
	s.means = parseControl(s.cacheControl, s.age)
	s.means.noStore = s.means.noStore || s.means.malformed
	if s.means.maxAge < 0 && !s.means.noStore && !s.means.noCache {
		// Older headers count where Cache-Control leaves something open: what they say is not remembered.
		return s.means.older(s.cacheControl == "", header, now)
	}
	r.said.Store(s)
	return s.means
}

// older adds what Pragma and Expires say, of which Pragma counts without Cache-Control only.
// Specification: RFC 9111 sections 5.3 and 5.4.
func (c control) older(alone bool, header func(name string) []byte, now time.Time) control {
	if alone && len(header("Pragma")) > 0 {
		d := directives{rest: string(header("Pragma"))}
		for d.next() {
			c.noCache = c.noCache || d.name == "no-cache"
		}
	}
	if expires := header("Expires"); expires != nil {
		// An invalid date, 0 for instance, is one in the past.
		if date, err := http.ParseTime(string(header("Date"))); err == nil {
			now = date
		}
		c.maxAge = 0
		if end, err := http.ParseTime(string(expires)); err == nil {
			c.maxAge = min(max(end.Sub(now), 0), maxDelta*time.Second)
		}
	}
	return c
}

// maxDelta bounds parsed seconds, as RFC 9111 section 1.2.2 suggests for values too large to represent.
const maxDelta = 1<<31 - 1

// parseControl reads Cache-Control and Age, each with all its lines joined by commas. It is lenient where the meaning
// is clear: names in any case, values with or without quotes, blanks anywhere, fractions cut off, unknown directives
// ignored. When directives contradict each other the stricter one counts.
func parseControl(cacheControl, age string) control {
	c := control{maxAge: -1, whileRevalidate: -1, ifError: -1}
	var shared time.Duration = -1
	seconds := func(into *time.Duration, d *directives) {
		n, ok := seconds(d.value)
		if c.malformed = c.malformed || !ok; ok {
			*into = stricter(*into, n)
		}
	}
	d := directives{rest: cacheControl}
	for d.next() {
		switch d.name {
		case "no-store":
			c.noStore = true
		case "no-cache":
			// With field names it forbids only those headers; the body may be reused (section 5.2.2.4).
			c.noCache = c.noCache || !d.namesFields()
		case "private":
			c.private = c.private || !d.namesFields()
		case "public":
			c.public = true
		case "max-age":
			seconds(&c.maxAge, &d)
		case "s-maxage", "smax-age", "s-max-age":
			seconds(&shared, &d)
			c.public = true
		case "stale-while-revalidate":
			seconds(&c.whileRevalidate, &d)
		case "stale-if-error":
			seconds(&c.ifError, &d)
		case "must-revalidate", "proxy-revalidate":
			c.whileRevalidate, c.ifError = 0, 0
			c.public = c.public || d.name == "must-revalidate"
		}
	}
	c.malformed = c.malformed || d.malformed
	if shared >= 0 {
		c.maxAge = shared
	}
	for text := range strings.SplitSeq(age, ",") {
		if text = strings.TrimSpace(text); text != "" {
			n, ok := wholeSeconds(text)
			c.malformed, c.age = c.malformed || !ok, max(c.age, n)
		}
	}
	return c
}

// directives reads a list of directives: name, name=value, or name="quoted value".
// Specification: RFC 9111 section 5.2, RFC 9110 sections 5.6.1 to 5.6.4.
type directives struct {
	rest string
	// name is in lower case; value is without quotes; quoted tells that it had some.
	name, value string
	quoted      bool
	// malformed tells that something was not a directive.
	malformed bool
}

// next reads the next directive; false at the end of the list. What is no directive is passed over.
func (d *directives) next() bool {
	for d.rest != "" {
		var text string
		text, d.rest = d.cut()
		name, value, valued := strings.Cut(text, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "" && !valued {
			continue // an empty element of a list is allowed
		}
		if !isToken(name) || !d.argument(value) {
			d.malformed = true
			continue
		}
		d.name = strings.ToLower(name)
		return true
	}
	return false
}

// cut splits the rest at the next comma that is not in quotes.
func (d *directives) cut() (directive, rest string) {
	quoted := false
	for i := 0; i < len(d.rest); i++ {
		switch c := d.rest[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return d.rest[:i], d.rest[i+1:]
		}
	}
	// What follows a quote that nothing closes may be anything.
	d.malformed = d.malformed || quoted
	return d.rest, ""
}

// argument takes the value of a directive: a token, a quoted string, or nothing. Single quotes are taken for quotes.
func (d *directives) argument(text string) bool {
	d.value, d.quoted = text, false
	if len(text) >= 2 && text[0] == '\'' && text[len(text)-1] == '\'' {
		d.value = text[1 : len(text)-1]
		return isToken(d.value)
	}
	if text == "" || isToken(text) {
		return true
	}
	if text[0] != '"' {
		return false
	}
	var value strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			d.value, d.quoted = strings.TrimSpace(value.String()), true
			return i == len(text)-1
		case c == '\\' && i+1 < len(text):
			i++
			value.WriteByte(text[i])
		default:
			value.WriteByte(c)
		}
	}
	return false
}

// namesFields tells whether the argument lists header fields, as private and no-cache may have it.
func (d *directives) namesFields() bool {
	if !d.quoted || d.value == "" {
		return false
	}
	for name := range strings.SplitSeq(d.value, ",") {
		if !isToken(strings.TrimSpace(name)) {
			return false
		}
	}
	return true
}

// isToken tells whether a text is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// seconds reads delta-seconds; a fraction is cut off.
func seconds(s string) (time.Duration, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if strings.Trim(fraction, "0123456789") != "" {
		return 0, false
	}
	return wholeSeconds(whole)
}

func wholeSeconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		n = maxDelta // a number too large
	}
	return time.Duration(min(n, maxDelta)) * time.Second, true
}

// stricter returns the smaller of two durations of which -1 means absent.
func stricter(a, b time.Duration) time.Duration {
	if a < 0 || (b >= 0 && b < a) {
		return b
	}
	return a
}

// variesBy reads a Vary header, all of its lines: the names of the request's headers that an answer depends on, or
// that it depends on anything (*). What the router itself says of the format of answers is the same in all requests.
//
// Specification: RFC 9110, section 12.5.5 "Vary".
func variesBy(lines string) (names []string, anything bool) {
	for name := range strings.SplitSeq(lines, ",") {
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
