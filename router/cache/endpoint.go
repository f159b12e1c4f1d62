package cache

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

const (
	// maxInvalidationBody bounds a request to the endpoint, in bytes.
	maxInvalidationBody = 1 << 20
	// maxInvalidations bounds the invalidations of one request.
	maxInvalidations = 10_000
)

// Endpoint returns the handler for POST /invalidation. The body is a JSON array of invalidations (see Invalidation),
// the Authorization header the shared key, compared in constant time. The answer is 202 and {"count": n}, with warnings
// about what can hardly be meant. When some invalidations are wrong it is 400 and says which, and the others are
// followed; it is 503 when Redis cannot be reached, so that the sender tries again.
func (c *Cache) Endpoint(sharedKey string) (http.Handler, error) {
	if len(sharedKey) < 8 {
		return nil, errors.New("cache: the invalidation endpoint needs a shared key of at least 8 characters")
	}
	want := sha256.Sum256([]byte(sharedKey))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, "invalidations are sent with POST")
			return
		}
		given := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
			refuse(w, http.StatusUnauthorized, "the Authorization header is not the shared key")
			return
		}
		c.serveInvalidations(w, r)
	}), nil
}

func (c *Cache) serveInvalidations(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInvalidationBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB or did not arrive whole")
		return
	}
	list, refused, err := parseInvalidations(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "the body is "+err.Error())
		return
	}
	if len(list) == 0 || len(list) > maxInvalidations {
		refuse(w, http.StatusBadRequest, "the array must have 1 to 10000 invalidations")
		return
	}
	res, err := c.invalidateSome(r.Context(), list, refused, "")
	answer := invalidationAnswer{Count: res.Count, Warnings: res.Warnings}
	var wrong *RefusedError
	if errors.As(err, &wrong) {
		answer.Error, answer.Errors = err.Error(), wrong.Problems
	}
	switch {
	case res.Deferred:
		w.Header().Set("Retry-After", "1")
		answer.Error = "Redis cannot be reached; this router follows the invalidation and will pass it on"
		reply(w, http.StatusServiceUnavailable, answer)
	case err != nil:
		reply(w, http.StatusBadRequest, answer)
	default:
		reply(w, http.StatusAccepted, answer)
	}
}

// invalidationAnswer is what the endpoint answers: what was done, and what was not.
type invalidationAnswer struct {
	// Error says in one line why not all was done; Errors, for each invalidation that was refused, why.
	Error  string    `json:"error,omitempty"`
	Errors []Problem `json:"errors,omitempty"`
	// Count is InvalidationResult.Count of the invalidations that were not refused.
	Count    int       `json:"count"`
	Warnings []Problem `json:"warnings,omitempty"`
}

func refuse(w http.ResponseWriter, status int, message string) {
	reply(w, status, struct {
		Error string `json:"error"`
	}{message})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
