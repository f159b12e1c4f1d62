package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// operationsSent is how many operations a page has sent over HTTP.
const operationsSent = `performance.getEntriesByType('resource').filter(e => e.name.endsWith('/graphql')).length`

// startShop runs weft dev. The router runs nothing but the storefront's own documents, and these by their ids only.
func startShop(t *testing.T, args ...string) (dev *process, url string) {
	t.Helper()
	address := freeAddress(t)
	return startShopAt(t, address, args...), "http://" + address
}

func startShopAt(t *testing.T, address string, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "weft.yaml")
	if err := os.WriteFile(config, []byte("persisted: {documents: {mode: ids}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"dev", "--listen", address, "--data-dir", filepath.Join(dir, "data"), "--config", config}, args...)
	dev := start(t, nil, binary, args...)
	dev.awaitReady(t, "http://"+address+"/readyz")
	return dev
}

// TestSomebodyBuysInTheShop goes through the storefront as people would, one who buys and one who runs the shop, each
// in a browser of their own.
func TestSomebodyBuysInTheShop(t *testing.T) {
	dev, url := startShop(t)
	buyer := visit(t, url, "/shop/")

	// The first page: one round trip, few bytes, nothing jumps.
	buyer.sees("300 products")
	if n := buyer.number(operationsSent); n != 1 {
		t.Errorf("the first page has sent %v operations", n)
	}
	script := buyer.number(`performance.getEntriesByType('resource').filter(e => e.name.endsWith('.js'))
		.reduce((sum, e) => sum + e.encodedBodySize, 0)`)
	if script == 0 || script > 120<<10 {
		t.Errorf("the first page has %v bytes of JavaScript, compressed", script)
	}
	t.Logf("first page: %v bytes of JavaScript", script)
	buyer.still("the first page")
	buyer.quick("/shop/")
	buyer.accessible("catalog")

	// Search, and filter what was found.
	buyer.fills("Search the shop", "lamp")
	buyer.key("Enter", 13)
	buyer.sees("Everything in Lamps")
	buyer.press("input[name=is]", "Oak")
	buyer.await("only oak is left", `location.search.includes('Oak') && find('h2', '2 products')`)
	buyer.accessible("search")
	buyer.press("button", "remove this filter")
	buyer.press("a", "Everything in Lamps")
	buyer.sees("25 products")
	buyer.eval(`(s => { s.value = 'PRICE_ASC'; s.dispatchEvent(new Event('change')) })(find('select', 'Sort by'))`, nil)
	buyer.await("the cheapest comes first", `location.search.includes('PRICE_ASC')`)
	buyer.settled()
	buyer.await("prices rise", `(p => p.length > 9 && p.every((n, i) => !i || p[i - 1] <= n))(
		[...everywhere()].filter(e => e.matches('.item .price')).map(e => Number(e.innerText.replace(/[^0-9]/g, ''))))`)
	buyer.press(".item", "")
	buyer.sees("What people say")
	buyer.settled()

	// A product: what is slow comes later, in the same answer.
	buyer.goTo("/shop/p/p67")
	buyer.sees("Loom Rattan Planter")
	buyer.sees("the next working day")
	buyer.await("reviews are there", `find('.list h3')`)
	buyer.await("others of the shelf are there", `find('.related a')`)
	buyer.still("a product")
	buyer.quick("/shop/p/p67")
	buyer.accessible("product")
	buyer.press("button", "One more")
	buyer.press("button", "Add to cart")
	buyer.await("the cart has two pieces", `document.getElementById('pieces').innerText === '2'`)

	// The cart of a guest. What is clicked shows at once, and stays.
	buyer.press("nav a", "Cart")
	buyer.sees("2 pieces")
	buyer.press("button", "One more")
	buyer.sees("3 pieces")
	buyer.press("button", "One less")
	buyer.sees("2 pieces")
	buyer.goTo("/shop/cart")
	buyer.sees("2 pieces")
	buyer.still("the cart")
	buyer.accessible("cart")

	// Whoever runs the shop looks at the same product, and will see that pieces are set aside.
	operator := visit(t, url, "/shop/account")
	operator.press("button", "who runs the shop")
	operator.await("the desk is offered", `find('#desk')`)
	operator.goTo("/shop/p/p67")
	operator.sees("in stock")
	const left = `Number(/(\d+) in stock/.exec(find('.stock')?.innerText ?? '')?.[1])`
	pieces := operator.number(left)

	// An account; the guest's cart comes along.
	buyer.press("a", "Sign in to order")
	buyer.accessible("account of a guest")
	buyer.press("button", "Open an account")
	buyer.await("the page of accounts is there", `location.pathname === '/oauth/authorize'`)
	buyer.fills("Name", "Grace Murray")
	buyer.fills("E-mail", "grace@example.com")
	buyer.fills("Password", "password1234")
	buyer.press("form button", "Open an account")
	buyer.await("a bad password is told at its field", `find('#password[aria-invalid=true]')`)
	buyer.accessible("sign-up")
	buyer.fills("Password", "compilers are fun")
	buyer.press("form button", "Open an account")
	buyer.sees("Where shall it go?")
	buyer.sees("2 pieces")
	buyer.await("the bar knows her", `document.getElementById('who').innerText === 'Grace'`)
	buyer.accessible("checkout")

	// A payment that is refused, and one that is not.
	order := func(way string) {
		buyer.fills("Street and number", "Main Street 1")
		buyer.fills("Postal code", "10115")
		buyer.fills("City", "Berlin")
		buyer.fills("Country", "DE")
		buyer.press("label", way)
		buyer.press("button", "Order and pay")
	}
	order("A card that is declined")
	buyer.sees("This order came to nothing.")
	buyer.accessible("refused order")
	buyer.goTo("/shop/p/p67")
	buyer.press("button", "Add to cart")
	buyer.await("the cart has a piece", `document.getElementById('pieces').innerText === '1'`)
	buyer.press("nav a", "Cart")
	order("Card")
	buyer.sees("Thank you.")
	buyer.sees("It is yours, and waits to be sent.")
	buyer.accessible("order")
	asked := buyer.number(operationsSent)

	// Whoever runs the shop sends it; the buyer watches.
	operator.await("a piece less is in stock", fmt.Sprintf(`%s === %v`, left, pieces-1))
	operator.press("nav a", "Desk")
	operator.press("button[data-act=ship]", "Loom Rattan Planter of Grace Murray")
	buyer.sees("It has left the warehouse.")
	operator.press("button[data-act=deliver]", "Loom Rattan Planter of Grace Murray")
	buyer.sees("It has arrived.")
	if n := buyer.number(operationsSent); n != asked {
		t.Errorf("the order's page has asked %v times to follow the order, not been told", n-asked)
	}

	// The buyer says what she thinks of it, and sees that she is believed.
	buyer.press(".lines a", "Loom Rattan Planter")
	buyer.press("button", "Write a review")
	buyer.press("button", "Publish") // the browser asks for what is missing
	buyer.press(`.rate label:has([value="4"])`, "")
	buyer.fills("Headline", "The fern likes it")
	buyer.fills("Your experience", "It stands where the old one fell over.")
	buyer.chooses("Pictures", pictureFile(t))
	buyer.fills("What picture 1 shows", "A fern before a green wall")
	buyer.accessible("review to be")
	operator.goTo("/shop/p/p67")
	operator.sees("6 reviews")
	buyer.press("button", "Publish")
	buyer.await("her review is there", `find('.own h3', 'The fern likes it')`)
	picture := buyer.seesPicture(`.own img[alt="A fern before a green wall"]`)
	operator.sees("7 reviews")
	if seen := operator.seesPicture(".list img"); seen != picture {
		t.Errorf("the operator sees %s, the buyer %s", seen, picture)
	}
	buyer.accessible("own review")

	// Its rules are not everybody's.
	operator.goTo("/shop/desk")
	operator.accessible("desk")
	operator.still("the desk")
	operator.press("button", "Hide “The fern likes it”")
	operator.sees("Hidden")
	buyer.goTo("/shop/p/p67")
	buyer.sees("Hidden by the shop")
	isThere := func(want int) { // what an operator does shows at once, and is done a moment later
		t.Helper()
		eventually(t, fmt.Sprintf("the picture is answered with %d", want), func() error {
			response, err := http.Get(picture)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode != want {
				return errors.New(response.Status)
			}
			return nil
		})
	}
	isThere(http.StatusNotFound)
	operator.press("button", "Show “The fern likes it”")
	operator.await("it is shown", `find('button', 'Hide “The fern likes it”')`)
	isThere(http.StatusOK)
	operator.goTo("/shop/p/p67")
	operator.seesPicture(".list img")
	operator.press("button", "Remove picture 1")
	operator.sees("The picture is gone.")
	operator.await("it is", `!find('.list img')`)
	isThere(http.StatusNotFound)

	// Her tokens are where no script finds them that is not the shop's: a page makes new ones.
	var kept string
	buyer.eval(`document.cookie + JSON.stringify({...localStorage, ...sessionStorage})`, &kept)
	if kept != `{"shop.signed-in":"true"}` {
		t.Errorf("the browser keeps %s", kept)
	}
	buyer.goTo("/shop/account")
	buyer.sees("Delivered")
	buyer.still("the account")
	buyer.accessible("account")
	buyer.press("button", "Sign out")
	buyer.sees("You are signed out.")
	buyer.sees("Sign in to order, to see")
	buyer.goTo("/shop/account")
	buyer.sees("Sign in to order, to see")
	buyer.press("button", "Sign in")
	buyer.await("the page of accounts is there", `location.pathname === '/oauth/authorize' && find('h1', 'Welcome back')`)
	buyer.accessible("sign-in")
	buyer.press("button", "Not now")
	buyer.sees("You are not signed in.")
	buyer.press("button", "Sign in")
	buyer.fills("E-mail", "grace@example.com")
	buyer.fills("Password", "compilers are fun")
	buyer.press("form button", "Sign in")
	buyer.sees("Grace Murray")
	buyer.goTo("/shop/nowhere")
	buyer.sees("This page does not exist.")
	buyer.accessible("no page")
	buyer.quiet()
	operator.quiet()
	dev.stop(t)
}

// pictureFile is a picture as a person might have one.
func pictureFile(t *testing.T) string {
	t.Helper()
	wall := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for y := range 900 {
		for x := range 1200 {
			shade := color.RGBA{uint8(120 + x/20), uint8(150 + y/12), 130, 255}
			if d := (x-600)*(x-600) + (y-500)*(y-500); d < 200*200 && (x/30+y/30)%2 == 0 {
				shade = color.RGBA{30, 90, 50, 255}
			}
			wall.SetRGBA(x, y, shade)
		}
	}
	path := filepath.Join(t.TempDir(), "fern.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, wall), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheShopFitsAPhone loads each page on a phone: nothing stands out, and nothing moves.
func TestTheShopFitsAPhone(t *testing.T) {
	dev, url := startShop(t)
	v := visit(t, url, "/shop/account")
	v.press("button", "who runs the shop")
	v.await("she is in", `find('.head h1', 'Ada Novak')`)
	v.looks("dark", 360, 740)
	for _, path := range []string{
		"/shop/", "/shop/?category=rugs&is=Material%3AWool", "/shop/p/p67", "/shop/cart", "/shop/account", "/shop/desk", "/shop/nowhere",
	} {
		v.goTo(path)
		v.still(path)
		if wide := v.number("document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("%s is %v pixels wide", path, wide)
		}
		v.quick(path)
	}
	v.quiet()
	dev.stop(t)
}

// TestTheShopNeedsNoMouse puts something into the cart with the keyboard alone.
func TestTheShopNeedsNoMouse(t *testing.T) {
	dev, url := startShop(t)
	v := visit(t, url, "/shop/p/p12")
	const focused = `(e => { while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return nameOf(e) })(
		document.activeElement)`
	reach := func(name string) {
		t.Helper()
		for range 40 {
			v.key("Tab", 9)
			var now string
			if v.eval(focused, &now); now == name {
				return
			}
		}
		t.Fatalf("%s cannot be reached with the key Tab", name)
	}
	reach("Skip to the content")
	v.key("Enter", 13)
	v.await("the content has the keyboard", `document.activeElement.id === 'page'`)
	reach("One more")
	v.key("Enter", 13)
	reach("Add to cart")
	v.key("Enter", 13)
	v.await("two pieces are in the cart", `document.getElementById('pieces').innerText === '2'`)
	v.quiet()
	dev.stop(t)
}
