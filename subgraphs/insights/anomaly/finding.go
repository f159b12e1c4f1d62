package anomaly

import "time"

// Reason is what kind of evidence began an incident.
type Reason string

// The reasons. A Shift is evidence that came together over many samples; a Spike is a few samples so far out that no
// more were needed; Silence is that samples are missing.
const (
	Shift   Reason = "shift"
	Spike   Reason = "spike"
	Silence Reason = "silence"
)

// Stage is where an incident is.
type Stage string

// The stages. An incident that comes back soon after its end is Resumed.
const (
	Begun   Stage = "begun"
	Resumed Stage = "resumed"
	Ended   Stage = "ended"
)

// Ending is how an incident ended.
type Ending string

// The endings: the series Returned to what is usual; what it is like was Accepted as usual, since it lasted; or there
// are no samples any more (Vanished).
const (
	Returned Ending = "returned"
	Accepted Ending = "accepted"
	Vanished Ending = "vanished"
)

// Finding tells of an incident. Began tells it from other incidents of the series.
type Finding struct {
	// Began is when the incident began, as far as can be told later, and Found when that was certain.
	Began, Found time.Time
	// EndedAt is when it was over, and Ending how; zero before.
	EndedAt time.Time
	Ending  Ending
	Stage   Stage
	Reason  Reason
	// Above says that there is more than usual, and not less.
	Above bool
	// Expected is what was to be expected since Began, and Observed what there was, both in the mean; Peak is the
	// farthest sample.
	Expected       Expectation
	Observed, Peak float64
	// Score is how many robust standard deviations the samples since Began are away from what was expected, in the
	// mean; of Silence, how many samples are missing.
	Score float64
	// Why says all that in words.
	Why string
}
