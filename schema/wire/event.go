package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// EventStream is the name of the JetStream stream that keeps entity-changed events.
const EventStream = "WEFT_ENTITIES"

// EventSubjects matches the subject of every entity-changed event.
const EventSubjects = "weft.entity.>"

// EntityChanged says that an entity, or what one subgraph knows about it, is no longer what it was. It is published
// at least once for every committed write, so receivers must not mind seeing one twice: ID is the same both times.
type EntityChanged struct {
	// ID is unique among all events.
	ID string `json:"id"`
	// Type is the entity's type name in the graph, for example "Product".
	Type string `json:"type"`
	// Key holds the fields of one @key of the entity, by name. Every value is a string, number or boolean, as it
	// stands in a representation.
	Key map[string]any `json:"key"`
	// Subgraph is the subgraph whose fields of the entity changed.
	Subgraph string `json:"subgraph"`
	// Change says what happened: "created", "updated" or "deleted".
	Change Change `json:"change"`
	// Data may hold new values of public fields for other services that keep copies; caches do not need it.
	Data map[string]any `json:"data,omitempty"`
	// At is when the write was committed, as near as the service can tell.
	At time.Time `json:"at"`
}

// Change is what happened to an entity.
type Change string

// The changes there are.
const (
	Created Change = "created"
	Updated Change = "updated"
	Deleted Change = "deleted"
)

// maxEvent bounds the JSON form of an event that DecodeEntityChanged accepts, in bytes.
const maxEvent = 64 << 10

// Subject is where the event is published: weft.entity.<subgraph>.<Type>.
func (e EntityChanged) Subject() string {
	return "weft.entity." + e.Subgraph + "." + e.Type
}

// Encode checks the event and returns its JSON form.
func (e EntityChanged) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	if len(text) > maxEvent {
		return nil, fmt.Errorf("event %s is %d bytes long; the limit is %d", e.ID, len(text), maxEvent)
	}
	return text, nil
}

// DecodeEntityChanged reads the JSON form of an event and checks that nothing that matters is missing.
func DecodeEntityChanged(text []byte) (EntityChanged, error) {
	if len(text) > maxEvent {
		return EntityChanged{}, fmt.Errorf("event is %d bytes long; the limit is %d", len(text), maxEvent)
	}
	var e EntityChanged
	if err := json.Unmarshal(text, &e); err != nil {
		return EntityChanged{}, fmt.Errorf("decode event: %w", err)
	}
	if err := e.check(); err != nil {
		return EntityChanged{}, err
	}
	return e, nil
}

func (e EntityChanged) check() error {
	switch {
	case e.ID == "":
		return errors.New("event without id")
	case !token(e.Type):
		return fmt.Errorf("event %s has no usable type: %q", e.ID, e.Type)
	case !token(e.Subgraph):
		return fmt.Errorf("event %s has no usable subgraph: %q", e.ID, e.Subgraph)
	case len(e.Key) == 0:
		return fmt.Errorf("event %s has no key", e.ID)
	}
	for name, value := range e.Key {
		switch value.(type) {
		case string, float64, bool, int, int64:
		default:
			return fmt.Errorf("event %s: key field %q is neither string, number nor boolean", e.ID, name)
		}
	}
	return nil
}

// token reports whether s can be one part of a subject.
func token(s string) bool {
	return s != "" && !strings.ContainsAny(s, ".*> \t\r\n")
}
