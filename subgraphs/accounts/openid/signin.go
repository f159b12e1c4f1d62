package openid

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// authorize shows the page on which people sign in.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	var values url.Values
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		values = r.URL.Query()
	case http.MethodPost:
		if err := r.ParseForm(); err != nil {
			p.complain(w, http.StatusBadRequest, "The form cannot be read.")
			return
		}
		values = r.PostForm
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.complain(w, http.StatusMethodNotAllowed, "This page is asked for with GET or POST.")
		return
	}
	if request := p.understood(w, r, values); request != nil {
		p.show(w, http.StatusOK, request, filled{Email: request.loginHint})
	}
}

// understood reads the request, or answers what is wrong with it.
func (p *Provider) understood(w http.ResponseWriter, r *http.Request, values url.Values) *request {
	request, err := p.read(r.Context(), values)
	var lost errNoWayBack
	switch {
	case errors.As(err, &lost):
		p.complain(w, http.StatusBadRequest, lost.text)
		return nil
	case err != nil:
		p.sendBack(w, r, request, err)
		return nil
	}
	return request
}

// sendBack tells the client what is wrong.
func (p *Provider) sendBack(w http.ResponseWriter, r *http.Request, request *request, err error) {
	var told *problem
	if !errors.As(err, &told) {
		p.logger.ErrorContext(r.Context(), "the OpenID provider failed", "path", r.URL.Path, "error", err)
		told = wrong("server_error", "the provider failed to answer; its log says why")
	}
	allowTarget(w.Header(), request.redirect)
	answer := url.Values{"error": {told.Code}, "error_description": {told.Description}}
	http.Redirect(w, r, p.back(request, answer), http.StatusSeeOther)
}

// signIn takes what somebody has filled in.
func (p *Provider) signIn(w http.ResponseWriter, r *http.Request) {
	// Whoever could have somebody else's browser send this form would sign that person in as somebody of their choice.
	if err := p.own.Check(r); err != nil {
		p.complain(
			w,
			http.StatusForbidden,
			"This form was sent by another site. Go back to the application, and sign in from there.",
		)
		return
	}
	if err := r.ParseForm(); err != nil {
		p.complain(w, http.StatusBadRequest, "The form cannot be read.")
		return
	}
	request := p.understood(w, r, r.URL.Query())
	if request == nil {
		return
	}
	given := r.PostForm
	if given.Has("cancel") {
		p.sendBack(w, r, request, wrong("access_denied", "the person does not want to sign in"))
		return
	}
	fields := filled{Name: given.Get("name"), Email: given.Get("email")}
	if !p.signIns.allows(r) {
		fields.Wrong = map[string]string{"": "There were too many attempts from here. Wait a minute, and try again."}
		w.Header().Set("Retry-After", "60")
		p.show(w, http.StatusTooManyRequests, request, fields)
		return
	}
	userID, err := p.person(r, request, given)
	if err != nil {
		list := faults(err)
		if len(list) == 0 {
			p.logger.ErrorContext(r.Context(), "nobody can sign in", "error", err)
			fields.Wrong = map[string]string{"": "That does not work at the moment. Try again in a while."}
			p.show(w, http.StatusServiceUnavailable, request, fields)
			return
		}
		fields.Wrong = map[string]string{}
		for _, one := range list {
			name := strings.TrimPrefix(one.Field, "input.")
			if !slices.Contains([]string{"name", "email", "password"}, name) {
				name = ""
			}
			fields.Wrong[name] = sentence(one.Message)
		}
		p.show(w, http.StatusOK, request, fields) // it is the same page, and no error of the browser's
		return
	}
	if request.expectedUser != "" && request.expectedUser != userID {
		p.sendBack(w, r, request, wrong("login_required", "this is not the person of id_token_hint"))
		return
	}
	code, err := p.logins.IssueCode(r.Context(), accounts.Code{
		UserID: userID, RedirectURI: request.redirect, Challenge: request.challenge, Nonce: request.nonce,
		Grant: accounts.Grant{ClientID: request.client.ID, Scopes: request.scopes, At: time.Now().UTC()},
	})
	if err != nil {
		p.sendBack(w, r, request, err)
		return
	}
	allowTarget(w.Header(), request.redirect)
	http.Redirect(w, r, p.back(request, url.Values{"code": {code}}), http.StatusSeeOther)
}

// person finds who has filled in the form.
func (p *Provider) person(r *http.Request, request *request, given url.Values) (userID string, err error) {
	if request.joins() {
		return p.logins.OpenAccount(r.Context(), accounts.SignUpInput{
			Name: given.Get("name"), Email: given.Get("email"), Password: given.Get("password"),
		})
	}
	return p.logins.Authenticate(
		r.Context(),
		accounts.SignInInput{Email: given.Get("email"), Password: given.Get("password")},
	)
}

// sentence makes one of a message.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
