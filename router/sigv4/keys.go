package sigv4

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Keys are an access key and its secret; Token is that of temporary ones, else empty.
type Keys struct{ ID, Secret, Token string }

// KeySource has the keys that requests are signed with.
type KeySource interface {
	// Current returns the keys that are valid now. It may ask for them, for no longer than some seconds.
	Current(context.Context) (Keys, error)
}

// Current implements KeySource: these are always the same.
func (k Keys) Current(context.Context) (Keys, error) { return k, nil }

// FromEnvironment has the keys that the platform gives a process, as the SDKs of AWS find them: AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; the web identity of a pod (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN);
// the credentials of a container or a pod (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, …_FULL_URI); the role of the
// instance (IMDSv2). Temporary ones are renewed before they end.
func FromEnvironment() KeySource {
	if id := os.Getenv("AWS_ACCESS_KEY_ID"); id != "" {
		return Keys{ID: id, Secret: os.Getenv("AWS_SECRET_ACCESS_KEY"), Token: os.Getenv("AWS_SESSION_TOKEN")}
	}
	return &temporary{
		provided: credentials.New(&credentials.IAM{}),
		client:   &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}},
		now:      time.Now,
	}
}

// renewAgain is how long nobody is asked after a failure.
const renewAgain = 5 * time.Second

// temporary are keys that end. One request at a time asks for new ones; others go on with those there are.
type temporary struct {
	provided *credentials.Credentials
	client   *http.Client
	now      func() time.Time
	latest   atomic.Pointer[credentials.Value]

	mu      sync.Mutex
	failed  time.Time
	failure error
}

// Current implements KeySource.
func (t *temporary) Current(context.Context) (Keys, error) {
	if keys, ok := t.valid(); !ok {
		t.mu.Lock()
	} else if !t.mu.TryLock() {
		return keys, nil
	}
	defer t.mu.Unlock()
	if t.failure == nil || t.now().Sub(t.failed) >= renewAgain {
		// The asking belongs to all that wait for it, not to the request that began it.
		value, err := t.provided.GetWithContext(&credentials.CredContext{Client: t.client})
		if t.failure = err; err == nil {
			t.latest.Store(&value)
		} else {
			t.failed = t.now()
		}
	}
	if keys, ok := t.valid(); ok {
		return keys, nil
	}
	if t.failure == nil {
		return Keys{}, fmt.Errorf("the credentials that the platform gives have ended already")
	}
	return Keys{}, fmt.Errorf("no credentials: AWS_ACCESS_KEY_ID is not set, and the platform gives none: %w", t.failure)
}

// valid returns the latest keys, if they have not ended.
func (t *temporary) valid() (Keys, bool) {
	v := t.latest.Load()
	if v == nil || !t.now().Before(v.Expiration) {
		return Keys{}, false
	}
	return Keys{ID: v.AccessKeyID, Secret: v.SecretAccessKey, Token: v.SessionToken}, true
}
