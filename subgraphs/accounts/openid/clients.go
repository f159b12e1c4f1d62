package openid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"

	"github.com/weft-graphql/weft/subgraphs/accounts"
	"github.com/weft-graphql/weft/subgraphs/kit"
)

// Client is an application that people sign in to.
type Client = kit.SignInClient

// ReadClients reads a JSON list of clients.
func ReadClients(file string) ([]Client, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var clients []Client
	if err := decoder.Decode(&clients); err != nil {
		return nil, fmt.Errorf("%s must be a JSON list of clients: %w", file, err)
	}
	if _, err := byID(clients); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return clients, nil
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// byID checks clients.
func byID(list []Client) (map[string]*Client, error) {
	clients := map[string]*Client{}
	for i := range list {
		c := &list[i]
		switch {
		case !clientID.MatchString(c.ID):
			return nil, fmt.Errorf("client %d: id %q must have 1 to 64 letters, digits, dots, hyphens and underscores", i+1, c.ID)
		case c.ID == accounts.Audience:
			// An ID token is for its client: it would be good for access, too.
			return nil, fmt.Errorf("client %q: this is the audience of access tokens; take another id", c.ID)
		case clients[c.ID] != nil:
			return nil, fmt.Errorf("there are two clients %q", c.ID)
		case len(c.RedirectURIs) == 0:
			return nil, fmt.Errorf("client %q: redirect_uris must say where people are sent back to", c.ID)
		}
		for _, uri := range slices.Concat(c.RedirectURIs, c.PostLogoutRedirectURIs) {
			if err := checkRedirect(uri); err != nil {
				return nil, fmt.Errorf("client %q: %q: %w", c.ID, uri, err)
			}
		}
		if c.Name == "" {
			c.Name = c.ID
		}
		clients[c.ID] = c
	}
	return clients, nil
}

// appScheme is a scheme that an app may have registered on a phone: a domain name turned round (RFC 8252).
var appScheme = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)

func checkRedirect(text string) error {
	uri, err := url.Parse(text)
	switch {
	case err != nil:
		return err
	case uri.Fragment != "" || uri.RawFragment != "" || uri.User != nil || uri.Opaque != "":
		return fmt.Errorf("must be an address without user and fragment")
	case uri.Scheme == "https" && uri.Host != "":
	case uri.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, uri.Hostname()):
	case appScheme.MatchString(uri.Scheme):
	default:
		return fmt.Errorf("must begin with https://, http:// of this machine, or an app's scheme like com.example.shop:/")
	}
	return nil
}

// origins are where the pages of clients are.
func origins(clients map[string]*Client) []string {
	found := map[string]bool{"": true}
	for _, c := range clients {
		for _, text := range c.RedirectURIs {
			found[originOf(text)] = true
		}
	}
	delete(found, "")
	if len(found) == 0 {
		return []string{"null://"} // nobody: an empty list would be everybody
	}
	return slices.Sorted(maps.Keys(found))
}

// originOf is the origin of a page, or "" for an app's address.
func originOf(text string) string {
	uri, err := url.Parse(text)
	if err != nil || uri.Host == "" {
		return ""
	}
	return uri.Scheme + "://" + uri.Host
}
