package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/headers"
	"github.com/weft-graphql/weft/router/modules/persisted"
	"github.com/weft-graphql/weft/router/modules/uploads"
	"github.com/weft-graphql/weft/schema/wire"
	"github.com/weft-graphql/weft/storefront"
	"github.com/weft-graphql/weft/subgraphs/accounts/openid"
	"github.com/weft-graphql/weft/subgraphs/reviews"
)

// asHeader says in weft dev who sends a request that has no token: the person of --as, or nobody. The storefront's
// visitors are nobody until they sign in; whoever sends nothing is the person of --as.
const asHeader = "Weft-As"

// shopFiles are the storefront's files: those of --storefront, or what was built in.
func (d *devProcess) shopFiles() fs.FS {
	if d.command.Storefront != "" {
		return os.DirFS(d.command.Storefront)
	}
	return storefront.Built()
}

// serveShop makes the handler of the storefront, which asks the GraphQL endpoint at a path.
func (d *devProcess) serveShop(endpoint string) http.Handler {
	var people []storefront.Person
	if d.person != "" {
		people = append(people, storefront.Person{ID: d.command.As, Name: d.person, Operator: true})
	}
	options := storefront.Options{Files: d.shopFiles(), Endpoint: endpoint, People: people}
	if d.signsIn() {
		options.SignIn = &storefront.SignIn{
			Issuer: d.url, Client: shopClient,
			Authorize: openid.AuthorizePath, Token: openid.TokenPath, EndSession: openid.EndSessionPath,
		}
	}
	return options.Handler()
}

// isShop tells whether a path is the storefront's.
func isShop(path string) bool {
	return path == storefront.Base || strings.HasPrefix(path, storefront.Base+"/")
}

// assume is who is behind a request that comes from nobody in particular, to a service past the router.
func (d *devProcess) assume(r *http.Request) wire.Identity { return d.assumedOf(r.Header) }

// assumedOf is who is behind a request with such headers that proves nothing.
func (d *devProcess) assumedOf(header http.Header) wire.Identity {
	if as := header.Get(asHeader); as != "" && as != d.command.As {
		return wire.Identity{}
	}
	return wire.Identity{Subject: d.command.As, Roles: []string{"merchant", "operator"}}
}

// knowShop has the router pass on who the storefront's visitors are, keep their answers apart, and know the documents
// that it sends by their ids.
func (d *devProcess) knowShop(c *config.Config) {
	rules := modules.In[*headers.Headers](c, headers.Info)
	rules.All.Rules = append(rules.All.Rules, headers.HeaderRule{Propagate: asHeader})
	c.Caller.Headers = append(c.Caller.Headers, asHeader)
	c.Subscription.WebSocket.InitHeaders = append(c.Subscription.WebSocket.InitHeaders, asHeader)
	// Reviews have pictures, unless another service has the name.
	if files := modules.In[*uploads.Uploads](c, uploads.Info); files.MaxFiles == 0 && d.has("reviews") && d.takesFiles {
		files.MaxFiles, files.MaxFileBytes = reviews.MaxPictures, reviews.MaxPictureBytes
	}
	if d.operations != "" {
		documents := &modules.In[*persisted.Persisted](c, persisted.Info).Documents
		documents.Manifests = append(documents.Manifests, d.operations)
	}
}

// writeOperations puts the manifest of the storefront's documents where the router can read it.
func (d *devProcess) writeOperations() error {
	text, err := storefront.Operations(d.shopFiles())
	if err != nil {
		return fmt.Errorf("--storefront: %w", err)
	}
	if d.command.Storefront != "" {
		d.operations = filepath.Join(d.command.Storefront, "persisted-query-manifest.json")
		return nil
	}
	d.operations = filepath.Join(d.command.DataDir, "shop-operations.json")
	if err := os.WriteFile(d.operations, text, 0o600); err != nil {
		return config.ExplainFile(d.operations, err)
	}
	return nil
}
