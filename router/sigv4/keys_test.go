package sigv4

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// platform gives keys that last for a time, as the credentials endpoint of containers does.
type platform struct {
	asked atomic.Int64
	down  atomic.Bool
	lasts atomic.Int64
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := p.asked.Add(1)
	if p.down.Load() || r.Header.Get("Authorization") != "let me in" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	ends := time.Now().Add(time.Duration(p.lasts.Load())).UTC().Format(time.RFC3339)
	_, _ = io.WriteString(w, fmt.Sprintf(
		`{"AccessKeyId":"key%d","SecretAccessKey":"secret","Token":"token","Expiration":%q}`, n, ends))
}

func platformKeys(t *testing.T, lasts time.Duration) (*platform, *temporary) {
	t.Helper()
	p := &platform{}
	p.lasts.Store(int64(lasts))
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in")
	return p, FromEnvironment().(*temporary)
}

func TestKeysOfTheEnvironment(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	if got, err := FromEnvironment().Current(t.Context()); err != nil || got != (Keys{"id", "secret", "token"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestKeysOfThePlatformAreAskedForOnce(t *testing.T) {
	p, keys := platformKeys(t, time.Hour)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got, err := keys.Current(t.Context()); err != nil || got != (Keys{"key1", "secret", "token"}) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	all.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Errorf("the platform was asked %d times", n)
	}
}

// TestKeysThatEnd has keys that are always to be renewed; the platform fails in between.
func TestKeysThatEnd(t *testing.T) {
	p, keys := platformKeys(t, time.Hour)
	var late atomic.Int64
	keys.now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	current := func(want string) {
		t.Helper()
		if got, err := keys.Current(t.Context()); err != nil || got.ID != want {
			t.Errorf("%+v, %v; want %s", got, err, want)
		}
	}
	current("key1")
	keys.provided.Expire()
	current("key2")
	p.down.Store(true)
	keys.provided.Expire()
	current("key2") // they are valid still
	current("key2")
	if n := p.asked.Load(); n != 3 {
		t.Errorf("a platform that fails was asked %d times, want one time in %s", n, renewAgain)
	}
	late.Store(int64(2 * time.Hour))
	if got, err := keys.Current(t.Context()); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("keys that have ended: %+v, %v", got, err)
	}
	p.down.Store(false)
	p.lasts.Store(int64(3 * time.Hour))
	late.Add(int64(renewAgain))
	current("key5")
}
