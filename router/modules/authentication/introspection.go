package authentication

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/router/caller"
)

const (
	// maxOpaque bounds a token that is asked about, and maxTold the answer, in bytes.
	maxOpaque = 8 << 10
	maxTold   = 256 << 10
	// inactiveFor is how long it is remembered that a token is not valid.
	inactiveFor = 10 * time.Second
)

// introspector asks an authorization server about opaque tokens.
//
// Specification: RFC 7662.
type introspector struct {
	settings *Introspection
	skew     time.Duration
	logger   *slog.Logger
	client   *http.Client
	// places bounds the requests at a time.
	places chan struct{}
	// known are the answers, by the SHA-256 of the token, as long as they count.
	known *otter.Cache[[sha256.Size]byte, *told]

	mu         sync.Mutex
	asking     map[[sha256.Size]byte]*question
	complained time.Time
}

// told is an answer: who the token is of, or what is wrong with it.
type told struct {
	who   *caller.Caller
	err   error
	until time.Time
}

// question is one that is being asked, for everybody with the token.
type question struct {
	done chan struct{}
	told *told
	err  error
}

func newIntrospector(settings *Introspection, skew time.Duration, logger *slog.Logger) *introspector {
	return &introspector{
		settings: settings, skew: skew, logger: logger, places: make(chan struct{}, settings.MaxConcurrent),
		asking: map[[sha256.Size]byte]*question{},
		client: &http.Client{
			Timeout: settings.Timeout,
			// A token is shown to nobody but the endpoint.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		known: otter.Must(&otter.Options[[sha256.Size]byte, *told]{
			MaximumSize: settings.Remember,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[[sha256.Size]byte, *told]) time.Duration {
				return max(time.Until(e.Value.until), time.Millisecond)
			}),
		}),
	}
}

// verify returns who a token is of.
func (i *introspector) verify(ctx context.Context, token string) (*caller.Caller, error) {
	if len(token) > maxOpaque {
		return nil, errors.New("the token is too long")
	}
	sum := sha256.Sum256([]byte(token))
	if known, ok := i.known.GetIfPresent(sum); ok && time.Now().Before(known.until) {
		return known.who, known.err
	}
	i.mu.Lock()
	q := i.asking[sum]
	if q == nil {
		q = &question{done: make(chan struct{})}
		i.asking[sum] = q
		// Others wait for the answer, too: it is not given up when the first of them goes.
		go i.ask(q, sum, token)
	}
	i.mu.Unlock()
	select {
	case <-q.done:
	case <-ctx.Done():
		return nil, errUnavailable
	}
	if q.err != nil {
		i.complain(q.err)
		return nil, errUnavailable
	}
	return q.told.who, q.told.err
}

// ask asks a question and remembers the answer.
func (i *introspector) ask(q *question, sum [sha256.Size]byte, token string) {
	ctx, cancel := context.WithTimeout(context.Background(), i.settings.Timeout)
	defer cancel()
	select {
	case i.places <- struct{}{}:
		q.told, q.err = i.post(ctx, token)
		<-i.places
	case <-ctx.Done():
		q.err = errors.New("as many tokens are being asked about as may be (introspection.max_concurrent)")
	}
	if q.err == nil && q.told.until.After(time.Now()) {
		i.known.Set(sum, q.told)
	}
	i.mu.Lock()
	delete(i.asking, sum)
	i.mu.Unlock()
	close(q.done)
}

// post asks about a token.
func (i *introspector) post(ctx context.Context, token string) (*told, error) {
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.settings.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	// RFC 6749, section 2.3.1.
	req.SetBasicAuth(url.QueryEscape(i.settings.ClientID), url.QueryEscape(i.settings.ClientSecret))
	resp, err := i.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxTold+1))
	if err != nil || len(text) > maxTold {
		return nil, fmt.Errorf("its answer cannot be read (at most %d bytes): %w", maxTold, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		return nil, fmt.Errorf("its answer is not what it should be: %w", err)
	}
	return i.judge(claims, time.Now()), nil
}

// judge decides what an answer means.
func (i *introspector) judge(claims map[string]any, now time.Time) *told {
	invalid := func(err error) *told { return &told{err: err, until: now.Add(inactiveFor)} }
	if active, _ := claims["active"].(bool); !active {
		return invalid(errors.New("the token is not active"))
	}
	var expires time.Time
	until := now.Add(i.settings.MaxAge)
	if claim, there := claims["exp"]; there {
		at, ok := timeOf(claim)
		if expires = at.Add(i.skew); !ok || !now.Before(expires) {
			return invalid(errExpired)
		}
		if expires.Before(until) {
			until = expires
		}
	}
	if claim, there := claims["nbf"]; there {
		if from, ok := timeOf(claim); !ok || now.Add(i.skew).Before(from) {
			return invalid(errors.New("the token is not valid yet"))
		}
	}
	if len(i.settings.Audiences) > 0 && !names(claims["aud"], i.settings.Audiences) {
		return invalid(errors.New("the token is for others"))
	}
	subject, _ := claims[i.settings.SubjectClaim].(string)
	if subject == "" {
		return invalid(errors.New("the token names nobody"))
	}
	issuer, _ := claims["iss"].(string)
	switch {
	case issuer != "":
	case i.settings.Issuer != "":
		issuer = i.settings.Issuer
	default:
		issuer = i.settings.Endpoint
	}
	return &told{who: verified(issuer, subject, claims, expires), until: until}
}

// complain tells, once a minute, that nobody can be asked.
func (i *introspector) complain(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if time.Since(i.complained) > time.Minute {
		i.complained = time.Now()
		i.logger.Error("tokens cannot be asked about", "endpoint", i.settings.Endpoint, "err", err)
	}
}
