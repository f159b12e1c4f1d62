package anomaly

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"time"
)

// state is what is remembered of a series, and saved.
type state struct {
	// First and Last are when the first and the last sample came.
	First, Last time.Time
	Season      season
	Level       level
	Today       today
	Recent      recent
	Noise       noise
	Evidence    [2]evidence
	Open, Ended *incident
	Silent      *Finding
}

// saved is a state with what it depends on.
type saved struct {
	Form  int
	Kind  Kind
	Step  time.Duration
	State state
}

// form is the number of the form of saved states. It changes with what their numbers mean.
const form = 1

// maxSaved bounds a saved state, in bytes.
const maxSaved = 1 << 16

// Save returns the state as bytes for Restore.
func (s *Series) Save() ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(saved{form, s.settings.Kind, s.settings.Step, s.state}); err != nil {
		return nil, fmt.Errorf("save what is known of a series: %w", err)
	}
	return b.Bytes(), nil
}

// Restore makes a series that goes on where Save was called. The error says that the state is none, or that of a
// series with another kind or step; New makes a series that begins anew.
func Restore(settings Settings, text []byte) (*Series, error) {
	s := New(settings)
	if len(text) > maxSaved {
		return nil, fmt.Errorf("the saved state of a series is %d bytes long; the limit is %d", len(text), maxSaved)
	}
	var from saved
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&from); err != nil {
		return nil, fmt.Errorf("read the saved state of a series: %w", err)
	}
	if from.Form != form || from.Kind != s.settings.Kind || from.Step != s.settings.Step {
		return nil, fmt.Errorf(
			"the saved state is of another series: form %d, kind %d, step %s",
			from.Form,
			from.Kind,
			from.Step,
		)
	}
	s.state = from.State
	return s, nil
}
