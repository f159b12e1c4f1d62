package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
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

// AccessLog returns an observer that writes a line per request.
func AccessLog(logger *slog.Logger) func(*Observation) {
	return func(o *Observation) {
		level := slog.LevelInfo
		switch {
		case o.Status >= 500:
			level = slog.LevelError
		case o.Status >= 400 || o.Operation.Errors > 0:
			level = slog.LevelWarn
		}
		name := o.Operation.Kind
		if o.Operation.Name != "" {
			name += " " + o.Operation.Name
		}
		if name == "" {
			name = "rejected"
		}
		attrs := make([]slog.Attr, 0, 8)
		attrs = append(attrs, slog.Int("status", o.Status), slog.Duration("took", o.Duration.Round(time.Microsecond)),
			slog.Int("bytes", o.Bytes), slog.Int("fetches", o.Operation.Fetches))
		if o.Operation.Errors > 0 {
			attrs = append(attrs, slog.Int("errors", o.Operation.Errors))
		}
		if o.RequestID != "" {
			attrs = append(attrs, slog.String("request_id", o.RequestID))
		}
		logger.LogAttrs(context.Background(), level, o.Method+" "+name, attrs...)
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
