package serverless

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// kind is who called the function: each wants its answer in a form of its own.
type kind int

const (
	restAPI      kind = iota + 1 // API Gateway, payload version 1.0: REST APIs, and HTTP APIs that are told so
	httpAPI                      // API Gateway, payload version 2.0
	functionURL                  // the function's own address, payload version 2.0
	loadBalancer                 // an Application Load Balancer
)

// event has what of all kinds of events becomes a request.
type event struct {
	Version           string              `json:"version"`
	Method            string              `json:"httpMethod"`
	Path              string              `json:"path"`
	RawPath           string              `json:"rawPath"`
	RawQuery          string              `json:"rawQueryString"`
	Query             map[string]string   `json:"queryStringParameters"`
	MultiValueQuery   map[string][]string `json:"multiValueQueryStringParameters"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Cookies           []string            `json:"cookies"`
	Body              string              `json:"body"`
	Base64            bool                `json:"isBase64Encoded"`
	Context           struct {
		ELB        *struct{} `json:"elb"`
		Stage      string    `json:"stage"`
		Domain     string    `json:"domainName"`
		Connection string    `json:"connectionId"`
		Identity   struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
		HTTP struct {
			Method   string `json:"method"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

var (
	// errUnknown is the error of an invocation that was no request.
	errUnknown = errors.New("this is no request over HTTP: the function takes events of API Gateway (1.0 and 2.0), " +
		"of function URLs and of Application Load Balancers")
	errBody = errors.New("the body is not what the event says: it is no base64")
)

// kind tells who called; 0 when it was nobody who asks over HTTP.
func (e *event) kind() kind {
	switch {
	case e.Context.ELB != nil && e.Method != "":
		return loadBalancer
	case e.Context.HTTP.Method != "" && strings.Contains(e.Context.Domain, ".lambda-url."):
		return functionURL
	case e.Context.HTTP.Method != "":
		return httpAPI
	case e.Method != "":
		return restAPI
	default:
		return 0
	}
}

// request is what the event says, without the prefix in front of the path.
func (e *event) request(ctx context.Context, prefix string) (*http.Request, error) {
	body := []byte(e.Body)
	if e.Base64 {
		var err error
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, errBody
		}
	}
	method, path, query := e.Method, e.Path, ""
	k := e.kind()
	switch k {
	case httpAPI, functionURL:
		// A stage has its name in front of the path; the default one has none.
		method, path, query = e.Context.HTTP.Method, without(e.RawPath, e.Context.Stage), e.RawQuery
	case loadBalancer:
		query = e.query(func(s string) string { return s }) // which is as the client has sent it
	default:
		query = e.query(url.QueryEscape)
	}
	path = without(path, prefix)
	target := &url.URL{Path: path, RawQuery: query}
	if unescaped, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = unescaped, path
	}
	r, err := http.NewRequestWithContext(ctx, method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the event is no request: %w", err)
	}
	r.URL, r.Header = target, e.header()
	r.Host, r.RequestURI = r.Header.Get("Host"), target.RequestURI()
	if r.Host == "" {
		r.Host = e.Context.Domain
	}
	r.Header.Del("Host")
	r.RemoteAddr = net.JoinHostPort(e.client(k, r.Header), "0")
	return r, nil
}

// query joins parameters.
func (e *event) query(escape func(string) string) string {
	values := e.MultiValueQuery
	if len(values) == 0 {
		values = map[string][]string{}
		for name, value := range e.Query {
			values[name] = []string{value}
		}
	}
	var b strings.Builder
	for name, all := range values {
		for _, value := range all {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(escape(name) + "=" + escape(value))
		}
	}
	return b.String()
}

func (e *event) header() http.Header {
	header := http.Header{}
	if len(e.MultiValueHeaders) > 0 {
		for name, values := range e.MultiValueHeaders {
			for _, value := range values {
				header.Add(name, value)
			}
		}
	} else {
		for name, value := range e.Headers {
			header.Set(name, value)
		}
	}
	if len(e.Cookies) > 0 {
		header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return header
}

// client is the address of whoever the platform took the request from.
func (e *event) client(k kind, header http.Header) string {
	switch k {
	case restAPI:
		return e.Context.Identity.SourceIP
	case loadBalancer:
		// The load balancer adds what it has seen to what the client claims.
		forwarded := header.Values("X-Forwarded-For")
		if len(forwarded) == 0 {
			return ""
		}
		all := strings.Split(forwarded[len(forwarded)-1], ",")
		return strings.TrimSpace(all[len(all)-1])
	default:
		return e.Context.HTTP.SourceIP
	}
}

// without takes a prefix of whole segments away from a path.
func without(path, prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix = "/" + prefix
	}
	if rest, ok := strings.CutPrefix(path, prefix); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if path == "" {
		return "/"
	}
	return path
}

// read reads an event; the error is for the function's log.
func read(payload []byte) (*event, error) {
	e := &event{}
	if err := json.Unmarshal(payload, e); err != nil {
		return nil, fmt.Errorf("%w (%w)", errUnknown, err)
	}
	if e.kind() == 0 && e.Context.Connection == "" {
		return nil, errUnknown
	}
	return e, nil
}
