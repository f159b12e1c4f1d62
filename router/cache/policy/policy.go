package policy

import (
	"time"
)

// LongestStale bounds how long after its end a value may still serve.
const LongestStale = 24 * time.Hour

// Policy is what the configuration says of one type in one subgraph.
type Policy struct {
	Disabled bool
	// TTL is the lifetime when neither the answer nor the schema says one; 0 means not to store.
	TTL time.Duration
	// Negative is the longest lifetime of "there is no such entity".
	Negative time.Duration
	stale    Stale
	// Private allows storing for one caller; public says that answers are the same for everybody, whoever asked.
	Private, Public bool
	Vary            []string
	max             time.Duration
}

// Settings are what the configuration says of everything.
type Settings struct {
	// TTL is how long a value is kept when nothing else says it, NegativeTTL how long "there is no such entity" is, and
	// MaxTTL bounds both.
	TTL, NegativeTTL, MaxTTL time.Duration
	// Stale allows old values to be served.
	Stale Stale
	// Subgraphs are settings by subgraph name.
	Subgraphs map[string]Subgraph
}

// For resolves the settings: type before subgraph before the whole.
func (c *Settings) For(subgraph, typ string) Policy {
	p := Policy{TTL: c.TTL, Negative: c.NegativeTTL, stale: c.Stale, max: c.MaxTTL}
	s, ok := c.Subgraphs[subgraph]
	if ok {
		p.Disabled, p.Private, p.Public, p.Vary = s.Disabled, s.Private, s.Public, s.Vary
		if s.TTL > 0 {
			p.TTL = s.TTL
		}
		if s.Stale != nil {
			p.stale = *s.Stale
		}
	}
	if t, ok := s.Types[typ]; ok {
		p.Disabled = p.Disabled || t.Disabled
		if t.TTL > 0 {
			p.TTL = t.TTL
		}
		if t.Stale != nil {
			p.stale = *t.Stale
		}
	}
	p.stale.WhileRevalidate = min(p.stale.WhileRevalidate, LongestStale)
	p.stale.IfError = min(p.stale.IfError, LongestStale)
	return p
}

// Bound is what a lifetime comes from.
type Bound uint8

const (
	ByUnknown Bound = iota
	ByAnswer
	BySchema
	ByTTL
	ByMaxTTL
	ByNegativeTTL
)

// String says it in words; empty when it is not known.
func (b Bound) String() string {
	return [...]string{
		ByUnknown: "", ByAnswer: "the answer's Cache-Control", BySchema: "@cacheControl in the schema",
		ByTTL: "the configured ttl", ByMaxTTL: "max_ttl", ByNegativeTTL: "negative_ttl",
	}[min(b, ByNegativeTTL)]
}

// Lifetime is how long one value may be used, and by whom.
type Lifetime struct {
	// TTL is what is left of it; 0 means that it must not be stored.
	TTL time.Duration
	// By is where ttl comes from.
	By Bound
	// Age is how old the value was when it arrived.
	Age                      time.Duration
	WhileRevalidate, IfError time.Duration
	// Private is for one caller only; open for everybody, also for those whose requests carry credentials.
	Private, Open bool
}

// Lifetime combines what the answer, the schema and the configuration say. The answer's Cache-Control and the schema's
// @cacheControl both bind; the configured default counts only when neither says anything.
func (p *Policy) Lifetime(c *Control, h Hint) Lifetime {
	l := Lifetime{Age: c.Age, Private: c.Private || h.Private || c.Personal}
	l.Open = (c.public || h.Public || p.Public) && !l.Private
	l.Private = l.Private || c.Credentials && !l.Open
	if p.Disabled || c.NoStore || c.NoCache {
		return l
	}
	total := stricter(c.MaxAge, h.MaxAge)
	switch {
	case total < 0:
		total, l.By = p.TTL+l.Age, ByTTL // a configured lifetime starts here, however old the answer is
	case total == c.MaxAge:
		l.By = ByAnswer
	default:
		l.By = BySchema
	}
	if l.TTL = max(total-l.Age, 0); l.TTL > p.max {
		l.TTL, l.By = p.max, ByMaxTTL
	}
	l.WhileRevalidate = p.allowed(p.stale.WhileRevalidate, c.WhileRevalidate)
	l.IfError = p.allowed(p.stale.IfError, c.IfError)
	return l
}

// allowed is a stale window: none unless configured, and not more than the answer allows.
func (p *Policy) allowed(configured, said time.Duration) time.Duration {
	if configured <= 0 {
		return 0
	}
	return stricter(configured, said)
}
