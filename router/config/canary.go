package config

import "time"

// Canary is another graph, or other settings, for some of the requests first.
type Canary struct {
	// Percentage of callers whose requests get another graph, or other settings, first. What is in use is compared with it
	// for the time of the window; then it is used for everybody, or for nobody. 0 uses it at once, unless there is a label.
	Percent float64 `yaml:"percent"`
	// The headers that tell callers apart, whose requests always get the same; the first that is there counts, the client's
	// address where none is.
	StickyHeaders []string `yaml:"sticky_headers"`
	// Requests with this header get it in any case.
	Header CanaryLabel `yaml:"header"`
	// Requests whose token (a JWT in Authorization) has this claim get it in any case. The claim only chooses the graph: what
	// the caller may is decided as always.
	Claim CanaryLabel `yaml:"claim"`
	// How long it is tried. It goes on until there were min_requests.
	Window time.Duration `yaml:"window"`
	// The fewest requests to it, and beside it, that say anything.
	MinRequests int `yaml:"min_requests"`
	// The most by which the share of answers with errors may rise, as a share of all answers; a rise counts when it is
	// significant.
	MaxErrorIncrease float64 `yaml:"max_error_increase"`
	// How many times as long as the 95th percentile beside it answers may take, as a factor: significantly more than 5%
	// beyond that end it. 0 looks at errors only.
	MaxLatencyFactor float64 `yaml:"max_latency_factor"`
	// The probability with which a canary that is no worse is taken for one.
	Significance float64 `yaml:"significance"`
}

// CanaryLabel is a header or claim by which requests ask for the canary.
type CanaryLabel struct {
	// Its name; empty for none.
	Name string `yaml:"name"`
	// Its value; any when left out.
	Value string `yaml:"value"`
}

// On tells that another graph, or other settings, are tried first.
func (c *Canary) On() bool { return c.Percent > 0 || c.Header.Name != "" || c.Claim.Name != "" }

func (k *checker) canary(c *Canary) {
	const key = "canary"
	if !(c.Percent >= 0 && c.Percent <= 100) {
		k.report(key+".percent", "%v is not possible; it must be between 0 and 100", c.Percent)
	}
	if !(c.MaxErrorIncrease >= 0 && c.MaxErrorIncrease <= 1) {
		k.report(key+".max_error_increase", "%v is no share; it must be between 0 and 1", c.MaxErrorIncrease)
	}
	if c.MaxLatencyFactor != 0 && !(c.MaxLatencyFactor >= 1 && c.MaxLatencyFactor <= 1000) {
		k.report(key+".max_latency_factor", "%v is not possible; it must be 0 or between 1 and 1000", c.MaxLatencyFactor)
	}
	if !(c.Significance > 0 && c.Significance < 0.5) {
		k.report(
			key+".significance",
			"%v is not possible; it must be more than 0 and less than 0.5, like 0.001",
			c.Significance,
		)
	}
	k.between(key+".min_requests", c.MinRequests, 1, 1_000_000_000)
	k.positive(key+".window", c.Window, 10*time.Millisecond)
}
