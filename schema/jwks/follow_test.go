package jwks_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/jwks"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func text(b []byte) (string, error) {
	// A file that is being written is empty at first.
	if len(b) == 0 || strings.Contains(string(b), "garbage") {
		return "", errors.New("garbage")
	}
	return string(b), nil
}

func get(t *testing.T, s *jwks.Set[string]) string {
	t.Helper()
	got, err := s.Get(t.Context())
	if err != nil {
		return err.Error()
	}
	return got
}

func TestAFileIsFollowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := make(chan string, 10)
	s := jwks.Follow(jwks.FromFile(file), func(b []byte) (string, error) {
		select {
		case read <- string(b):
		default: // nobody waits for it
		}
		return text(b)
	}, jwks.Options{Interval: time.Millisecond, Pause: time.Millisecond, Logger: quiet})
	defer s.Close()
	if got := get(t, s); !strings.Contains(got, "not been read") {
		t.Errorf("without a file: %q", got)
	}
	for _, next := range []string{"a", "b"} {
		write(next)
		for got := range read {
			if got == next { // it may be seen while it is being written
				break
			}
		}
		s.Renew(t.Context())
		if got := get(t, s); got != next {
			t.Errorf("got %q, want %q", got, next)
		}
	}
	write("garbage")
	for got := range read {
		if got == "garbage" {
			break
		}
	}
	if got := get(t, s); got != "b" {
		t.Errorf("after garbage: %q", got)
	}
}

func TestOneLookForAllWhoAsk(t *testing.T) {
	var looks atomic.Int32
	release := make(chan struct{})
	s := jwks.Follow(func(ctx context.Context) ([]byte, error) {
		if looks.Add(1) > 1 {
			<-release
		}
		return []byte("a"), nil
	}, text, jwks.Options{Interval: time.Hour, Logger: quiet})
	defer s.Close()
	get(t, s)
	var asking, begun sync.WaitGroup
	for range 20 {
		begun.Add(1)
		asking.Go(func() {
			begun.Done()
			s.Renew(t.Context())
		})
	}
	begun.Wait()
	close(release)
	asking.Wait()
	for range 20 {
		s.Renew(t.Context())
	}
	if n := looks.Load(); n != 2 {
		t.Errorf("%d looks, want the first one and one more", n)
	}
}

func TestNobodyWaitsForASetThatIsNotFollowedAnyMore(t *testing.T) {
	s := jwks.Follow(func(ctx context.Context) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}, text, jwks.Options{Interval: time.Hour, Timeout: time.Hour, Logger: quiet})
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Renew(t.Context())
	}()
	s.Close()
	<-done
	if got := get(t, s); !strings.Contains(got, "not been read") {
		t.Errorf("got %q", got)
	}
}

func TestAddresses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/keys":
			_, _ = io.WriteString(w, "keys")
		case "/moved":
			http.Redirect(w, r, "/keys", http.StatusFound)
		case "/huge":
			_, _ = w.Write(make([]byte, jwks.MaxBytes+1))
		case "/slow":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for path, works := range map[string]bool{
		"/keys": true, "/moved": false, "/huge": false, "/slow": false, "/missing": false,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		if path == "/slow" {
			cancel()
		}
		if got, err := jwks.FromURL(server.URL + path)(ctx); (err == nil) != works || works && string(got) != "keys" {
			t.Errorf("%s: %q, %v", path, got, err)
		}
		cancel()
	}
	for address, works := range map[string]bool{
		"https://id.example.com/keys": true, "http://localhost:1/keys": true, "http://[::1]/keys": true,
		"http://127.0.0.1/keys": true, "https://user:secret@id.example.com": false, "gopher://127.0.0.1/": false,
		"http://id.example.com/keys": false, "http://127.0.0.1.example.com/": false, "file:///etc/passwd": false,
		"": false, "keys": false,
	} {
		if err := jwks.CheckURL(address); (err == nil) != works {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := jwks.FromFile(filepath.Join(t.TempDir(), "missing"))(t.Context()); err == nil {
		t.Error("a file that is not there")
	}
}
