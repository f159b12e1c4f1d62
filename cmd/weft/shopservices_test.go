package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/schema/bus/natstest"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/storefront"
	"github.com/weft-graphql/weft/subgraphs"
)

// outsideShop is weft dev whose services are all processes of their own, beside a NATS server.
type outsideShop struct {
	url string
	dev *process
	// key is what the router signs with.
	key      *wire.IdentityKey
	services map[string]*process
}

// operatorSecret makes an operator of whoever knows it.
const operatorSecret = "sesame opens the desk"

func startOutsideShop(t *testing.T) *outsideShop {
	t.Helper()
	nats, address, dir := natstest.Start(t), freeAddress(t), t.TempDir()
	s := &outsideShop{url: "http://" + address, services: map[string]*process{}}
	var private, public string
	s.key, private, public = identityFiles(t)
	clients := writeText(t, filepath.Join(dir, "clients.json"), fmt.Sprintf(`[{"id": %q, "name": "Heddle", "refresh_cookie": true,
		"redirect_uris": [%q], "post_logout_redirect_uris": [%q]}]`,
		shopClient, s.url+storefront.SignedInPath, s.url+storefront.SignedOutPath))
	args := []string{"--no-cache", "--identity-key", private, "--events-url", nats.URL()}
	for _, name := range subgraphs.Names() {
		at := freeAddress(t)
		s.services[name] = start(t, nil, binary, "subgraph", name, "--listen", at, "--data-dir", filepath.Join(dir, "data"),
			"--identity-keys", public, "--events-url", nats.URL(), "--issuer", s.url, "--sign-in-clients", clients,
			"--operator-secret", operatorSecret)
		args = append(args, "--subgraph", name+"=http://"+at+"/graphql")
	}
	for _, service := range s.services {
		service.awaitReady(t, "http://"+listenOf(service)+"/readyz")
	}
	s.dev = startShopAt(t, address, args...)
	return s
}

// without kills a service, has somebody do something meanwhile, and starts it again.
func (s *outsideShop) without(t *testing.T, name string, f func()) {
	t.Helper()
	killed := s.services[name]
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed.ended
	f()
	s.services[name] = start(t, nil, killed.cmd.Args[0], killed.cmd.Args[1:]...)
	s.services[name].awaitReady(t, "http://"+listenOf(killed)+"/readyz")
}

// hireOperator opens an account with a password at accounts, and makes it an operator's.
func (s *outsideShop) hireOperator(t *testing.T, email, password string) {
	t.Helper()
	url := "http://" + listenOf(s.services["accounts"]) + "/graphql"
	made := askSigned(t, s.key, "accounts", url, wire.Identity{}, fmt.Sprintf(`mutation { signUp(input: {name: "Olive Pereira",
		email: %q, password: %q}) { session { user { id } } userErrors { message } } }`, email, password))
	id := told(t, made, "id")
	became := askSigned(t, s.key, "accounts", url, wire.Identity{Subject: id}, fmt.Sprintf(
		`mutation { becomeOperator(input: {secret: %q}) { user { roles } userErrors { message } } }`, operatorSecret))
	if !strings.Contains(became, "OPERATOR") {
		t.Fatalf("she is not an operator: %s", became)
	}
}

// again presses "Try again", whenever it is offered and nothing is on its way, until a text is to be seen.
func (v *visitor) again(text string) {
	v.t.Helper()
	eventually(v.t, "one sees again: "+text, func() error {
		var seen bool
		v.eval(fmt.Sprintf(`seen(%q) || (find('[aria-busy]') || find('button', 'Try again')?.click(), false)`, text), &seen)
		if !seen {
			return errors.New("one does not")
		}
		return nil
	})
	v.settled()
}

// TestTheShopOutlivesEachService buys something while every service is killed once on the way. Each costs what it knows
// and nothing else, the page says so, and when it is back the purchase goes on.
func TestTheShopOutlivesEachService(t *testing.T) {
	s := startOutsideShop(t)
	s.hireOperator(t, "olive@example.com", "who runs this shop")
	v := visit(t, s.url, "/shop/")
	v.sees("300 products")

	// Looking around. What there is to buy is catalog's business; the rest of the shop is there without it.
	s.without(t, "catalog", func() {
		v.goTo("/shop/?category=planters")
		v.sees("Products cannot be shown at the moment.")
		v.accessible("shop without catalog")
		v.press("nav a", "Cart")
		v.sees("There is nothing in it yet.")
		v.goTo("/shop/?q=rattan")
		v.sees("Products cannot be shown at the moment.")
	})
	v.again("Loom Rattan Planter")
	v.press(".item", "Loom Rattan Planter")
	v.sees("What people say")

	// A product without what people say of it.
	s.without(t, "reviews", func() {
		v.goTo("/shop/p/p67")
		v.sees("Reviews cannot be shown at the moment.")
		v.sees("the next working day")
		v.accessible("product without reviews")
		v.press("button", "Add to cart")
		v.await("the cart has a piece", `document.getElementById('pieces').innerText === '1'`)
	})
	v.again("6 reviews")

	// Signing in.
	s.without(t, "accounts", func() {
		v.press("nav a", "Cart")
		v.sees("1 piece")
		v.press("a", "Sign in to order")
		v.press("button", "Open an account")
		v.sees("Nobody can sign in at the moment.")
		v.accessible("account without accounts")
		v.press("nav a", "Cart")
		v.sees("Loom Rattan Planter")
	})
	v.press("a", "Sign in to order")
	v.press("button", "Open an account")
	v.await("the page of accounts is there", `location.pathname === '/oauth/authorize'`)
	v.fills("Name", "Grace Murray")
	v.fills("E-mail", "grace@example.com")
	v.fills("Password", "compilers are fun")
	v.press("form button", "Open an account")
	v.sees("Where shall it go?")

	// Ordering while nobody can say whether there is enough: the order waits, and comes about alone.
	s.without(t, "inventory", func() {
		v.goTo("/shop/p/p67")
		v.sees("We do not know at the moment whether it is in stock")
		v.accessible("product without inventory")
		v.press("nav a", "Cart")
		v.fills("Street and number", "Main Street 1")
		v.fills("Postal code", "10115")
		v.fills("City", "Berlin")
		v.fills("Country", "DE")
		v.press("button", "Order and pay")
		v.sees("Thank you.")
		v.keepScreenshot("order-without-inventory.png") // and no more: orders waits a minute for an answer
	})
	v.sees("It is yours, and waits to be sent.")
	var order string
	v.eval("location.pathname", &order)

	// Whoever runs the shop does without a watch over it.
	operator := visit(t, s.url, "/shop/account?then=/desk")
	operator.press("button", "Sign in")
	operator.fills("E-mail", "olive@example.com")
	operator.fills("Password", "who runs this shop")
	operator.press("form button", "Sign in")
	operator.sees("All is as it always is.")
	s.without(t, "insights", func() {
		operator.goTo("/shop/desk")
		operator.sees("What is unusual cannot be shown at the moment.")
		operator.accessible("desk without insights")
	})
	operator.again("All is as it always is.")

	// Orders is away while one waits for the parcel; what has happened meanwhile is seen without loading the page again.
	s.without(t, "orders", func() {
		v.sees("It is yours, and waits to be sent.")
		other := visit(t, s.url, "/shop/cart")
		other.sees("The cart cannot be shown at the moment.")
		other.accessible("cart without orders")
		other.goTo("/shop/p/p67")
		other.sees("6 reviews")
		other.quiet()
	})
	operator.goTo("/shop/desk")
	operator.again("Loom Rattan Planter")
	operator.press("button[data-act=ship]", "Loom Rattan Planter of Grace Murray")
	v.sees("It has left the warehouse.")
	operator.press("button[data-act=deliver]", "Loom Rattan Planter of Grace Murray")
	v.sees("It has arrived.")
	v.goTo(order)
	v.sees("It has arrived.")

	// The browser's own words are of the provider that was away, and of nothing else.
	for _, line := range v.console {
		var entry struct {
			Entry struct{ URL, Text string }
		}
		_, text, _ := strings.Cut(line, " ")
		if err := json.Unmarshal([]byte(text), &entry); err != nil || !strings.HasPrefix(entry.Entry.URL, s.url+"/oauth/") ||
			!strings.Contains(entry.Entry.Text, "502") {
			t.Errorf("the browser complains: %s", line)
		}
	}
	operator.quiet()
	s.dev.stop(t)
}
