package server

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/cors"
)

// CORS says which pages of other origins may call the router. Without it browsers let none read its answers.
//
// Specification: https://fetch.spec.whatwg.org/#http-cors-protocol
type CORS struct {
	// Origins that may call; "*" is any, and "https://*.example.com" any subdomain.
	Origins []string
	// Methods and Headers they may use beyond the simple ones.
	Methods, Headers []string
	// ExposedHeaders they may read.
	ExposedHeaders []string
	// Credentials allows cookies and HTTP authentication; not together with the origin "*".
	Credentials bool
	// MaxAgeSeconds is how long a browser may remember the permission.
	MaxAgeSeconds int
}

// Wrap returns next with the permissions applied.
func (c CORS) Wrap(next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowedOrigins: c.Origins, AllowedMethods: c.Methods, AllowedHeaders: c.Headers,
		ExposedHeaders: c.ExposedHeaders, AllowCredentials: c.Credentials, MaxAge: c.MaxAgeSeconds,
		OptionsSuccessStatus: http.StatusNoContent,
	}).Handler(next)
}

// compressPages returns next with pages of at least minBytes compressed for clients that take it.
func compressPages(next http.Handler, minBytes int) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minBytes), gzhttp.CompressionLevel(1))
	if err != nil {
		return nil, err
	}
	return wrap(next), nil
}
