package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// staleFor is how long a router may show what another router has replaced: cache.l1.ttl (2 s) bounds it whatever is
// lost (docs/caching.md), and the rest is for processes that wait for a processor.
const staleFor = 10 * time.Second

// underFire loads the shop, kills one of each kind, and tells what came of it.
func (s *Settings) underFire(ctx context.Context, dir string) error {
	fmt.Fprintf(os.Stderr, "starting %d routers, haproxy, Redis and NATS clusters of %d, PostgreSQL, %d services\n",
		s.Routers, nodes, len(serviceNames))
	c, err := openShop(ctx, s, dir)
	defer c.stop()
	if err != nil {
		return err
	}
	l := &traffic{cluster: c, pause: 50 * time.Millisecond}
	if err := l.prepare(ctx, s.Products); err != nil {
		return err
	}
	var streams []*stream
	listening, hangUp := context.WithCancel(ctx)
	var listeners sync.WaitGroup
	defer listeners.Wait()
	defer hangUp()
	for i := range s.Streams {
		one := &stream{product: l.products[i%len(l.products)], traffic: l}
		streams = append(streams, one)
		listeners.Go(func() { one.follow(listening) })
	}
	loading, enough := context.WithCancel(ctx)
	var clients sync.WaitGroup
	for i := range s.Readers {
		clients.Go(func() { l.read(loading, rand.New(rand.NewPCG(s.Seed, uint64(i)))) })
	}
	writing, noMore := context.WithCancel(ctx)
	for i := range s.Writers {
		clients.Go(func() { l.write(writing, rand.New(rand.NewPCG(s.Seed, 1000+uint64(i))), fmt.Sprint(i)) })
	}
	began := time.Now()
	losses, err := l.lose(loading, s.Duration, s.Away)
	noMore()
	enough()
	clients.Wait()
	took := time.Since(began)
	if err != nil {
		return err
	}
	verdict := l.verify(ctx, streams)
	l.report(took, losses, streams)
	return verdict
}

// report prints what happened.
func (l *traffic) report(took time.Duration, losses []*loss, streams []*stream) {
	fmt.Printf("\n%.0f s under load: %d reads (%d failed), %d writes acknowledged (%d tries failed, %d of unknown end)\n",
		took.Seconds(), l.reads.Load(), l.failedReads.Load(), l.writes.Load(), l.failedTries.Load(), l.unsure.Load())
	fmt.Println("\n| killed | reads that failed | tries of writes that failed | until it was back, once started |")
	fmt.Println("|---|--:|--:|--:|")
	for _, k := range losses {
		fmt.Printf("| %s | %d | %d | %.1f s |\n", k.name, k.reads, k.writes, k.took.Seconds())
	}
	slices.Sort(l.behind)
	if n := len(l.behind); n > 0 {
		fmt.Printf("\n%d of %d reads lacked what another router had acknowledged: p50 %s, p99 %s, most %s before\n",
			n, l.reads.Load(), l.behind[n/2].Round(time.Millisecond), l.behind[n*99/100].Round(time.Millisecond),
			l.behind[n-1].Round(time.Millisecond))
	} else {
		fmt.Printf("\nno read lacked what any router had acknowledged\n")
	}
	events, connects := 0, 0
	for _, s := range streams {
		events, connects = events+len(s.events), connects+s.connects
	}
	fmt.Printf("%d subscriptions had %d events over %d connections; %d products were added\n",
		len(streams), events, connects, len(l.added))
	for _, kind := range l.kinds() {
		fmt.Printf("  %6d  %s\n", l.errors[kind], kind)
	}
}

// verify waits until everything has come to rest, and holds it against what was acknowledged.
func (l *traffic) verify(ctx context.Context, streams []*stream) error {
	var errs []error
	if l.wrongs > 0 {
		errs = append(errs, fmt.Errorf("%d answers were wrong, the first: %v", l.wrongs, l.wrong))
	}
	if n := len(l.behind); n > 0 && slices.Max(l.behind) > staleFor {
		errs = append(errs, fmt.Errorf("a router showed what another had replaced %s before", slices.Max(l.behind)))
	}
	if l.reads.Load() == 0 || l.writes.Load() == 0 {
		errs = append(errs, errors.New("nothing was read, or nothing was written: this says nothing"))
	}
	errs = append(errs, l.verifyAdded(ctx))
	for _, p := range l.products {
		errs = append(errs, l.verifyProduct(ctx, p))
	}
	errs = append(errs, l.verifyEvents(ctx, streams))
	return errors.Join(errs...)
}

// verifyAdded has inventory say that it knows all products that were added.
func (l *traffic) verifyAdded(ctx context.Context) error {
	c := newClient(l.cluster.url, l.cluster.merchant(audience))
	for _, upc := range l.added {
		err := eventually(ctx, "inventory has heard of "+upc, func(ctx context.Context) error {
			var a struct {
				PutStock struct {
					Stock      *struct{ Quantity int } `json:"stock"`
					UserErrors []userError             `json:"userErrors"`
				} `json:"putStock"`
			}
			_, err := c.ask(ctx, `mutation Put($upc: ID!, $warehouse: ID!) {
				putStock(input: {upc: $upc, warehouseId: $warehouse, quantity: 3}) {
					stock { quantity } userErrors { message code } } }`,
				map[string]any{"upc": upc, "warehouse": warehouse}, &a)
			if err == nil && a.PutStock.Stock == nil {
				err = fmt.Errorf("%v", a.PutStock.UserErrors)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// verifyProduct asks the owners for what is, holds that against what was acknowledged, and has every router show it.
func (l *traffic) verifyProduct(ctx context.Context, p *product) error {
	stock, err := l.owned(ctx, p, "inventory", "totalStock")
	if err != nil {
		return err
	}
	price, err := l.owned(ctx, p, "catalog", "price")
	if err != nil {
		return err
	}
	for _, owned := range []struct {
		ledger *ledger
		is     int64
	}{{p.stock, stock}, {p.price, price}} {
		if least, most := owned.ledger.bounds(); owned.is < least || owned.is > most {
			return fmt.Errorf("%s is %d; acknowledged writes make it %d to %d", owned.ledger.what, owned.is, least, most)
		}
	}
	for _, r := range l.cluster.routers {
		err := eventually(ctx, r.name+" shows what the owners have", func(ctx context.Context) error {
			var a readAnswer
			if _, err := newClient(r.url, nil).ask(ctx, readQuery, map[string]any{"upc": p.upc}, &a); err != nil {
				return err
			}
			if err := a.complete(); err != nil {
				return err
			}
			if *a.Product.TotalStock != stock || *a.Product.Price != price {
				return fmt.Errorf("%s: stock %d, price %d; want %d and %d",
					p.upc, *a.Product.TotalStock, *a.Product.Price, stock, price)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// owned asks the service itself for one number of a product.
func (l *traffic) owned(ctx context.Context, p *product, service, field string) (number int64, err error) {
	c := newClient(l.cluster.services[service].url, l.cluster.merchant(service))
	c.header, c.scheme = wire.IdentityHeader, ""
	query := `query Owned($of: [_Any!]!) { _entities(representations: $of) { ... on Product { ` + field + ` } } }`
	err = eventually(ctx, service+" tells of "+p.upc, func(ctx context.Context) error {
		var a struct {
			Entities []map[string]int64 `json:"_entities"`
		}
		of := []map[string]string{{"__typename": "Product", "upc": p.upc}}
		if _, err := c.ask(ctx, query, map[string]any{"of": of}, &a); err != nil {
			return err
		}
		if len(a.Entities) != 1 {
			return fmt.Errorf("%d entities", len(a.Entities))
		}
		number = a.Entities[0][field]
		return nil
	})
	return number, err
}
