package policy

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// Control is what the headers of one answer say about storing it. Durations are -1 when absent.
// Specification: RFC 9111 sections 5.1 to 5.4 and RFC 5861.
type Control struct {
	NoStore, NoCache bool
	Private          bool
	// public tells that the answer may be shared even when the request carried credentials (section 3.5).
	public          bool
	MaxAge          time.Duration
	Age             time.Duration
	WhileRevalidate time.Duration
	IfError         time.Duration
	// Malformed tells that something could not be parsed: nobody knows what it forbids.
	Malformed bool
	// Credentials tells that the request carried some: the answer is then shared only if somebody says that it may be
	// (RFC 9111 section 3.5). personal tells that something else shows it to be for one caller.
	Credentials, Personal bool
}

// older adds what Pragma and Expires say, of which Pragma counts without Cache-Control only.
// Specification: RFC 9111 sections 5.3 and 5.4.
func (c Control) older(alone bool, header func(name string) []byte, now time.Time) Control {
	if alone && len(header("Pragma")) > 0 {
		d := directives{rest: string(header("Pragma"))}
		for d.next() {
			c.NoCache = c.NoCache || d.name == "no-cache"
		}
	}
	if expires := header("Expires"); expires != nil {
		// An invalid date, 0 for instance, is one in the past.
		if date, err := http.ParseTime(string(header("Date"))); err == nil {
			now = date
		}
		c.MaxAge = 0
		if end, err := http.ParseTime(string(expires)); err == nil {
			c.MaxAge = min(max(end.Sub(now), 0), MaxDelta*time.Second)
		}
	}
	return c
}

// ReadControl reads the headers of an answer that came at now. remembered tells that the same Cache-Control and Age
// mean the same at any time. What cannot be parsed is not stored.
func ReadControl(header func(name string) []byte, now time.Time) (c Control, remembered bool) {
	cacheControl := string(header("Cache-Control"))
	c = ParseControl(cacheControl, string(header("Age")))
	c.NoStore = c.NoStore || c.Malformed
	if c.MaxAge < 0 && !c.NoStore && !c.NoCache {
		// Older headers count where Cache-Control leaves something open: what they say is not remembered.
		return c.older(cacheControl == "", header, now), false
	}
	return c, true
}

// MaxDelta bounds parsed seconds, as RFC 9111 section 1.2.2 suggests for values too large to represent.
const MaxDelta = 1<<31 - 1

// ParseControl reads Cache-Control and Age, each with all its lines joined by commas. It is lenient where the meaning
// is clear: names in any case, values with or without quotes, blanks anywhere, fractions cut off, unknown directives
// ignored. When directives contradict each other the stricter one counts.
func ParseControl(cacheControl, age string) Control {
	c := Control{MaxAge: -1, WhileRevalidate: -1, IfError: -1}
	var shared time.Duration = -1
	seconds := func(into *time.Duration, d *directives) {
		n, ok := seconds(d.value)
		if c.Malformed = c.Malformed || !ok; ok {
			*into = stricter(*into, n)
		}
	}
	d := directives{rest: cacheControl}
	for d.next() {
		switch d.name {
		case "no-store":
			c.NoStore = true
		case "no-cache":
			// With field names it forbids only those headers; the body may be reused (section 5.2.2.4).
			c.NoCache = c.NoCache || !d.namesFields()
		case "private":
			c.Private = c.Private || !d.namesFields()
		case "public":
			c.public = true
		case "max-age":
			seconds(&c.MaxAge, &d)
		case "s-maxage", "smax-age", "s-max-age":
			seconds(&shared, &d)
			c.public = true
		case "stale-while-revalidate":
			seconds(&c.WhileRevalidate, &d)
		case "stale-if-error":
			seconds(&c.IfError, &d)
		case "must-revalidate", "proxy-revalidate":
			c.WhileRevalidate, c.IfError = 0, 0
			c.public = c.public || d.name == "must-revalidate"
		}
	}
	c.Malformed = c.Malformed || d.malformed
	if shared >= 0 {
		c.MaxAge = shared
	}
	for text := range strings.SplitSeq(age, ",") {
		if text = strings.TrimSpace(text); text != "" {
			n, ok := wholeSeconds(text)
			c.Malformed, c.Age = c.Malformed || !ok, max(c.Age, n)
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
		n = MaxDelta // a number too large
	}
	return time.Duration(min(n, MaxDelta)) * time.Second, true
}

// stricter returns the smaller of two durations of which -1 means absent.
func stricter(a, b time.Duration) time.Duration {
	if a < 0 || (b >= 0 && b < a) {
		return b
	}
	return a
}

// VariesBy reads a Vary header, all of its lines: the names of the request's headers that an answer depends on, or
// that it depends on anything (*). What the router itself says of the format of answers is the same in all requests.
//
// Specification: RFC 9110, section 12.5.5 "Vary".
func VariesBy(lines string) (names []string, anything bool) {
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
