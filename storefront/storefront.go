// Package storefront is the built storefront of the sample shop, and serves it: a page that names the shell and all
// fragments, and their files.
//
// dist/ is built of the folders beside it by `make storefront`, which needs Node.
package storefront

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"slices"
)

//go:embed dist
var dist embed.FS

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Base is the path the storefront is at.
const Base = "/shop"

// Where people come back to who have signed in, or out, at an OpenID provider.
const (
	SignedInPath  = Base + "/signed-in"
	SignedOutPath = Base + "/signed-out"
)

// Person is somebody whom one may be without a password.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Operator bool   `json:"operator"`
}

// SignIn is the OpenID provider at which people sign in. Its paths are at the page's own origin, since scripts may ask
// nobody else, and its refresh tokens in a cookie.
type SignIn struct {
	// Issuer and Client are the provider's name, and that of the storefront there.
	Issuer string `json:"issuer"`
	Client string `json:"client"`
	// Authorize, Token and EndSession are the paths of its endpoints.
	Authorize  string `json:"authorize"`
	Token      string `json:"token"`
	EndSession string `json:"endSession"`
}

// Options are what a storefront is served with.
type Options struct {
	// Files has a folder with a manifest.json for each package; nil means what was built in. It is read with every
	// page, so that a fragment that is deployed alone is there with the next one.
	Files fs.FS
	// Endpoint is the path of the GraphQL endpoint.
	Endpoint string
	// SignIn is where people sign in; nil when nobody can.
	SignIn *SignIn
	// People are whom one may be without a password; for development only.
	People []Person
}

// Built is the storefront that was built in.
func Built() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil { // the name is a valid one
		panic(err)
	}
	return files
}

// Manifest is what a package says of itself.
type Manifest struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Sources is the hash of what it was built from.
	Sources string            `json:"sources"`
	Files   map[string]string `json:"files"`
}

// Operations is the manifest of persisted documents: every operation that the storefront sends, by its id.
func Operations(files fs.FS) ([]byte, error) {
	return fs.ReadFile(files, "persisted-query-manifest.json")
}

// Manifests are those of all packages that are there. Folders without one that can be read are left out: a fragment
// that is broken costs its own place only.
func Manifests(files fs.FS) (map[string]Manifest, error) {
	folders, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	found := map[string]Manifest{}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		text, err := fs.ReadFile(files, folder.Name()+"/manifest.json")
		var m Manifest
		if err == nil && json.Unmarshal(text, &m) == nil && m.Name == folder.Name() {
			found[m.Name] = m
		}
	}
	return found, nil
}

// page renders the page, and the policy that lets it do what it has to.
func (o *Options) page() (page []byte, policy string, err error) {
	packages, err := Manifests(o.Files)
	if err != nil {
		return nil, "", err
	}
	operations, err := o.operationIDs()
	if err != nil {
		return nil, "", err
	}
	shell := packages["shell"]
	if shell.Files["shell"] == "" {
		return nil, "", fmt.Errorf("the storefront has no shell; build it with make storefront")
	}
	imports, versions := map[string]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		p := packages[name]
		switch name {
		case "shell":
		case "parts":
			imports["lit"], imports["@shop/parts"] = address(p, "lit"), address(p, "parts")
		default:
			imports["@shop/"+name], versions[name] = address(p, name), p.Version
		}
	}
	people := o.People
	if people == nil {
		people = []Person{}
	}
	setup := map[string]any{
		"endpoint": o.Endpoint, "operations": operations, "fragments": versions, "people": people, "signIn": nil,
	}
	if o.SignIn != nil {
		setup["signIn"] = struct {
			SignIn
			Back string `json:"back"`
			Out  string `json:"out"`
		}{*o.SignIn, SignedInPath, SignedOutPath}
	}
	// Both are JSON: what could end a script element is escaped.
	importMap, err := json.Marshal(map[string]any{"imports": imports})
	if err != nil {
		return nil, "", err
	}
	setupText, err := json.Marshal(setup)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	err = pageTemplate.Execute(&b, map[string]any{
		"Base": Base, "Style": address(shell, "shop"), "Icon": address(shell, "icon"), "Script": address(shell, "shell"),
		"Preload":   []string{imports["lit"], imports["@shop/parts"]},
		"ImportMap": template.HTML(`<script type="importmap">` + string(importMap) + `</script>`),
		"Setup":     template.JS(setupText),
	})
	// An import map stands in the page, for browsers know no other place; its hash lets this one pass, and nothing
	// else.
	sum := sha256.Sum256(importMap)
	policy = "default-src 'none'; script-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; " +
		"style-src 'self'; " +
		"img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	return b.Bytes(), policy, err
}

// address is where a file of a package is.
func address(p Manifest, file string) string { return Base + "/assets/" + p.Name + "/" + p.Files[file] }

// operationIDs are the ids of the operations that pages send, by name.
func (o *Options) operationIDs() (map[string]string, error) {
	text, err := Operations(o.Files)
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Operations []struct{ ID, Name, Type string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("persisted-query-manifest.json: %w", err)
	}
	ids := map[string]string{}
	for _, op := range manifest.Operations {
		if op.Type == "query" {
			ids[op.Name] = op.ID
		}
	}
	return ids, nil
}

// Handler serves the storefront at Base and everything below.
func (o Options) Handler() http.Handler {
	if o.Files == nil {
		o.Files = Built()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Base, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, Base+"/", http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET "+Base+"/assets/{package}/{file}", o.serveFile)
	mux.HandleFunc("GET "+Base+"/", o.servePage)
	return mux
}

// servePage answers with the page, whatever the address below Base: the shell reads it.
func (o *Options) servePage(w http.ResponseWriter, _ *http.Request) {
	page, policy, err := o.page()
	h := w.Header()
	secure(h)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(page)
}

// secure sets the headers that keep other sites from framing, sniffing or opening what is served.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
