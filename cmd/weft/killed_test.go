package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// crowd asks a router the same all the time, until it is stopped.
type crowd struct {
	url     string
	stop    chan struct{}
	running sync.WaitGroup
	// asked counts answers, and half those in which only what reviews knows was missing.
	asked, half atomic.Int64
	mu          sync.Mutex
	wrong       []string
}

// answered is what the operations of a crowd ask for.
type answered struct {
	Data struct {
		Products struct {
			Nodes []struct {
				Name       string
				TotalStock *int
			}
		}
		Product struct {
			Name        string
			ReviewCount *int
		}
	}
	Errors []struct{ Extensions struct{ Service string } }
}

// begin starts workers. Each asks for products, which never miss anything, and for what reviews knows of a product.
func (l *crowd) begin(workers int) {
	l.stop = make(chan struct{})
	for w := range workers {
		l.running.Go(func() {
			for i := w; ; i += workers {
				select {
				case <-l.stop:
					return
				default:
				}
				l.look(fmt.Sprintf(`{ products(first: 3) { nodes { name totalStock } } product(upc: "p%d") { name reviewCount } }`, 1+i%300))
			}
		})
	}
}

func (l *crowd) look(query string) {
	a, err := ask(l.url, query)
	var got answered
	if err == nil {
		err = json.Unmarshal([]byte(a.Raw), &got)
	}
	whole := err == nil && len(got.Data.Products.Nodes) == 3 && got.Data.Product.Name != ""
	for _, node := range got.Data.Products.Nodes {
		whole = whole && node.Name != "" && node.TotalStock != nil
	}
	for _, e := range got.Errors {
		whole = whole && e.Extensions.Service == "reviews"
	}
	whole = whole && (got.Data.Product.ReviewCount != nil) == (len(got.Errors) == 0)
	l.asked.Add(1)
	if len(got.Errors) > 0 {
		l.half.Add(1)
	}
	if !whole {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.wrong = append(l.wrong, fmt.Sprintf("%s: %v %+v", query, err, got))
	}
}

func (l *crowd) end(t *testing.T) {
	t.Helper()
	close(l.stop)
	l.running.Wait()
	if len(l.wrong) > 0 {
		t.Errorf("%d of %d answers are wrong; the first: %s", len(l.wrong), l.asked.Load(), l.wrong[0])
	}
}

// TestAServiceIsKilledUnderLoad kills reviews while everybody asks: all that others know is answered, what was kept of
// reviews is, too, and the rest is null with an error that names it. Started again it is asked again, with nobody doing
// anything, and knows what has happened meanwhile.
func TestAServiceIsKilledUnderLoad(t *testing.T) {
	t.Run("while what was kept lives", func(t *testing.T) { killReviewsUnderLoad(t, "", "") })
	t.Run("after its end, where that is allowed", func(t *testing.T) {
		killReviewsUnderLoad(t, "max_ttl: 2s, stale: {if_error: 1h},", "stale")
	})
}

// killReviewsUnderLoad does so with these settings of the cache. What was kept of reviews is asked for once it is in
// this state, or in any.
func killReviewsUnderLoad(t *testing.T, cache, state string) {
	s := startSystemWith(t, systemSettings{cache: cache})
	const kept = `{ product(upc: "p7") { reviewCount averageRating } }`
	before := mustAsk(t, s.url, kept).Raw
	l := &crowd{url: s.url}
	l.begin(4)
	defer func() {
		if l.stop != nil {
			l.end(t)
		}
	}()
	reached := func(count *atomic.Int64, what string) {
		t.Helper()
		from := count.Load()
		eventually(t, what, func() error {
			if count.Load() < from+50 {
				return errors.New("not yet")
			}
			return nil
		})
	}
	reached(&l.asked, "the load has begun")
	if l.half.Load() > 0 {
		t.Errorf("%d answers miss something while everything runs", l.half.Load())
	}

	s.kill(t, "reviews")
	// Nobody was asked for this product before.
	created := s.asMerchant(t, "catalog", `mutation { addProduct(input: {
		sku: "FIRST", name: "First", weight: 1, price: {minor: 100, currency: EUR}, categoryId: "lamps", brandId: "kontor"
	}) { product { upc } userErrors { message } } }`)
	missed := fmt.Sprintf(`{ product(upc: %q) { name reviewCount } }`, told(t, created, "upc"))
	a := mustAsk(t, s.url, missed)
	if len(a.Errors) != 1 || !strings.Contains(a.Raw, `"name":"First","reviewCount":null`) {
		t.Errorf("of what was not kept there is %s", a.Raw)
	}
	eventually(t, "what was kept is there, "+state, func() error {
		status, out, complaints := weft(t, "cache", "inspect", "Product", "upc=p7", "--config", s.config)
		_, ofReviews, found := strings.Cut(out, "Product of reviews")
		ofReviews, _, _ = strings.Cut(ofReviews, "Product of ")
		if status != 0 || !found || !strings.Contains(ofReviews, state) {
			return fmt.Errorf("it shows %s%s", out, complaints)
		}
		return nil
	})
	if now := mustAsk(t, s.url, kept).Raw; now != before {
		t.Errorf("what was kept is not served: %s, want %s", now, before)
	}
	made := s.asMerchant(t, "catalog", `mutation { addProduct(input: {sku: "MEANWHILE", name: "Meanwhile", weight: 1,
		price: {minor: 100, currency: EUR}, categoryId: "lamps", brandId: "kontor"}) { product { upc } userErrors { message } } }`)
	upc := told(t, made, "upc")

	s.startAgain(t, "reviews")
	eventually(t, "reviews knows the product that came meanwhile", func() error {
		a, err := ask(s.url, fmt.Sprintf(`{ product(upc: %q) { name reviewCount } }`, upc))
		if err == nil && !strings.Contains(a.Raw, `"reviewCount":0`) {
			err = errors.New(a.Raw)
		}
		return err
	})
	half := l.half.Load()
	reached(&l.asked, "the load goes on")
	eventually(t, "nothing is missed any more", func() error {
		now := l.half.Load()
		if now != half {
			half = now
			return errors.New("it is still missed")
		}
		return nil
	})
	l.end(t)
	l.stop = nil
	s.router.stop(t)
}

// kill ends a service without asking it.
func (s *system) kill(t *testing.T, name string) {
	t.Helper()
	if err := s.services[name].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.services[name].ended
}

// startAgain starts a service that was killed.
func (s *system) startAgain(t *testing.T, name string) {
	t.Helper()
	killed := s.services[name]
	env := killed.cmd.Env[len(killed.cmd.Env)-4:] // what startSystem has added to the environment
	s.services[name] = start(t, env, killed.cmd.Args[0], killed.cmd.Args[1:]...)
	s.services[name].awaitReady(t, "http://"+listenOf(killed)+"/readyz")
}

// asMerchant asks a service past the routers, as a merchant.
func (s *system) asMerchant(t *testing.T, service, query string) string {
	t.Helper()
	url := "http://" + listenOf(s.services[service]) + "/graphql"
	return askSigned(t, s.key, service, url, wire.Identity{Subject: "u1", Roles: []string{"merchant"}}, query)
}

// askSigned asks a service past the routers, with an identity that they would sign.
func askSigned(t *testing.T, key *wire.IdentityKey, service, url string, who wire.Identity, query string) string {
	t.Helper()
	answer, err := sendSigned(key, service, url, who, query)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// sendSigned does so where the service need not be there.
func sendSigned(key *wire.IdentityKey, service, url string, who wire.Identity, query string) (answer string, err error) {
	identity, err := key.Sign(who, service, time.Now())
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(wire.IdentityHeader, identity)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}
