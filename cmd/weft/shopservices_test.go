package main

import (
	"errors"
	"path/filepath"
	"testing"
)

// TestTheShopWorksWithoutAService kills a service while somebody shops, and starts it again.
func TestTheShopWorksWithoutAService(t *testing.T) {
	address := freeAddress(t)
	data := filepath.Join(t.TempDir(), "reviews")
	run := func() *process {
		t.Helper()
		reviews := start(t, nil, binary, "subgraph", "reviews", "--listen", address, "--data-dir", data)
		reviews.awaitReady(t, "http://"+address+"/readyz")
		return reviews
	}
	reviews := run()
	dev, url := startShop(t, "--subgraph", "reviews=http://"+address+"/graphql", "--no-cache")
	v := visit(t, url, "/shop/p/p67")
	v.sees("What people say")
	v.await("reviews are there", `find('.list h3')`)

	if err := reviews.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-reviews.ended
	v.goTo("/shop/")
	v.sees("300 products")
	v.press(".item", "Loom Rattan Planter")
	v.sees("Reviews cannot be shown at the moment.")
	v.sees("the next working day")
	v.accessible("product without reviews")
	v.press("button", "Add to cart")
	v.await("the cart has a piece", `document.getElementById('pieces').innerText === '1'`)
	v.press("nav a", "Cart")
	v.sees("Sign in to order")
	v.goTo("/shop/p/p67")
	v.sees("Reviews cannot be shown at the moment.")

	run()
	eventually(t, "the reviews are there again", func() error {
		var again bool
		v.eval(`(b => (b?.click(), !b && !!find('.list h3')))(find('button', 'Try again'))`, &again)
		if !again {
			return errors.New("they are not")
		}
		return nil
	})
	v.quiet()
	dev.stop(t)
}
