package wire

// CatchUp asks the owner of entities for those that changed after a place in its sequence: by receivers that were away
// for longer than the bus keeps events, or that are new.
type CatchUp struct {
	// After is the last sequence that the receiver has; 0 asks for everything.
	After int64 `json:"after"`
	// Types are the types of entities that it wants; none means all.
	Types []string `json:"types,omitempty"`
}

// CaughtUp is an owner's answer to CatchUp: the last event of every entity that was asked for, in the order of their
// sequences, as far as one answer goes.
type CaughtUp struct {
	Events []EntityChanged `json:"events"`
	// UpTo is the sequence that the receiver has now.
	UpTo int64 `json:"upTo"`
	// More tells that there is more after UpTo.
	More bool `json:"more"`
	// Error says why the owner cannot tell; the other fields mean nothing then.
	Error string `json:"error,omitempty"`
}
