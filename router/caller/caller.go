// Package caller says who a request comes from and what its answer may depend on. Both are decided once per request
// and travel together: whoever shares an answer, keys a cache or writes a header towards a subgraph takes it from here.
package caller

import "time"

// Caller is who a request comes from. The zero value is an anonymous caller.
type Caller struct {
	// Subject is the caller's name, unique for the Issuer that vouches for it; empty for an anonymous caller.
	Issuer, Subject string
	// Claims are what was proved about the caller, by name, as encoding/json decodes them. They must not be changed.
	Claims map[string]any
	// Labels are values that nobody proved but that something depends on: the client's name or address, for example.
	Labels map[string]string
	// Expires is when the proof ends; zero when it does not.
	Expires time.Time
}

// Anonymous tells that nobody vouches for the caller.
func (c *Caller) Anonymous() bool { return c.Subject == "" }

// Claim returns a claim. "iss" and "sub" are the issuer and the subject, in whatever way they were proved.
func (c *Caller) Claim(name string) (value any, ok bool) {
	if value, ok = c.Claims[name]; ok {
		return value, true
	}
	switch name {
	case "iss":
		return c.Issuer, c.Issuer != ""
	case "sub":
		return c.Subject, c.Subject != ""
	}
	return nil, false
}
