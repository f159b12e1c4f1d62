package subgraphs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/subgraphs/orders/payment"
)

// ledger is a payment provider that remembers everything, over HTTP. It is slow, breaks off, and answers after its
// caller has given up; what it will do of an order is in the order's key.
type ledger struct {
	mu       sync.Mutex
	accounts map[string]*account
	wrong    []string
	history  *sagaHistory
}

// account is what the ledger has of one order.
type account struct {
	minor                                  int64
	authorised, captured, voided, declined bool
}

func startLedger(t *testing.T, history *sagaHistory) (*ledger, string) {
	l := &ledger{accounts: map[string]*account{}, history: history}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return l, server.URL
}

// temper is what the ledger will do of an order: three in a hundred are declined at first, two when the money is
// taken, and four never hear anything until the shop gives up.
func temper(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum32() % 100)
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var charge payment.Charge
	if err := json.NewDecoder(r.Body).Decode(&charge); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mood := rand.IntN(100)
	if mood < 4 { // breaks off before anything was done
		panic(http.ErrAbortHandler)
	}
	if temper(charge.Key) >= 96 && r.URL.Path == "/authorise" {
		l.do(r.URL.Path, charge) // and says nothing of it
		<-r.Context().Done()
		return
	}
	declined := l.do(r.URL.Path, charge)
	switch {
	case mood < 8: // breaks off after it was done
		panic(http.ErrAbortHandler)
	case mood < 10: // answers when nobody waits any more
		<-r.Context().Done()
	case declined:
		w.WriteHeader(http.StatusPaymentRequired)
	}
}

// do books a request, and reports whether it is declined.
func (l *ledger) do(path string, charge payment.Charge) (declined bool) {
	since := l.history.now()
	defer func() { l.history.add(charge.Key, since, sagaEvent{kind: sagaEventKind(path), refused: declined}) }()
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[charge.Key]
	if a == nil {
		a = &account{minor: charge.Minor}
		l.accounts[charge.Key] = a
	}
	if a.minor != charge.Minor {
		l.wrong = append(l.wrong, fmt.Sprintf("%s: %d and %d are asked for", charge.Key, a.minor, charge.Minor))
	}
	switch path {
	case "/authorise":
		a.declined = a.declined || temper(charge.Key) < 3
		a.authorised = a.authorised || !a.voided && !a.declined
		return a.voided || a.declined
	case "/capture":
		if !a.authorised && !a.voided {
			l.wrong = append(l.wrong, charge.Key+": taken without being authorised")
		}
		a.declined = a.declined || temper(charge.Key) >= 3 && temper(charge.Key) < 5
		a.captured = a.captured || a.authorised && !a.voided && !a.declined
		return a.voided || a.declined
	default:
		a.voided, a.captured = true, false
		return false
	}
}

// taken is how much the shop has of an order.
func (l *ledger) taken(key string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.accounts[key]; a != nil && a.captured {
		return a.minor
	}
	return 0
}

// held reports whether money of an order is held or taken.
func (l *ledger) held(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[key]
	return a != nil && a.authorised && !a.voided
}

// ledgerClient asks the ledger.
type ledgerClient struct{ url string }

var _ payment.Provider = ledgerClient{}

func (c ledgerClient) Authorise(ctx context.Context, charge payment.Charge) error {
	return c.ask(ctx, "/authorise", charge)
}

func (c ledgerClient) Capture(ctx context.Context, charge payment.Charge) error {
	return c.ask(ctx, "/capture", charge)
}

func (c ledgerClient) Void(ctx context.Context, charge payment.Charge) error {
	return c.ask(ctx, "/void", charge)
}

func (c ledgerClient) ask(ctx context.Context, path string, charge payment.Charge) error {
	body, err := json.Marshal(charge)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Timeout: time.Minute}).Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusPaymentRequired:
		return payment.ErrDeclined
	}
	return fmt.Errorf("the ledger answers %s", answer.Status)
}
