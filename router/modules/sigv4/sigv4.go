// Package sigv4 signs requests to subgraphs behind AWS (API Gateway, Lambda URLs, VPC Lattice) with Signature Version
// 4.
package sigv4

import (
	"context"
	_ "embed" // the settings' descriptions are their doc comments
	"fmt"
	"log/slog"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"time"

	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/sigv4"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

//go:embed sigv4.go
var source string

// Info describes the module.
var Info = module.Info{Name: "sigv4", New: func() module.Module { return &SigV4{} }, Source: source}

// SigV4 signs requests to subgraphs behind AWS with Signature Version 4. Events of subscriptions, and requests with
// files, are not signed: the latter are refused.
type SigV4 struct {
	// The subgraphs, by name.
	Subgraphs map[string]Signature `yaml:"subgraphs"`

	signers map[string]*signer
	log     *slog.Logger
}

// Signature is what the requests to a subgraph are signed with.
type Signature struct {
	// Region of AWS, like eu-central-1.
	Region string `yaml:"region"`
	// Service of AWS: execute-api for API Gateway, lambda for Lambda URLs, vpc-lattice-svcs for VPC Lattice.
	Service string `yaml:"service"`
	// Where the keys come from: settings (those below; this is so when it is left out), or environment, as the SDKs of AWS
	// find them: AWS_ACCESS_KEY_ID and its companions, the web identity or credentials of a pod or container, the role of
	// the instance. Temporary ones are renewed before they end.
	Credentials string `yaml:"credentials"`
	// Access key. Give it as ${AWS_ACCESS_KEY_ID}, or as access_key_id_file.
	AccessKeyID string `yaml:"access_key_id"`
	// Secret of the access key. Give it as ${AWS_SECRET_ACCESS_KEY}, or as secret_access_key_file.
	SecretAccessKey string `yaml:"secret_access_key"`
	// Token of temporary credentials.
	SessionToken string `yaml:"session_token"`
	// Address that is signed, where upstream.subgraphs names another one than the supergraph.
	URL string `yaml:"url"`
}

// Enabled implements module.Module.
func (s *SigV4) Enabled() bool { return len(s.Subgraphs) > 0 }

// Check reports settings that cannot work.
func (s *SigV4) Check(report func(key, format string, args ...any)) {
	for _, name := range slices.Sorted(maps.Keys(s.Subgraphs)) {
		signature := s.Subgraphs[name]
		needed := map[string]string{"region": signature.Region, "service": signature.Service}
		keys := map[string]string{"access_key_id": signature.AccessKeyID, "secret_access_key": signature.SecretAccessKey}
		switch signature.Credentials {
		case "", "settings":
			maps.Copy(needed, keys)
		case "environment":
			for _, key := range slices.Sorted(maps.Keys(keys)) {
				if keys[key] != "" {
					report("subgraphs."+name+"."+key, "stands beside credentials: environment; leave one of both out")
				}
			}
		default:
			report("subgraphs."+name+".credentials", "%q is neither settings nor environment", signature.Credentials)
		}
		for _, key := range slices.Sorted(maps.Keys(needed)) {
			if needed[key] == "" {
				report("subgraphs."+name+"."+key, "is missing: there is no signature without")
			}
		}
	}
}

// Provision implements module.Module.
func (s *SigV4) Provision(host module.Host) error {
	host.VariesBy().Nothing()
	s.signers, s.log = map[string]*signer{}, host.Logger()
	for _, sub := range host.Supergraph().Subgraphs {
		signature, signs := s.Subgraphs[sub.Name]
		if !signs {
			continue
		}
		address := signature.URL
		if address == "" {
			address = sub.URL
		}
		target, err := url.Parse(address)
		if err != nil || target.Host == "" {
			return fmt.Errorf("subgraphs.%s: %q is not the address of a subgraph; set url", sub.Name, address)
		}
		by := &signer{
			keys:   sigv4.Keys{ID: signature.AccessKeyID, Secret: signature.SecretAccessKey, Token: signature.SessionToken},
			region: signature.Region, service: signature.Service, target: target, now: time.Now,
		}
		if signature.Credentials == "environment" {
			by.keys = sigv4.FromEnvironment()
		}
		s.signers[sub.Name] = by
	}
	return nil
}

// WrapSubgraph implements module.SubgraphClient.
func (s *SigV4) WrapSubgraph(sub *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	by := s.signers[sub.Name]
	if by == nil {
		return next
	}
	return &signing{signer: by, name: sub.Name, next: next, log: s.log}
}

// signer signs the requests to one address.
type signer struct {
	keys            sigv4.KeySource
	region, service string
	target          *url.URL
	now             func() time.Time
}

// signing is a client whose requests are signed. It is outside of dedupe: requests that are the same but for the time
// of their signatures share a call.
type signing struct {
	*signer
	name string
	next upstream.Subgraph
	log  *slog.Logger
}

// Do implements upstream.Subgraph.
func (s *signing) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	if req.Content != nil {
		return fmt.Errorf("%w: a request with files cannot be signed", upstream.ErrRejected)
	}
	keys, err := s.keys.Current(ctx)
	if err != nil {
		s.log.Error("a request cannot be signed", "subgraph", s.name, "err", err)
		return fmt.Errorf("%w: it cannot be signed", upstream.ErrRejected)
	}
	signed := *req
	signed.Header = s.headers(req, keys)
	return s.next.Do(ctx, &signed, resp)
}

// headers are those of the request, with its signature in the place of any other credentials.
func (s *signer) headers(req *upstream.Request, keys sigv4.Keys) []upstream.Header {
	now := s.now()
	own := []sigv4.Header{{Name: "host", Value: s.target.Host}, {Name: "x-amz-date", Value: sigv4.Timestamp(now)}}
	if keys.Token != "" {
		own = append(own, sigv4.Header{Name: "x-amz-security-token", Value: keys.Token})
	}
	headers := make([]upstream.Header, 0, len(req.Header)+3)
	for _, h := range req.Header {
		switch textproto.CanonicalMIMEHeaderKey(h.Name) {
		case "Authorization", "X-Amz-Date", "X-Amz-Security-Token":
		default:
			headers = append(headers, h)
		}
	}
	for _, h := range own[1:] {
		headers = append(headers, upstream.Header{Name: textproto.CanonicalMIMEHeaderKey(h.Name), Value: h.Value})
	}
	by := sigv4.Credentials{Keys: keys, Region: s.region, Service: s.service}
	return append(headers, upstream.Header{Name: "Authorization", Value: by.Sign("POST", s.target, own, req.Body, now)})
}
