package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/weft-graphql/weft/router/compose"
)

// pages is what answers browsers for a service beside GraphQL: the sample service in this process, or what is outside
// under its name; nil when there is none.
func (d *devProcess) pages(name string) http.Handler {
	if service := d.services[name]; service != nil {
		return service.Handler()
	}
	return d.outside[name] // which is no handler at all when there is none
}

// has tells whether a sample service is part of this process's shop, here or outside.
func (d *devProcess) has(name string) bool { return d.pages(name) != nil }

// passOn passes requests on to where a subgraph is. They keep the name of this process, which is what its pages are
// known by.
func passOn(sub compose.Subgraph) (http.Handler, error) {
	address, err := url.Parse(sub.URL)
	if err != nil {
		return nil, err
	}
	origin := &url.URL{Scheme: address.Scheme, Host: address.Host}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(origin)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, fmt.Sprintf("%s does not answer. Please try again in a moment.", sub.Name), http.StatusBadGateway)
		},
	}, nil
}
