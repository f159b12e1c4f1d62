package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
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

// kill ends a service without asking it.
func (s *outsideShop) kill(t *testing.T, name string) {
	t.Helper()
	if err := s.services[name].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.services[name].ended
}

// startAgain starts a service that was killed.
func (s *outsideShop) startAgain(t *testing.T, name string) {
	t.Helper()
	killed := s.services[name]
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

// command is what somebody wants to become of a service.
type command struct {
	what, service string
	done          chan struct{}
}

// takeCommands serves commands over HTTP, as POST /kill/NAME and /start/NAME. Each is answered once it is done.
func takeCommands(t *testing.T) (url string, commands <-chan command) {
	t.Helper()
	taken := make(chan command)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what, service, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		c := command{what, service, make(chan struct{})}
		select {
		case taken <- c:
			<-c.done
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, taken
}

// TestTheShopOutlivesEachService buys something while every service is killed once on the way. Each costs what it knows
// and nothing else, the page says so, and when it is back the purchase goes on.
func TestTheShopOutlivesEachService(t *testing.T) {
	s := startOutsideShop(t)
	s.hireOperator(t, "olive@example.com", "who runs this shop")
	url, commands := takeCommands(t)
	people := playwright(t, s.url, []string{"SHOP_SERVICES=" + url}, "outliving")
	var killed []string
	for going := true; going; {
		select {
		case c := <-commands:
			if s.services[c.service] == nil {
				t.Errorf("there is no service %s", c.service)
			} else if c.what == "kill" {
				s.kill(t, c.service)
				killed = append(killed, c.service)
			} else {
				s.startAgain(t, c.service)
			}
			close(c.done)
		case <-people.ended:
			going = false
		}
	}
	people.passes(t)
	slices.Sort(killed)
	if !slices.Equal(killed, subgraphs.Names()) {
		t.Errorf("killed were %q", killed)
	}
	s.dev.stop(t)
}
