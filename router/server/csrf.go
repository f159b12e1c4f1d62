package server

import (
	"net/http"
	"net/url"
	"strings"
)

var failForeign = &failure{http.StatusForbidden, CodeCSRF,
	"This request could have been sent by a page of another site without the user's knowledge. Send it with POST as " +
		"application/json, or with a header like Apollo-Require-Preflight: true."}

var failOddGet = &failure{http.StatusUnsupportedMediaType, CodeMediaType,
	"A GET request has no body: leave out Content-Type, or send application/json."}

// foreign refuses requests that pages of other sites can make a browser send with a user's cookies, and without asking
// first (CORS-safelisted, or "simple" requests). POST is refused by its Content-Type, which is application/json or
// nothing that is read here. That leaves GET: it is foreign if the browser says so (Sec-Fetch-Site, Origin), or if it
// carries cookies and no word of where it comes from. Other programs than browsers send none of that.
//
// Whether a Content-Type is a simple one is not asked: browsers have disagreed on that (GHSA-hff2-gcpx-8f4p). With GET
// everything but application/json is refused.
//
// Specifications: Fetch, "CORS-safelisted request-header"; Fetch Metadata Request Headers, section 2.
func (h *Handler) foreign(r *http.Request) *failure {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || HasAny(r.Header, h.opts.PreflightHeaders) {
		return nil
	}
	if types := r.Header["Content-Type"]; len(types) > 0 {
		if !isJSON(types) {
			return failOddGet
		}
		// Browsers ask before they send this type.
		return nil
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case site == "same-origin" || site == "none":
		return nil
	case site != "":
		return failForeign
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if from, err := url.Parse(origin); err != nil || !strings.EqualFold(from.Host, r.Host) {
			return failForeign
		}
		return nil
	}
	if len(r.Header["Cookie"]) > 0 {
		return failForeign
	}
	return nil
}

// serveLanding answers a browser where there is no playground.
func (h *Handler) serveLanding(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	_, _ = w.Write([]byte(h.opts.Landing)) // the client has gone; there is nobody to tell
}
