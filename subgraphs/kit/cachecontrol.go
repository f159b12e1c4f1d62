package kit

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// cachePolicy is what the Cache-Control header of one response will say. Everything that takes part in the answer may
// make it stricter, nothing can make it laxer.
type cachePolicy struct {
	// maxAge is how long the service's answers may be kept.
	maxAge  time.Duration
	mu      sync.Mutex // guards what follows
	private bool
	noStore bool
}

type cachePolicyKey struct{}

// PrivateData says that a part of the answer is only for the caller.
func PrivateData(ctx context.Context) {
	if p, ok := ctx.Value(cachePolicyKey{}).(*cachePolicy); ok {
		p.mu.Lock()
		p.private = true
		p.mu.Unlock()
	}
}

// NoStore says that the answer must not be kept at all.
func NoStore(ctx context.Context) {
	if p, ok := ctx.Value(cachePolicyKey{}).(*cachePolicy); ok {
		p.mu.Lock()
		p.noStore = true
		p.mu.Unlock()
	}
}

func (p *cachePolicy) header() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	age := strconv.Itoa(int(p.maxAge / time.Second))
	switch {
	case p.noStore || p.maxAge < time.Second:
		return "no-store"
	case p.private:
		return "private, max-age=" + age
	default:
		return "public, max-age=" + age
	}
}

// withCachePolicy gives every request a policy that starts at maxAge and writes the header when the answer begins.
func withCachePolicy(maxAge time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		policy := &cachePolicy{maxAge: maxAge}
		ctx := context.WithValue(r.Context(), cachePolicyKey{}, policy)
		next.ServeHTTP(&cacheWriter{ResponseWriter: w, policy: policy}, r.WithContext(ctx))
	})
}

// cacheWriter sets Cache-Control at the last moment, when the answer is known.
type cacheWriter struct {
	http.ResponseWriter
	policy *cachePolicy
	begun  bool
}

func (w *cacheWriter) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		value := "no-store"
		if status == http.StatusOK {
			value = w.policy.header()
		}
		w.Header().Set("Cache-Control", value)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *cacheWriter) Write(body []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(body)
}

// Flush sends what was written of a stream of events.
func (w *cacheWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a writer that cannot flush sends it at the end
}

// Unwrap lets http.ResponseController reach the connection.
func (w *cacheWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
