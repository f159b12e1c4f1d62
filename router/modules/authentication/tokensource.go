package authentication

import (
	"errors"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/weft-graphql/weft/router/server"
)

// tokenSource is where a token can be in a request.
type tokenSource struct {
	from, name, prefix string
}

func newTokenSource(s Source) tokenSource {
	if s.From == fromHeader {
		s.Name = textproto.CanonicalMIMEHeaderKey(s.Name)
	}
	return tokenSource{s.From, s.Name, s.Prefix}
}

// errSeveral is why a request is refused of which nobody can tell who it wants to come from.
var errSeveral = errors.New("there are several tokens in one place")

// find returns the token; empty when there is none.
func (p tokenSource) find(request *server.Request) (string, error) {
	found := ""
	switch p.from {
	case fromHeader:
		for _, line := range request.Header[p.name] {
			if token := p.cut(line); token != "" {
				if found != "" {
					return "", errSeveral
				}
				found = token
			}
		}
	case fromCookie:
		for _, line := range request.Header["Cookie"] {
			cookies, err := http.ParseCookie(line)
			if err != nil {
				continue
			}
			for _, cookie := range cookies {
				if token := p.cut(cookie.Value); cookie.Name == p.name && token != "" {
					if found != "" {
						return "", errSeveral
					}
					found = token
				}
			}
		}
	default:
		text, _ := request.Init[p.name].(string)
		found = p.cut(text)
	}
	return found, nil
}

// cut takes the prefix, in letters of either case, from what stands in the place; empty when it has another.
//
// Specification: RFC 9110, section 11.1: schemes are case-insensitive.
func (p tokenSource) cut(text string) string {
	if p.prefix == "" {
		return strings.TrimSpace(text)
	}
	if len(text) <= len(p.prefix) || !strings.EqualFold(text[:len(p.prefix)], p.prefix) || text[len(p.prefix)] != ' ' {
		return ""
	}
	return strings.TrimSpace(text[len(p.prefix):])
}
