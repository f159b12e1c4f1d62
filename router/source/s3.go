package source

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/sigv4"
)

// inS3 is a supergraph in S3, or storage with its interface.
type inS3 struct {
	settings config.SupergraphS3
	// keys sign the requests; nil where the bucket is open to everybody.
	keys sigv4.KeySource
	now  func() time.Time
}

func newInS3(s config.SupergraphS3) *inS3 {
	in := &inS3{settings: s, now: time.Now}
	switch {
	case s.Credentials == "environment":
		in.keys = sigv4.FromEnvironment()
	case s.AccessKeyID != "":
		in.keys = sigv4.Keys{ID: s.AccessKeyID, Secret: s.SecretAccessKey, Token: s.SessionToken}
	}
	return in
}

// Get implements Source.
func (s *inS3) Get(ctx context.Context, seen Seen, signed bool) (*Document, error) {
	ctx, cancel := context.WithTimeout(ctx, s.settings.Timeout)
	defer cancel()
	req, err := s.request(ctx, s.settings.Key)
	if err != nil {
		return nil, err
	}
	document, err := ask(req, seen)
	if err != nil || document == nil || !signed {
		return document, err
	}
	if req, err = s.request(ctx, s.settings.Key+signatureSuffix); err != nil {
		return nil, err
	}
	return document, document.getSignature(req)
}

// request asks for a key, signed unless it is open to everybody.
func (s *inS3) request(ctx context.Context, key string) (*http.Request, error) {
	target, err := s.address(key)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	if s.keys == nil {
		return req, nil
	}
	keys, err := s.keys.Current(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	headers := []sigv4.Header{
		{Name: "host", Value: target.Host}, {Name: "x-amz-date", Value: sigv4.Timestamp(now)},
		{Name: "x-amz-content-sha256", Value: sigv4.Sum(nil)},
	}
	if keys.Token != "" {
		headers = append(headers, sigv4.Header{Name: "x-amz-security-token", Value: keys.Token})
	}
	for _, h := range headers[1:] {
		req.Header.Set(h.Name, h.Value)
	}
	by := sigv4.Credentials{Keys: keys, Region: s.settings.Region, Service: "s3"}
	req.Header.Set("Authorization", by.Sign(http.MethodGet, target, headers, nil, now))
	return req, nil
}

// address is where a key is.
func (s *inS3) address(key string) (*url.URL, error) {
	c := &s.settings
	endpoint := c.Endpoint
	if endpoint == "" {
		endpoint = "https://s3." + c.Region + ".amazonaws.com"
	}
	target, err := url.Parse(strings.TrimSuffix(endpoint, "/"))
	if err != nil {
		return nil, err
	}
	path := target.Path + "/" + key
	if c.PathStyle {
		path = target.Path + "/" + c.Bucket + "/" + key
	} else {
		target.Host = c.Bucket + "." + target.Host
	}
	// What is sent is encoded as it is signed.
	target.Path, target.RawPath = path, sigv4.EncodedPath(path)
	return target, nil
}

var storageErrorCode = regexp.MustCompile(`<Code>([A-Za-z0-9.]{1,64})</Code>`)

// storageCode is what storage calls an error, in parentheses; empty when it does not say.
func storageCode(resp *http.Response) string {
	start, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if found := storageErrorCode.FindSubmatch(start); err == nil && found != nil {
		return " (" + string(found[1]) + ")"
	}
	return ""
}
