package callback

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"github.com/weft-graphql/weft/router/subscription"
)

// Registry takes what subgraphs send. It outlives graphs and settings. The zero value is ready for use.
type Registry struct {
	mu   sync.Mutex
	open map[string]*subscriber
}

// subscriber is a subscription that is open.
type subscriber struct {
	id, verifier string
	limit        int
	// checked yields when the subgraph says that it still sends, and ended when it does not any more.
	checked, ended chan struct{}

	// mu keeps events in the order in which they came, and none from coming when the subscription is closed.
	mu     sync.Mutex
	emit   func(subscription.Event)
	closed bool
}

func (r *Registry) add(s *subscriber) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[string]*subscriber{}
	}
	r.open[s.id] = s
}

func (r *Registry) remove(s *subscriber) {
	r.mu.Lock()
	delete(r.open, s.id)
	r.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// message is what a subgraph sends.
type message struct {
	Kind, Action, ID, Verifier string
	Payload, Errors            json.RawMessage
}

// envelope is what a message may have beside its event.
const envelope = 4 << 10

// ServeHTTP takes a message. Who does not know the verifier learns nothing, not even that there is such a subscription.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Events are sent with POST.", http.StatusMethodNotAllowed)
		return
	}
	r.mu.Lock()
	s := r.open[idIn(req.URL.Path)]
	r.mu.Unlock()
	if s == nil {
		gone(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, int64(s.limit+envelope)))
	if err != nil {
		http.Error(w, "The event is too large, or did not arrive.", http.StatusRequestEntityTooLarge)
		return
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil || m.Kind != "subscription" {
		http.Error(w, `The body must be a JSON object of the kind "subscription".`, http.StatusBadRequest)
		return
	}
	if m.ID != s.id || subtle.ConstantTimeCompare([]byte(m.Verifier), []byte(s.verifier)) != 1 {
		gone(w)
		return
	}
	w.Header().Set("Subscription-Protocol", "callback/1.0")
	switch status := s.take(&m); status {
	case http.StatusNotFound:
		gone(w)
	case http.StatusBadRequest:
		http.Error(w, "The action must be check, next or complete, and next needs a payload.", status)
	default:
		w.WriteHeader(status)
	}
}

func gone(w http.ResponseWriter) {
	http.Error(w, "There is no such subscription: send nothing more for it.", http.StatusNotFound)
}

// idIn is the last part of a path.
func idIn(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// take takes a message, and returns the status of the answer.
func (s *subscriber) take(m *message) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return http.StatusNotFound
	}
	switch m.Action {
	case "check":
		s.alive()
		return http.StatusNoContent
	case "next":
		if len(m.Payload) == 0 || m.Payload[0] != '{' {
			return http.StatusBadRequest
		}
		s.alive()
		s.emit(subscription.Event{Payload: m.Payload})
		return http.StatusOK
	case "complete":
		if len(m.Errors) > 0 && m.Errors[0] == '[' {
			s.emit(subscription.Event{Payload: append(append([]byte(`{"errors":`), m.Errors...), '}'), Last: true})
		}
		s.closed = true
		close(s.ended)
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// alive notes that the subgraph still sends.
func (s *subscriber) alive() {
	select {
	case s.checked <- struct{}{}:
	default:
	}
}
