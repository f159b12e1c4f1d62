package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the passwords that everybody tries first
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// The parameters of argon2id: OWASP's second choice, which takes 19 MiB and some tens of milliseconds.
//
// Specification: RFC 9106.
const (
	hashTime    = 2
	hashMemory  = 19 << 10 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

const minPassword, maxPassword = 10, 200

// knownPasswords are long enough and known to everybody who guesses, one in a line.
//
//go:embed passwords.txt
var knownPasswords string

var known = func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(knownPasswords) {
		set[strings.TrimSpace(line)] = true
	}
	return set
}()

// checkPassword notes what is wrong with a new password. It must have nothing to do with the person.
func checkPassword(check *fault.Checker, password, field string, about ...string) {
	n := len([]rune(password))
	check.Require(n >= minPassword && n <= maxPassword, field, "the password must be %d to %d characters long, not %d",
		minPassword, maxPassword, n)
	lower := strings.ToLower(password)
	check.Require(!known[lower] && !repeated(lower), field,
		"the password is one of those that are tried first; choose another one")
	for _, one := range about {
		one = strings.ToLower(strings.TrimSpace(one))
		check.Require(len(one) < 4 || !strings.Contains(lower, one), field,
			"the password must not contain your name or address")
	}
}

// repeated reports whether a text is one character, or a few, again and again.
func repeated(text string) bool {
	for n := 1; n <= 3 && n < len(text); n++ {
		if text == strings.Repeat(text[:n], len(text)/n+1)[:len(text)] {
			return true
		}
	}
	return false
}

// hashing bounds how many passwords are hashed at the same time, since each takes memory and a processor.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))

// derive makes the key of a password, when it is its turn.
func derive(ctx context.Context, password string, salt []byte, time, memory uint32, threads uint8) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, time, memory, threads, hashLength), nil
}

// hashPassword makes what is stored of a password.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	key, err := derive(ctx, password, salt, hashTime, hashMemory, hashThreads)
	if err != nil {
		return "", err
	}
	return storedForm(salt, key), nil
}

// nobody is what the password of somebody without an account is compared with, so that it takes as long.
var nobody = storedForm(make([]byte, saltLength), make([]byte, hashLength))

// storedForm is the PHC string format of a password's salt and key.
func storedForm(salt, key []byte) string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		encode(salt), encode(key))
}

// samePassword reports whether the stored form is that of the password.
func samePassword(ctx context.Context, stored, password string) (bool, error) {
	if len([]rune(password)) > maxPassword {
		return false, nil
	}
	var version int
	var memory, time uint32
	var threads uint8
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("a stored password has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil {
		return false, fmt.Errorf("a stored password has an unknown form: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("a stored password has an unknown form: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("a stored password has an unknown form: %w", err)
	}
	key, err := derive(ctx, password, salt, time, memory, threads)
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}
