package openid

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// policy is the Content-Security-Policy of pages: one style sheet, by its hash, forms to this origin, and no script.
var policy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
}()

// page sets what keeps pages from being framed, kept or sniffed.
func page(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next(w, r)
	})
}

// allowTarget lets a form's answer lead to the client: browsers hold form-action against redirects, too.
func allowTarget(h http.Header, redirect string) {
	target := originOf(redirect)
	if target == "" {
		scheme, _, _ := strings.Cut(redirect, ":")
		target = scheme + ":"
	}
	h.Set("Content-Security-Policy", policy+" "+target)
}

// filled is what stands in the form, and what is wrong with it, by field; "" is the form as a whole.
type filled struct {
	Name, Email string
	Wrong       map[string]string
}

// show shows the form.
func (p *Provider) show(w http.ResponseWriter, status int, request *request, fields filled) {
	allowTarget(w.Header(), request.redirect)
	other := url.Values{}
	for name := range request.values {
		other.Set(name, request.values.Get(name))
	}
	other.Del("prompt")
	if !request.joins() {
		other.Set("prompt", "create")
	}
	title := "Welcome back"
	if request.joins() {
		title = "Open an account"
	}
	p.render(w, status, map[string]any{
		"Title": title, "Client": request.client.Name, "Joins": request.joins(), "Fields": fields,
		"Action": p.path + signInPath + "?" + request.values.Encode(),
		"Other":  p.path + AuthorizePath + "?" + other.Encode(),
	})
}

// complain tells a person what is wrong, who cannot be sent back.
func (p *Provider) complain(w http.ResponseWriter, status int, text string) {
	p.render(w, status, map[string]any{"Title": "This does not work", "Text": text})
}

// say tells a person something.
func (p *Provider) say(w http.ResponseWriter, title, text string) {
	p.render(w, http.StatusOK, map[string]any{"Title": title, "Text": text})
}

func (p *Provider) render(w http.ResponseWriter, status int, data map[string]any) {
	data["Style"] = template.HTML("<style>" + pageStyle + "</style>")
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		p.logger.Error("a page cannot be made", "error", err)
		http.Error(w, "the page cannot be made at the moment", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the peer has gone; there is nobody to tell
}
