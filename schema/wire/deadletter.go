package wire

import "time"

// DeadLetter is an event that a consumer could not take in. It waits for somebody to mend the cause and redrive it,
// or to drop it.
type DeadLetter struct {
	// ID names the letter among those of its consumer: the event's id, when it has one.
	ID string `json:"id"`
	// Consumer is who could not take the event in.
	Consumer string `json:"consumer"`
	// Reason is the last error, and Attempts how often it was tried.
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	// At is when it was given up.
	At time.Time `json:"at"`
	// Subject is where the event was published, and Event what was published there, which may be no event at all.
	Subject string `json:"subject"`
	Event   []byte `json:"event"`
}
