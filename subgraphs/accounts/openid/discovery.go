package openid

import (
	"net/http"

	"github.com/weft-graphql/weft/subgraphs/accounts"
)

// discovery says what this provider does (Discovery 1.0).
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	at := p.issuer.Name
	w.Header().Set("Cache-Control", "public, max-age=300")
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                p.issuer.Name,
		"authorization_endpoint":                at + AuthorizePath,
		"token_endpoint":                        at + TokenPath,
		"userinfo_endpoint":                     at + userInfoPath,
		"end_session_endpoint":                  at + EndSessionPath,
		"jwks_uri":                              at + accounts.KeysPath,
		"scopes_supported":                      scopes,
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 []string{"authorization_code", "refresh_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"EdDSA"},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"code_challenge_methods_supported":      []string{"S256"},
		"prompt_values_supported":               []string{"none", "login", "create"},
		"claims_supported": []string{
			"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "azp", "sid", "name", "preferred_username",
			"email", "email_verified",
		},
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
		"claims_parameter_supported":                     false,
		"authorization_response_iss_parameter_supported": true,
	})
}
