package openid

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// userInfo tells a client of the person, as far as was granted (Core, 5.3).
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		answer(w, http.StatusMethodNotAllowed, wrong("invalid_request", "this is asked for with GET or POST"))
		return
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		w.Header().Set("WWW-Authenticate", `Bearer realm="weft"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	told, err := p.tell(r, token)
	switch {
	case errors.Is(err, errForeign):
		w.Header().Set("WWW-Authenticate", `Bearer realm="weft", error="invalid_token"`)
		p.refuse(w, r, wrong("invalid_token", "the access token is not valid (any more)"))
	case err != nil:
		p.refuse(w, r, err)
	default:
		answer(w, http.StatusOK, told)
	}
}

func (p *Provider) tell(r *http.Request, token string) (map[string]any, error) {
	read, err := p.readAccessToken(r.Context(), token)
	if err != nil {
		return nil, err
	}
	scopes := strings.Fields(read.Scope)
	if !slices.Contains(scopes, scopeOpenID) {
		return nil, errForeign
	}
	// The session may have ended since.
	user, login, err := p.logins.PersonOf(r.Context(), read.Session, read.Subject)
	if err != nil {
		return nil, err
	}
	if user == nil {
		return nil, errForeign
	}
	told := map[string]any{"sub": user.ID}
	if slices.Contains(scopes, scopeProfile) {
		told["name"], told["preferred_username"] = user.Name, user.Username
	}
	if slices.Contains(scopes, scopeEmail) {
		told["email"], told["email_verified"] = login.Email, login.Verified
	}
	return told, nil
}
