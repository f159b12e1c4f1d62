package authentication

import (
	"errors"

	"github.com/weft-graphql/weft/router/server"
)

// refuse answers a request whose token or key is wrong; nil lets it pass as nobody's.
//
// Specification: RFC 6750, section 3 "The WWW-Authenticate Response Header Field".
func (a *Authentication) refuse(err error) *server.Refusal {
	switch {
	case errors.Is(err, errUnavailable):
		a.counts[wasUnavailable].Inc()
		return &server.Refusal{
			Outcome: server.Unavailable, Code: "AUTHENTICATION_UNAVAILABLE",
			Message: "Who the request comes from cannot be found out now. Try again in a moment.",
		}
	case errors.Is(err, errExpired):
		a.counts[wasExpired].Inc()
	default:
		a.counts[wasInvalid].Inc()
	}
	switch {
	case a.Invalid == invalidAnonymous && a.Required:
		return a.unauthenticated()
	case a.Invalid == invalidAnonymous:
		return nil
	case errors.Is(err, errExpired):
		return a.unauthorized("TOKEN_EXPIRED", "The token has expired: send a new one.",
			`error="invalid_token", error_description="The token has expired"`)
	}
	// What exactly is wrong is for whoever makes tokens, not for whoever tries some.
	return a.unauthorized("INVALID_TOKEN", "The token or key is not valid.", `error="invalid_token"`)
}

func (a *Authentication) unauthenticated() *server.Refusal {
	return a.unauthorized("UNAUTHENTICATED",
		"This router answers callers only who say who they are: send a token or a key.", "")
}

func (a *Authentication) unauthorized(code, message, detail string) *server.Refusal {
	challenge := a.challenge
	if detail != "" {
		challenge += " " + detail
	}
	return &server.Refusal{
		Outcome: server.Unauthenticated, Code: code, Message: message,
		Header: []server.HeaderLine{{Name: "WWW-Authenticate", Value: challenge}},
	}
}
