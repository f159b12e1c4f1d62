package kit

// SignInClient is an application that people sign in to at accounts. It has no secret: what runs in a browser or on a
// phone could not keep one, and PKCE does without.
type SignInClient struct {
	// ID is the client_id.
	ID string `json:"id"`
	// Name is what people are told that they sign in to; the id when it is empty.
	Name string `json:"name"`
	// RedirectURIs are where people are sent back to, and PostLogoutRedirectURIs where they go after signing out. Clients
	// have to name them exactly so.
	RedirectURIs           []string `json:"redirect_uris"`
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris"`
	// RefreshCookie has refresh tokens kept in a cookie that no script can read, for pages at the issuer's own origin.
	RefreshCookie bool `json:"refresh_cookie"`
}
