package openid

import (
	"net/http"
	"net/url"
	"slices"
)

// endSession signs a person out of a client (RP-Initiated Logout 1.0). Only who has the person's ID token may: otherwise
// any page could sign people out.
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request) {
	var given url.Values
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		given = r.URL.Query()
	case http.MethodPost:
		if err := r.ParseForm(); err != nil {
			p.complain(w, http.StatusBadRequest, "The form cannot be read.")
			return
		}
		given = r.PostForm
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.complain(w, http.StatusMethodNotAllowed, "This page is asked for with GET or POST.")
		return
	}
	if _, err := form(given); err != nil {
		p.complain(w, http.StatusBadRequest, "The address of this page says something twice.")
		return
	}
	hint, err := p.readIDToken(r.Context(), given.Get("id_token_hint"))
	if err != nil {
		p.complain(w, http.StatusBadRequest, "The application that sent you here does not say whom to sign out.")
		return
	}
	client := p.clients[hint.AuthorizedParty]
	if client == nil || given.Has("client_id") && given.Get("client_id") != client.ID {
		p.complain(w, http.StatusBadRequest, "The application that sent you here is not known.")
		return
	}
	target := given.Get("post_logout_redirect_uri")
	if target != "" && !slices.Contains(client.PostLogoutRedirectURIs, target) {
		p.complain(
			w,
			http.StatusBadRequest,
			client.Name+" wants to have you sent to an address that is not known to be its own.",
		)
		return
	}
	if _, err := p.logins.EndGrant(r.Context(), hint.Session, hint.Subject, client.ID); err != nil {
		p.logger.ErrorContext(r.Context(), "nobody can sign out", "error", err)
		p.complain(w, http.StatusServiceUnavailable, "You could not be signed out. Try again in a while.")
		return
	}
	p.forget(w, client)
	if target == "" {
		p.say(w, "You are signed out", "You are signed out of "+client.Name+". You may close this page.")
		return
	}
	uri, err := url.Parse(target)
	if err != nil { // it was checked when the client was
		panic(err)
	}
	if state := given.Get("state"); state != "" && len(state) <= maxState {
		values := uri.Query()
		values.Set("state", state)
		uri.RawQuery = values.Encode()
	}
	http.Redirect(w, r, uri.String(), http.StatusSeeOther)
}
