package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/subgraphs"
)

// TestEachServiceIsKilledUnderLoad kills one service after the other while everybody asks all of them and somebody
// writes to it: what the others know is answered, what was kept of it is served although its time is over, it comes
// back alone, and nothing that it has acknowledged is lost.
func TestEachServiceIsKilledUnderLoad(t *testing.T) {
	s := startSystemWith(t, systemSettings{cache: "max_ttl: 2s, stale: {if_error: 1h},"})
	public := &public{url: s.url}
	public.begin(4)
	defer public.end(t)
	for _, name := range subgraphs.Names() {
		t.Log("killing", name)
		killUnderLoad(t, s, public, name)
	}
}

// asked has fields of all services, of products and reviews that are asked for in turn and of some that there are not.
const asked = `{
	product(upc: "p%d") { name totalStock reviewCount alsoBought(first: 2) { nodes { upc } } }
	review(id: "r%d") { rating author { name } }
	warehouses { name } brands { name } order(id: "none") { id }
}`

// public asks a router for what all services know, all the time.
type public struct {
	url     string
	stop    chan struct{}
	running sync.WaitGroup
	mu      sync.Mutex
	// dead is the service that may be missing, missed how often it was, and answers counts all answers.
	dead            string
	missed, answers int
	wrong           []string
}

func (p *public) begin(workers int) {
	p.stop = make(chan struct{})
	for w := range workers {
		p.running.Go(func() {
			for i := w; ; i += workers {
				select {
				case <-p.stop:
					return
				default:
					p.look(fmt.Sprintf(asked, 1+i%300, 1+i%50))
				}
			}
		})
	}
}

// look asks, and holds the answer to what it must be: everything, but for what needs a service that is dead.
func (p *public) look(query string) {
	a, err := ask(p.url, query)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers++
	if err != nil {
		p.wrong = append(p.wrong, err.Error())
		return
	}
	for _, e := range a.Errors {
		if e.Extensions["service"] != p.dead {
			p.wrong = append(p.wrong, a.Raw)
			return
		}
	}
	if len(a.Errors) > 0 {
		p.missed++
	}
	for path, service := range map[string]string{
		"product name": "catalog", "product totalStock": "inventory", "product reviewCount": "reviews",
		"product alsoBought nodes": "insights", "review rating": "reviews", "review author name": "accounts",
		"warehouses": "inventory", "brands": "catalog",
	} {
		if !p.has(a.Data, strings.Fields(path)) && (len(a.Errors) == 0 || service != p.dead && !p.below(path)) {
			p.wrong = append(p.wrong, path+" is missing: "+a.Raw)
		}
	}
}

// below tells whether the path begins at what only the dead service can find.
func (p *public) below(path string) bool {
	root, _, _ := strings.Cut(path, " ")
	return root == "product" && p.dead == "catalog" || root == "review" && p.dead == "reviews"
}

func (p *public) has(data map[string]any, path []string) bool {
	var at any = data
	for _, key := range path {
		object, _ := at.(map[string]any)
		at = object[key]
	}
	return at != nil
}

// during has a service be dead, or none. What an earlier one still causes is over then.
func (p *public) during(dead string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = dead
}

func (p *public) counts() (answers, missed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answers, p.missed
}

// goesOn waits for fifty answers, and tells how many of those since the beginning missed something.
func (p *public) goesOn(t *testing.T) (missed int) {
	t.Helper()
	from, before := p.counts()
	eventually(t, "the load goes on", func() error {
		answers, now := p.counts()
		missed = now - before
		if answers < from+50 {
			return errors.New("not yet")
		}
		return nil
	})
	return missed
}

func (p *public) end(t *testing.T) {
	t.Helper()
	close(p.stop)
	p.running.Wait()
	if len(p.wrong) > 0 {
		t.Errorf("%d of %d answers are wrong; the first: %s", len(p.wrong), p.answers, p.wrong[0])
	}
}

// writing is what somebody changes in a service: one number of 1 to 99 after the other.
type writing struct {
	who wire.Identity
	// write sets a number, and read tells it, behind find. Both are operations of the service itself.
	write, read, find string
	// acknowledged is the last number of which the service has said that it is set, and attempted the last one that was
	// sent.
	acknowledged, attempted int
}

// writings are those of the services that anybody writes to: insights only listens.
var writings = map[string]writing{
	"accounts": {
		who:   wire.Identity{Subject: "u1"},
		write: `mutation { changeProfile(input: {bio: "number %d"}) { user { id } userErrors { message } } }`,
		read:  `{ me { bio } }`, find: `"bio":"number `,
	},
	"catalog": {
		who:   wire.Identity{Subject: "u1", Roles: []string{"merchant"}},
		write: `mutation { changeProduct(input: {upc: "p7", description: "number %d"}) { userErrors { message } } }`,
		read:  `{ product(upc: "p7") { description } }`, find: `"description":"number `,
	},
	"inventory": {
		who:   wire.Identity{Subject: "u1", Roles: []string{"merchant"}},
		write: `mutation { putStock(input: {upc: "p7", warehouseId: "ber1", quantity: %d}) { userErrors { message } } }`,
		read: `{ _entities(representations: [{__typename: "Product", upc: "p7"}]) {
			... on Product { stock { warehouse { id } quantity } } } }`,
		find: `{"id":"ber1"},"quantity":`,
	},
	"orders": {
		who:   wire.Identity{Subject: "u1"},
		write: `mutation { setCartQuantity(input: {upc: "p5", quantity: %d}) { userErrors { message } } }`,
		read:  `{ cart { lines { quantity } } }`, find: `"quantity":`,
	},
	"reviews": {
		who:   wire.Identity{Subject: "u191"},
		write: `mutation { editReview(input: {id: "r1500", body: "number %d"}) { userErrors { message } } }`,
		read:  `{ review(id: "r1500") { body } }`, find: `"body":"number `,
	},
}

// until writes to a service until it does not answer. begun is closed once something is acknowledged, or nothing will be.
func (w *writing) until(key *wire.IdentityKey, service, url string, begun chan<- struct{}) error {
	for n := 0; ; n++ {
		w.attempted = 1 + n%99
		answer, err := sendSigned(key, service, url, w.who, fmt.Sprintf(w.write, w.attempted))
		if n == 0 {
			close(begun)
		}
		switch {
		case err != nil && n == 0:
			return err
		case err != nil:
			return nil
		case !strings.Contains(answer, `"userErrors":[]`):
			return fmt.Errorf("%d is not set: %s", w.attempted, answer)
		}
		w.acknowledged = w.attempted
	}
}

// kept are fields of entities, each of one service: the router keeps them, and has them when the service is dead.
var kept = map[string]string{
	"accounts":  `{ review(id: "r7") { author { name bio } } }`,
	"catalog":   `{ review(id: "r7") { product { name description } } }`,
	"insights":  `{ product(upc: "p8") { alsoBought(first: 3) { totalCount } } }`,
	"inventory": `{ product(upc: "p8") { totalStock inStock } }`,
	"reviews":   `{ product(upc: "p8") { reviewCount averageRating } }`,
}

func killUnderLoad(t *testing.T, s *system, p *public, name string) {
	before := ""
	if kept[name] != "" {
		before = mustAsk(t, s.url, kept[name]).Raw
	}
	if missed := p.goesOn(t); missed > 0 {
		t.Errorf("%d answers miss something while everything runs", missed)
	}

	writing, writes, begun := writings[name], make(chan error, 1), make(chan struct{})
	url := "http://" + listenOf(s.services[name]) + "/graphql"
	if writing.write == "" {
		writes <- nil
	} else {
		go func() { writes <- writing.until(s.key, name, url, begun) }()
		<-begun
	}
	p.goesOn(t)
	p.during(name)
	s.kill(t, name)
	if err := <-writes; err != nil {
		t.Error(err)
	}
	p.goesOn(t)
	time.Sleep(2 * time.Second) // what was kept lives no longer
	if p.goesOn(t); before != "" {
		if now := mustAsk(t, s.url, kept[name]).Raw; now != before {
			t.Errorf("what was kept is not served: %s, want %s", now, before)
		}
	}

	s.startAgain(t, name)
	if writing.write != "" {
		answer, err := sendSigned(s.key, name, url, writing.who, writing.read)
		_, found, _ := strings.Cut(answer, writing.find)
		var n int
		if _, scan := fmt.Sscanf(found, "%d", &n); err != nil || scan != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		if n != writing.acknowledged && n != writing.attempted {
			t.Errorf("%d is there, of which %d was acknowledged and %d attempted", n, writing.acknowledged, writing.attempted)
		}
		t.Logf("%d was acknowledged, %d attempted, %d is there", writing.acknowledged, writing.attempted, n)
	}
	eventually(t, "nothing is missed any more", func() error {
		if missed := p.goesOn(t); missed > 0 {
			return fmt.Errorf("%d answers miss something", missed)
		}
		return nil
	})
	p.during("")
}
