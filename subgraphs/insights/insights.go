// Package insights owns what can be learned from what happens in the shop: what is bought together, and what is
// unusual.
package insights

import (
	"time"

	"github.com/weft-graphql/weft/subgraphs/insights/anomaly"
)

// Product is something that can be bought, of which insights knows the code only.
type Product struct{ Upc string }

// IsEntity says that the graph can refer to a product by key.
func (*Product) IsEntity() {}

// ID is the product's id in the whole graph: its code.
func (p *Product) ID() string { return p.Upc }

// Anomaly is something unusual in a signal.
type Anomaly struct {
	ID string
	// Signal is the name of the series, and Unit that of its numbers.
	Signal, Unit string
	// Finding is what the detector says.
	Finding anomaly.Finding
	// Version counts its changes.
	Version int
}

// IsEntity says that the graph can refer to an anomaly by key.
func (*Anomaly) IsEntity() {}

// AnomalyReason is what kind of evidence there is.
type AnomalyReason string

// AnomalyDirection is the side on which something is unusual.
type AnomalyDirection string

// AnomalyEnding is how an anomaly ended.
type AnomalyEnding string

// The values of these, as the schema has them.
const (
	ReasonShift   AnomalyReason = "SHIFT"
	ReasonSpike   AnomalyReason = "SPIKE"
	ReasonSilence AnomalyReason = "SILENCE"

	DirectionAbove AnomalyDirection = "ABOVE"
	DirectionBelow AnomalyDirection = "BELOW"

	EndingReturned AnomalyEnding = "RETURNED"
	EndingAccepted AnomalyEnding = "ACCEPTED"
	EndingVanished AnomalyEnding = "VANISHED"
)

var (
	reasons = map[anomaly.Reason]AnomalyReason{
		anomaly.Shift: ReasonShift, anomaly.Spike: ReasonSpike, anomaly.Silence: ReasonSilence,
	}
	endings = map[anomaly.Ending]AnomalyEnding{
		anomaly.Returned: EndingReturned, anomaly.Accepted: EndingAccepted, anomaly.Vanished: EndingVanished,
	}
)

// Reason is what kind of evidence there is.
func (a *Anomaly) Reason() AnomalyReason { return reasons[a.Finding.Reason] }

// Direction is the side on which the signal is unusual; nil when there is nothing at all.
func (a *Anomaly) Direction() *AnomalyDirection {
	if a.silent() {
		return nil
	}
	direction := DirectionBelow
	if a.Finding.Above {
		direction = DirectionAbove
	}
	return &direction
}

func (a *Anomaly) silent() bool { return a.Finding.Reason == anomaly.Silence }

// Expected is what was usual.
func (a *Anomaly) Expected() float64 { return a.Finding.Expected.Value }

// ExpectedLow and ExpectedHigh are what most values are between.
func (a *Anomaly) ExpectedLow() float64 { return a.Finding.Expected.Low }

// ExpectedHigh is the upper end.
func (a *Anomaly) ExpectedHigh() float64 { return a.Finding.Expected.High }

// Observed is what there was instead; nil when there was nothing.
func (a *Anomaly) Observed() *float64 { return a.orNil(a.Finding.Observed) }

// Peak is the farthest value; nil when there was nothing.
func (a *Anomaly) Peak() *float64 { return a.orNil(a.Finding.Peak) }

func (a *Anomaly) orNil(v float64) *float64 {
	if a.silent() {
		return nil
	}
	return &v
}

// Score is how far that is away.
func (a *Anomaly) Score() float64 { return a.Finding.Score }

// Why says it in words.
func (a *Anomaly) Why() string { return a.Finding.Why }

// StartedAt is when it began.
func (a *Anomaly) StartedAt() time.Time { return a.Finding.Began }

// FoundAt is when that was certain.
func (a *Anomaly) FoundAt() time.Time { return a.Finding.Found }

// EndedAt is when it was over; nil while it is not.
func (a *Anomaly) EndedAt() *time.Time {
	if a.Finding.EndedAt.IsZero() {
		return nil
	}
	return &a.Finding.EndedAt
}

// Ending is how it ended; nil while it has not.
func (a *Anomaly) Ending() *AnomalyEnding {
	ending, ended := endings[a.Finding.Ending]
	if !ended {
		return nil
	}
	return &ending
}

// DetectorReason is what the detector calls a reason.
func DetectorReason(reason AnomalyReason) anomaly.Reason {
	for name, each := range reasons {
		if each == reason {
			return name
		}
	}
	return ""
}
