package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// warehouse is where pieces are added, one of the samples'.
const warehouse = "ber1"

// product is one that is read and written: two numbers that grow by one with each write, of two services.
type product struct {
	upc          string
	stock, price *ledger

	mu      sync.Mutex // one writer of the price at a time
	version int64      // of the product in catalog, for expectedVersion
}

// traffic is what clients do, and what came of it.
type traffic struct {
	cluster  *cluster
	products []*product
	pause    time.Duration // after a failure

	reads, writes, failedReads, failedTries, unsure atomic.Int64

	mu sync.Mutex
	// wrong are answers that no router may give, the first ones.
	wrong []string
	// wrongs counts all of them.
	wrongs int
	// behind are the times by which reads lagged behind what was acknowledged by another router.
	behind []time.Duration
	// errors counts failures by the beginning of what they say.
	errors map[string]int
	// added are products that were put on sale, acknowledged.
	added []string
}

// newClient has connections of its own, as another computer would.
func newClient(url string, token func() (string, error)) *client {
	return &client{url: url, token: token, header: "Authorization", scheme: "Bearer ", http: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute},
	}}
}

const readQuery = `query Read($upc: ID!) { product(upc: $upc) { upc price version totalStock } }`

type readAnswer struct {
	Product *struct {
		Upc        string `json:"upc"`
		Price      *int64 `json:"price"`
		Version    *int64 `json:"version"`
		TotalStock *int64 `json:"totalStock"`
	} `json:"product"`
}

// complete tells whether everything is there that was asked for.
func (a *readAnswer) complete() error {
	if p := a.Product; p == nil || p.Price == nil || p.TotalStock == nil || p.Version == nil {
		return errors.New("something is null and there is no error")
	}
	return nil
}

// prepare reads what there is at the start.
func (l *traffic) prepare(ctx context.Context, count int) error {
	c := newClient(l.cluster.url, nil)
	for i := range count {
		upc := fmt.Sprintf("p%d", i+1)
		err := eventually(ctx, "product "+upc+" can be read", func(ctx context.Context) error {
			var a readAnswer
			if _, err := c.ask(ctx, readQuery, map[string]any{"upc": upc}, &a); err != nil {
				return err
			}
			if err := a.complete(); err != nil {
				return err
			}
			l.products = append(l.products, &product{
				upc: upc, version: *a.Product.Version,
				stock: newLedger("totalStock of "+upc, *a.Product.TotalStock), price: newLedger("price of "+upc, *a.Product.Price),
			})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// read reads one product after the other, until ctx ends.
func (l *traffic) read(ctx context.Context, random *rand.Rand) {
	c := newClient(l.cluster.url, nil)
	for ctx.Err() == nil {
		p := l.products[random.IntN(len(l.products))]
		stock, price := p.stock.begin(), p.price.begin()
		var a readAnswer
		router, err := c.ask(ctx, readQuery, map[string]any{"upc": p.upc}, &a)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			l.failedReads.Add(1)
			l.failed("read", err)
			wait(ctx, l.pause)
			continue
		}
		l.reads.Add(1)
		if err := a.complete(); err != nil || a.Product.Upc != p.upc {
			l.isWrong(fmt.Errorf("%s: asked for %s, got %+v: %w", router, p.upc, a.Product, err))
			continue
		}
		l.judge(p.stock, stock, router, *a.Product.TotalStock)
		l.judge(p.price, price, router, *a.Product.Price)
	}
}

func (l *traffic) judge(ledger *ledger, r reading, router string, shown int64) {
	behind, err := ledger.judge(r, router, shown)
	if err != nil {
		l.isWrong(err)
	}
	if behind > 0 {
		l.mu.Lock()
		l.behind = append(l.behind, behind)
		l.mu.Unlock()
	}
}

// write writes until ctx ends: pieces, prices, and new products now and then.
func (l *traffic) write(ctx context.Context, random *rand.Rand, name string) {
	c := newClient(l.cluster.url, l.cluster.merchant(audience))
	for n := 0; ctx.Err() == nil; n++ {
		p := l.products[random.IntN(len(l.products))]
		switch {
		case n%25 == 24:
			l.addProduct(ctx, c, fmt.Sprintf("SCALE-%s-%d", name, n))
		case n%5 == 4:
			l.changePrice(ctx, c, p)
		default:
			l.addPiece(ctx, c, p, fmt.Sprintf("scale-%s-%d", name, n))
		}
	}
}

const addPieceMutation = `mutation Add($upc: ID!, $warehouse: ID!, $key: ID!) {
  moveStock(input: {upc: $upc, warehouseId: $warehouse, idempotencyKey: $key, delta: 1}) {
    stock { product { upc totalStock } } userErrors { message code } } }`

// addPiece adds one piece, and asks again by the same name until somebody has said that it was done.
func (l *traffic) addPiece(ctx context.Context, c *client, p *product, key string) {
	p.stock.attempt()
	variables := map[string]any{"upc": p.upc, "warehouse": warehouse, "key": key}
	l.insist(ctx, func() error {
		var a struct {
			MoveStock struct {
				Stock *struct {
					Product *struct {
						TotalStock *int64 `json:"totalStock"`
					} `json:"product"`
				} `json:"stock"`
				UserErrors []userError `json:"userErrors"`
			} `json:"moveStock"`
		}
		router, err := c.ask(context.WithoutCancel(ctx), addPieceMutation, variables, &a)
		if err != nil {
			return err
		}
		s := a.MoveStock.Stock
		if s == nil || s.Product == nil || s.Product.TotalStock == nil {
			return fmt.Errorf("no stock, %v", a.MoveStock.UserErrors)
		}
		p.stock.ack(router, *s.Product.TotalStock)
		return nil
	})
}

const changePriceMutation = `mutation Price($upc: ID!, $version: Int!, $price: BigInt!) {
  changeProduct(input: {upc: $upc, expectedVersion: $version, price: {minor: $price, currency: EUR}}) {
    product { upc price version } userErrors { message code } } }`

type userError struct {
	Message string `json:"message"`
	Code    string `json:"code"`
}

// changePrice raises the price by one. expectedVersion makes it once at most, however often it is asked for: a conflict
// tells that a try of before was made after all, since nobody else changes this product now.
func (l *traffic) changePrice(ctx context.Context, c *client, p *product) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, least := p.price.bounds()
	p.price.attempt()
	price, tries := least+1, 0
	l.insist(ctx, func() error {
		tries++
		var a struct {
			ChangeProduct struct {
				Product *struct {
					Price   int64 `json:"price"`
					Version int64 `json:"version"`
				} `json:"product"`
				UserErrors []userError `json:"userErrors"`
			} `json:"changeProduct"`
		}
		router, err := c.ask(context.WithoutCancel(ctx), changePriceMutation,
			map[string]any{"upc": p.upc, "version": p.version, "price": price}, &a)
		if err != nil {
			return err
		}
		switch got := a.ChangeProduct; {
		case got.Product != nil && got.Product.Price == price && got.Product.Version == p.version+1:
			p.price.ack(router, price)
		case tries > 1 && len(got.UserErrors) > 0 && got.UserErrors[0].Code == "CONFLICT":
			p.price.ack("", price) // what was answered to the try that worked, nobody has heard
		default:
			err := fmt.Errorf("price of %s, try %d: %+v", p.upc, tries, got)
			l.isWrong(err)
			return err
		}
		p.version++
		return nil
	})
}

const addProductMutation = `mutation New($sku: ID!) {
  addProduct(input: {sku: $sku, name: "Scale", price: {minor: 100, currency: EUR}, weight: 100
    categoryId: "lamps", brandId: "lumiere"}) { product { upc } userErrors { field message code } } }`

// addProduct puts a product on sale, which inventory has to hear of. A try without an answer is left at that.
func (l *traffic) addProduct(ctx context.Context, c *client, sku string) {
	var a struct {
		AddProduct struct {
			Product *struct {
				Upc string `json:"upc"`
			} `json:"product"`
			UserErrors []userError `json:"userErrors"`
		} `json:"addProduct"`
	}
	_, err := c.ask(context.WithoutCancel(ctx), addProductMutation, map[string]any{"sku": sku}, &a)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		l.failedTries.Add(1)
		l.failed("write", err)
	case a.AddProduct.Product == nil:
		l.isWrong(fmt.Errorf("product %s was not added: %v", sku, a.AddProduct.UserErrors))
	default:
		l.writes.Add(1)
		l.mu.Lock()
		l.added = append(l.added, a.AddProduct.Product.Upc)
		l.mu.Unlock()
	}
}

// insist tries until there is no error or ctx has ended. A try that was sent is waited for.
func (l *traffic) insist(ctx context.Context, try func() error) {
	for {
		err := try()
		switch {
		case err == nil:
			l.writes.Add(1)
			return
		case ctx.Err() != nil:
			l.unsure.Add(1)
			return
		}
		l.failedTries.Add(1)
		l.failed("write", err)
		wait(ctx, l.pause)
	}
}

// forget lets a router begin anew that was killed.
func (l *traffic) forget(router string) {
	for _, p := range l.products {
		p.stock.forget(router)
		p.price.forget(router)
	}
}

// keptWrong and keptErrors bound what is remembered for the report.
const keptWrong, keptErrors = 10, 24

func (l *traffic) isWrong(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrongs++
	if len(l.wrong) < keptWrong {
		l.wrong = append(l.wrong, err.Error())
	}
}

func (l *traffic) failed(what string, err error) {
	kind := fmt.Sprintf("%s: %.110s", what, err)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.errors == nil {
		l.errors = map[string]int{}
	}
	if _, known := l.errors[kind]; !known && len(l.errors) == keptErrors {
		kind = what + ": others"
	}
	l.errors[kind]++
}

// kinds lists the failures, those first that came most often.
func (l *traffic) kinds() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedFunc(maps.Keys(l.errors), func(a, b string) int { return l.errors[b] - l.errors[a] })
}

// wait returns when d has passed or ctx has ended.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
