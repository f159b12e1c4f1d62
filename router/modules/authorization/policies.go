package authorization

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/weft-graphql/weft/router/caller"
)

// maxAnswer bounds what the endpoint may answer, in bytes.
const maxAnswer = 1 << 20

// described is a caller as the endpoint is told.
type described struct {
	Subject string         `json:"subject"`
	Issuer  string         `json:"issuer"`
	Claims  map[string]any `json:"claims"`
}

type question struct {
	Caller   described `json:"caller"`
	Policies []string  `json:"policies"`
}

// ask decides by asking the endpoint.
func ask(s *PolicySettings) Policies {
	client := &http.Client{
		Timeout: s.Timeout,
		// What another place says is not what the operator trusts.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, who *caller.Caller, policies []string) ([]string, error) {
		body, err := json.Marshal(question{described{who.Subject, who.Issuer, who.Claims}, policies})
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		for name, value := range s.Headers {
			req.Header.Set(name, value)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("it answered %s", resp.Status)
		}
		text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		if err != nil || len(text) > maxAnswer {
			return nil, fmt.Errorf("its answer cannot be read (at most %d bytes): %w", maxAnswer, err)
		}
		var answer struct {
			Fulfilled []string `json:"fulfilled"`
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return nil, fmt.Errorf("its answer is not what it should be: %w", err)
		}
		return answer.Fulfilled, nil
	}
}

// maxRemembered bounds the decisions that are remembered.
const maxRemembered = 100_000

// decisions remember what was decided about callers.
type decisions struct {
	decide Policies
	logger *slog.Logger
	// known has a decision per caller and policy; nil when nothing is remembered.
	known *otter.Cache[[sha256.Size]byte, bool]

	mu         sync.Mutex
	complained time.Time
}

func newDecisions(decide Policies, remember time.Duration, logger *slog.Logger) *decisions {
	d := &decisions{decide: decide, logger: logger}
	if remember > 0 {
		d.known = otter.Must(&otter.Options[[sha256.Size]byte, bool]{
			MaximumSize: maxRemembered, ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, bool](remember),
		})
	}
	return d
}

// fulfilled returns those of some policies that a caller fulfils.
func (d *decisions) fulfilled(ctx context.Context, who *caller.Caller, policies []string) []string {
	var found []string
	unknown := policies
	var identity []byte
	if d.known != nil {
		// encoding/json sorts the claims.
		identity, _ = json.Marshal(described{who.Subject, who.Issuer, who.Claims})
		unknown = nil
		for _, p := range policies {
			switch yes, ok := d.known.GetIfPresent(decisionKey(identity, p)); {
			case !ok:
				unknown = append(unknown, p)
			case yes:
				found = append(found, p)
			}
		}
	}
	if len(unknown) == 0 {
		return found
	}
	decided, err := d.decide(ctx, who, unknown)
	if err != nil {
		d.complain(err)
		return found
	}
	for _, p := range unknown {
		yes := slices.Contains(decided, p)
		if yes {
			found = append(found, p)
		}
		if d.known != nil {
			d.known.Set(decisionKey(identity, p), yes)
		}
	}
	return found
}

func decisionKey(identity []byte, policy string) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%d %s %s", len(identity), identity, policy))
}

// complain tells, once a minute, that nobody decides.
func (d *decisions) complain(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.complained) > time.Minute {
		d.complained = time.Now()
		d.logger.Error("nobody decides about policies: nothing that they protect is shown", "err", err)
	}
}
