package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// EventStream is the name of the JetStream stream that keeps entity-changed events.
const EventStream = "WEFT_ENTITIES"

// EventSubjects matches the subject of every entity-changed event.
const EventSubjects = eventSubject + ">"

// EntityChanged says that an entity, or what one subgraph knows about it, is no longer what it was. It is published
// at least once for every committed write, so receivers must not mind seeing one twice: ID is the same both times.
type EntityChanged struct {
	// ID is unique among all events.
	ID string `json:"id"`
	// Type is the entity's type name in the graph, for example "Product".
	Type string `json:"type"`
	// Key holds the fields of one @key of the entity, by name, as they stand in a representation: strings, numbers,
	// booleans, and for composite keys objects and lists of them. Decoded numbers are of type json.Number, so that large
	// ones keep all their digits.
	Key map[string]any `json:"key"`
	// Subgraph is the subgraph whose fields of the entity changed.
	Subgraph string `json:"subgraph"`
	// Change says what happened: "created", "updated" or "deleted".
	Change Change `json:"change"`
	// Version counts the changes of the entity in the subgraph, from 1 on, without gaps: of two events of one entity the
	// one with the greater version is the later, whatever clocks say. It is 0 in events of services that do not count.
	Version int64 `json:"version,omitempty"`
	// Sequence is the event's place among all that the subgraph has published, from 1 on, without gaps: who misses one
	// knows it. It is 0 in events of services that do not count.
	Sequence int64 `json:"sequence,omitempty"`
	// Data may hold values of public fields for other services that keep copies: all that they copy, not only what
	// changed, since a receiver that was away gets an entity's last event only. Caches do not need it. Decoded numbers
	// are of type json.Number.
	Data map[string]any `json:"data,omitempty"`
	// Trace is the traceparent (W3C Trace Context) of the request that the write was part of; empty when that is not
	// traced.
	Trace string `json:"trace,omitempty"`
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

// eventSubject begins the subject of every event.
const eventSubject = "weft.entity."

// Subject is where the event is published: weft.entity.<subgraph>.<Type>.
func (e EntityChanged) Subject() string {
	return eventSubject + e.Subgraph + "." + e.Type
}

// Entity names the entity among all of its subgraph: its type and its key. It is the same for equal keys.
func (e EntityChanged) Entity() string {
	key, err := json.Marshal(e.Key) // the fields in the order of their names
	if err != nil {
		return e.Type
	}
	return e.Type + " " + string(key)
}

// ParseEventSubject returns what the subject tells of an event that cannot be read.
func ParseEventSubject(subject string) (subgraph, typeName string, ok bool) {
	rest, ok := strings.CutPrefix(subject, eventSubject)
	if !ok {
		return "", "", false
	}
	subgraph, typeName, ok = strings.Cut(rest, ".")
	return subgraph, typeName, ok && token(subgraph) && token(typeName)
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
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&e); err != nil {
		return EntityChanged{}, fmt.Errorf("decode event: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return EntityChanged{}, errors.New("decode event: it goes on behind its end")
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
	told := false
	for name, value := range e.Key {
		if err := checkKey(value, 0); err != nil {
			return fmt.Errorf("event %s: key field %q %w", e.ID, name, err)
		}
		told = told || value != nil
	}
	if !told {
		return fmt.Errorf("event %s has a key of nothing but null", e.ID)
	}
	return nil
}

// maxKeyDepth bounds how deep a composite key is nested.
const maxKeyDepth = 16

// checkKey reports what is wrong with the value of a key field, or one below it.
func checkKey(value any, depth int) error {
	if depth > maxKeyDepth {
		return errors.New("is nested too deep")
	}
	switch v := value.(type) {
	case nil, string, bool, json.Number, float64, float32, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return nil
	case map[string]any:
		for name, below := range v {
			if err := checkKey(below, depth+1); err != nil {
				return fmt.Errorf("has a field %q that %w", name, err)
			}
		}
		return nil
	case []any:
		for _, element := range v {
			if err := checkKey(element, depth+1); err != nil {
				return fmt.Errorf("has an element that %w", err)
			}
		}
		return nil
	}
	return fmt.Errorf("is of type %T, not a string, number, boolean, object or list", value)
}

// token reports whether s can be one part of a subject.
func token(s string) bool {
	return s != "" && !strings.ContainsAny(s, ".*> \t\r\n")
}
