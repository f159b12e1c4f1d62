package identity

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/schema/jwks"
	"github.com/weft-graphql/weft/schema/wire"
)

const (
	// reuse is how long a token is used for further requests: the rest of its life is for the way to the service.
	reuse = wire.IdentityLifetime / 2
	// tokensBytes bounds the memory for tokens that are used again, and tokenBytes is what one takes beside its text.
	tokensBytes = 16 << 20
	tokenBytes  = 200
	// fileInterval is the time between two looks at files with keys.
	fileInterval = 2 * time.Second
)

// signer signs tokens and remembers them for a while. It outlives generations.
type signer struct {
	logger *slog.Logger
	files  *jwks.Set[[]*wire.IdentityKey]
	fixed  []*wire.IdentityKey
	tokens *otter.Cache[[sha256.Size]byte, token]

	mu         sync.Mutex
	complained time.Time
}

// token is a signed token.
type token struct {
	text  string
	key   *wire.IdentityKey
	until time.Time
}

func newSigner(keys []*wire.IdentityKey, files []string, publish string, logger *slog.Logger) (*signer, error) {
	s := &signer{logger: logger, fixed: keys, tokens: otter.Must(&otter.Options[[sha256.Size]byte, token]{
		MaximumWeight:    tokensBytes,
		Weigher:          func(_ [sha256.Size]byte, t token) uint32 { return uint32(len(t.text) + tokenBytes) },
		ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, token](reuse),
	})}
	switch {
	case len(files) > 0:
		read := func(text []byte) ([]*wire.IdentityKey, error) {
			keys, err := wire.ReadIdentityKeys(text)
			if err == nil {
				err = write(publish, keys)
			}
			return keys, err
		}
		// What is wrong with them at the start, the start tells.
		text, err := readFiles(files)
		if err == nil {
			_, err = read(text)
		}
		if err != nil {
			return nil, fmt.Errorf("key_files: %w", err)
		}
		load := func(context.Context) ([]byte, error) { return readFiles(files) }
		s.files = jwks.Follow(load, read, jwks.Options{Name: "identity.key_files", Interval: fileInterval, Logger: logger})
		return s, nil
	case len(keys) == 0:
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		s.fixed = []*wire.IdentityKey{wire.NewIdentityKey(private)}
	}
	if err := write(publish, s.fixed); err != nil {
		return nil, fmt.Errorf("jwks_file: %w", err)
	}
	return s, nil
}

// readFiles reads the keys of all files, one behind the other.
func readFiles(files []string) ([]byte, error) {
	var all [][]byte
	for _, file := range files {
		text, err := jwks.FromFile(file)(context.Background())
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return bytes.Join(all, []byte("\n")), nil
}

// write writes the public keys to a file, if there is to be one: who reads it meanwhile finds the old keys or the new
// ones.
func write(file string, keys []*wire.IdentityKey) error {
	if file == "" {
		return nil
	}
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(next.Name()) // there is nothing any more when all went well
	_, err = next.Write(wire.PublicKeys(keys))
	if err == nil {
		err = next.Chmod(0o644)
	}
	if closing := next.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(next.Name(), file)
}

func (s *signer) close() {
	if s.files != nil {
		s.files.Close()
	}
}

// all are the keys, of which the first signs.
func (s *signer) all() []*wire.IdentityKey {
	if s.files == nil {
		return s.fixed
	}
	keys, err := s.files.Get(context.Background())
	if err != nil {
		return nil // they were there at the start
	}
	return keys
}

// token returns the token with the sum of everything that goes into it, which identity tells when there is none yet. It
// is empty when there can be none.
func (s *signer) token(sum [sha256.Size]byte, now time.Time, audience string, identity func() wire.Identity) string {
	keys := s.all()
	if len(keys) == 0 {
		return ""
	}
	if t, ok := s.tokens.GetIfPresent(sum); ok && t.key == keys[0] && now.Before(t.until) {
		return t.text
	}
	text, err := keys[0].Sign(identity(), audience, now)
	if err != nil {
		s.complain(audience, err)
		return ""
	}
	s.tokens.Set(sum, token{text, keys[0], now.Add(reuse)})
	return text
}

// complain tells, once a minute, that a token could not be made.
func (s *signer) complain(audience string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.complained) > time.Minute {
		s.complained = time.Now()
		s.logger.Error("a subgraph cannot be told who is asking, and will refuse the request",
			"subgraph", audience, "err", err)
	}
}

// servePublicKeys answers with the public keys.
//
// Specification: RFC 7517, section 5.
func (s *signer) servePublicKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "max-age=60")
	_, _ = w.Write(wire.PublicKeys(s.all())) // the peer has gone; there is nobody to tell
}
