package server

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"time"
)

// Observation is what the server knows of an answered GraphQL request. It must not be kept.
type Observation struct {
	Method, Path, Remote, RequestID string
	Status                          int
	Bytes                           int
	Duration                        time.Duration
	Operation                       OperationInfo
}

func (h *Handler) observe(r *http.Request, x *exchange, took time.Duration) {
	o := Observation{
		Method: r.Method, Path: r.URL.Path, Remote: r.RemoteAddr, RequestID: r.Header.Get(requestIDHeader),
		Status: x.status, Bytes: int(x.size), Duration: took, Operation: x.response.Operation,
	}
	for _, observer := range h.opts.Observers {
		observer(&o)
	}
}

const requestIDHeader = "X-Request-Id"

// setRequestID makes sure that the request has an id, and tells it to the client. A client's own id is kept when it is
// short and plain, so that it can travel through logs and headers as it is.
func setRequestID(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get(requestIDHeader)
	if !isPlainID(id) {
		var random [12]byte
		_, _ = rand.Read(random[:])
		id = hex.EncodeToString(random[:])
		r.Header.Set(requestIDHeader, id)
	}
	w.Header().Set(requestIDHeader, id)
}

func isPlainID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}
