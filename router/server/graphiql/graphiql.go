// Package graphiql is the playground: GraphiQL with its documentation explorer, a query builder and a panel that shows
// the query plan, bundled and embedded, so that it needs no network but the router's own.
//
// The bundle in dist/ is built from src/ by `go generate` in this folder, which needs Node and npm.
package graphiql

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

//go:generate npm install --no-package-lock --no-audit --no-fund
//go:generate npm run build

//go:embed dist/playground.js.gz dist/playground.css.gz dist/icon.svg.gz
var dist embed.FS

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// AssetPrefix is the path below which the page's script, style sheet and icon are served.
const AssetPrefix = "/_playground/"

// graphPath is where Options.Graph is served.
const graphPath = AssetPrefix + "graph.json"

// contentSecurityPolicy allows the page nothing but its own script and style sheet, the fonts and images inside them,
// and calls to the origin it came from. Inline styles stay allowed because the editor positions its lines with them.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Options are what a page is made for.
type Options struct {
	// Endpoint is the path of the GraphQL endpoint the page talks to.
	Endpoint string
	// Path is where the page is, for links to it; "/" when empty.
	Path string
	// Title is shown in the window's title and above the editor; "Weft" when empty.
	Title string
	// DefaultQuery stands in the editor on a first visit; a short explanation of GraphiQL when empty.
	DefaultQuery string
	// Tour is a document whose operations the playground shows as steps, to be run one after the other; none when empty.
	// The comment above each has its title and a text; its variables take their values from fields with the same name
	// in answers before.
	Tour string
	// Graph is what is shown of the graph beside its schema, as JSON: {"types": [{"name", "keys": [{"subgraph",
	// "fields"}], "fields": [{"name", "type", "in": [{"subgraph", "requires", "label"}]}]}], "headers": [names]}.
	Graph []byte
}

// Playground serves the page and its assets.
type Playground struct {
	page   []byte
	graph  []byte
	assets map[string]asset
}

type asset struct {
	contentType    string
	packed         []byte
	packedLen, tag string
}

// New renders the page.
func New(opts Options) (*Playground, error) {
	if opts.Title == "" {
		opts.Title = "Weft"
	}
	if opts.Path == "" {
		opts.Path = "/"
	}
	p := &Playground{assets: map[string]asset{}, graph: opts.Graph}
	for name, contentType := range map[string]string{
		"playground.js":  "text/javascript; charset=utf-8",
		"playground.css": "text/css; charset=utf-8",
		"icon.svg":       "image/svg+xml",
	} {
		a, err := loadAsset(name, contentType)
		if err != nil {
			return nil, err
		}
		p.assets[AssetPrefix+name] = a
	}
	var page bytes.Buffer
	err := pageTemplate.Execute(&page, map[string]string{
		"Endpoint": opts.Endpoint, "Path": opts.Path, "Title": opts.Title, "DefaultQuery": opts.DefaultQuery,
		"Tour":   opts.Tour,
		"Script": p.versioned("playground.js"), "Style": p.versioned("playground.css"), "Icon": p.versioned("icon.svg"),
	})
	if err != nil {
		return nil, err
	}
	p.page = page.Bytes()
	return p, nil
}

func loadAsset(name, contentType string) (asset, error) {
	packed, err := dist.ReadFile("dist/" + name + ".gz")
	if err != nil {
		return asset{}, err
	}
	sum := sha256.Sum256(packed)
	return asset{
		contentType: contentType, packed: packed,
		packedLen: strconv.Itoa(len(packed)), tag: hex.EncodeToString(sum[:8]),
	}, nil
}

// versioned is an asset's address with its content's hash, so that browsers may keep it for ever.
func (p *Playground) versioned(name string) string {
	return AssetPrefix + name + "?v=" + p.assets[AssetPrefix+name].tag
}

// ServePage answers with the page.
func (p *Playground) ServePage(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	secure(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept")
	h.Set("Content-Length", strconv.Itoa(len(p.page)))
	_, _ = w.Write(p.page)
}

// ServeAsset answers a request for a path below AssetPrefix.
func (p *Playground) ServeAsset(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	secure(h)
	if r.URL.Path == graphPath && p.graph != nil {
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(p.graph) // the browser has gone; there is nobody to tell
		return
	}
	a, ok := p.assets[r.URL.Path]
	if !ok {
		http.Error(w, "no such file in the playground", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", `"`+a.tag+`"`)
	h.Add("Vary", "Accept-Encoding")
	if r.URL.Query().Get("v") == a.tag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), a.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", a.packedLen)
		_, _ = w.Write(a.packed)
		return
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(a.packed))
	if err != nil {
		http.Error(w, "the playground's file cannot be unpacked", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, unpacker)
}

// secure sets the headers that keep other sites from framing, sniffing or opening what is served.
func secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			quality = strings.TrimSpace(quality)
			return quality != "q=0" && quality != "q=0.0" && quality != "q=0.00" && quality != "q=0.000"
		}
	}
	return false
}
