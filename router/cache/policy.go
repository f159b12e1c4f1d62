package cache

import (
	"time"
)

// longestStale bounds how long after its end a value may still serve.
const longestStale = 24 * time.Hour

// policy is what the configuration says of one type in one subgraph.
type policy struct {
	disabled bool
	// ttl is the lifetime when neither the answer nor the schema says one; 0 means not to store.
	ttl time.Duration
	// negative is the longest lifetime of "there is no such entity".
	negative time.Duration
	stale    StaleConfig
	// private allows storing for one caller; public says that answers are the same for everybody, whoever asked.
	private, public bool
	vary            []string
	max             time.Duration
}

// policyFor resolves the settings: type before subgraph before the whole.
func (c *Config) policyFor(subgraph, typ string) policy {
	p := policy{ttl: c.TTL, negative: c.NegativeTTL, stale: c.Stale, max: c.MaxTTL}
	s, ok := c.Subgraphs[subgraph]
	if ok {
		p.disabled, p.private, p.public, p.vary = s.Disabled, s.Private, s.Public, s.Vary
		if s.TTL > 0 {
			p.ttl = s.TTL
		}
		if s.Stale != nil {
			p.stale = *s.Stale
		}
	}
	if t, ok := s.Types[typ]; ok {
		p.disabled = p.disabled || t.Disabled
		if t.TTL > 0 {
			p.ttl = t.TTL
		}
		if t.Stale != nil {
			p.stale = *t.Stale
		}
	}
	p.stale.WhileRevalidate = min(p.stale.WhileRevalidate, longestStale)
	p.stale.IfError = min(p.stale.IfError, longestStale)
	return p
}

// bound is what a lifetime comes from.
type bound uint8

const (
	boundUnknown bound = iota
	boundByAnswer
	boundBySchema
	boundByTTL
	boundByMaxTTL
	boundByNegativeTTL
)

func (b bound) String() string {
	return [...]string{
		boundUnknown: "", boundByAnswer: "the answer's Cache-Control", boundBySchema: "@cacheControl in the schema",
		boundByTTL: "the configured ttl", boundByMaxTTL: "max_ttl", boundByNegativeTTL: "negative_ttl",
	}[min(b, boundByNegativeTTL)]
}

// lifetime is how long one value may be used, and by whom.
type lifetime struct {
	// ttl is what is left of it; 0 means that it must not be stored.
	ttl time.Duration
	// by is where ttl comes from.
	by bound
	// age is how old the value was when it arrived.
	age                      time.Duration
	whileRevalidate, ifError time.Duration
	// private is for one caller only; open for everybody, also for those whose requests carry credentials.
	private, open bool
}

// lifetime combines what the answer, the schema and the configuration say. The answer's Cache-Control and the schema's
// @cacheControl both bind; the configured default counts only when neither says anything.
func (p *policy) lifetime(c *control, h hint) lifetime {
	l := lifetime{age: c.age, private: c.private || h.private || c.personal}
	l.open = (c.public || h.public || p.public) && !l.private
	l.private = l.private || c.credentials && !l.open
	if p.disabled || c.noStore || c.noCache {
		return l
	}
	total := stricter(c.maxAge, h.maxAge)
	switch {
	case total < 0:
		total, l.by = p.ttl+l.age, boundByTTL // a configured lifetime starts here, however old the answer is
	case total == c.maxAge:
		l.by = boundByAnswer
	default:
		l.by = boundBySchema
	}
	if l.ttl = max(total-l.age, 0); l.ttl > p.max {
		l.ttl, l.by = p.max, boundByMaxTTL
	}
	l.whileRevalidate = p.allowed(p.stale.WhileRevalidate, c.whileRevalidate)
	l.ifError = p.allowed(p.stale.IfError, c.ifError)
	return l
}

// allowed is a stale window: none unless configured, and not more than the answer allows.
func (p *policy) allowed(configured, said time.Duration) time.Duration {
	if configured <= 0 {
		return 0
	}
	return stricter(configured, said)
}
