package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// SupergraphS3 is a supergraph in S3, or storage with its interface.
type SupergraphS3 struct {
	// The bucket.
	Bucket string `yaml:"bucket"`
	// The key of the supergraph in it.
	Key string `yaml:"key"`
	// Region, like eu-central-1.
	Region string `yaml:"region"`
	// Address of the storage, https://… or http://…; that of AWS in the region when left out.
	Endpoint string `yaml:"endpoint"`
	// Name the bucket in the path, not in the name of the host: for storage that wants it so.
	PathStyle bool `yaml:"path_style"`
	// Where the keys that requests are signed with come from: settings (those below), or environment, as the SDKs of
	// AWS find them: AWS_ACCESS_KEY_ID and its companions, the web identity or credentials of a pod or container, the
	// role of the instance. Temporary ones are renewed before they end.
	Credentials string `yaml:"credentials"`
	// Access key; requests are not signed without one. Give it as ${AWS_ACCESS_KEY_ID}, or as access_key_id_file.
	AccessKeyID string `yaml:"access_key_id"`
	// Secret of the access key. Give it as ${AWS_SECRET_ACCESS_KEY}, or as secret_access_key_file.
	SecretAccessKey string `yaml:"secret_access_key"`
	// Token of temporary credentials.
	SessionToken string `yaml:"session_token"`
	// How often to ask whether there is another one. Nothing is sent again that has the same ETag.
	PollInterval time.Duration `yaml:"poll_interval"`
	// How long an answer may take.
	Timeout time.Duration `yaml:"timeout"`
}

// SupergraphOCI is a supergraph in an OCI registry, as oras push puts it there.
type SupergraphOCI struct {
	// Where it is: registry.example.com/graphs/shop:production, or …@sha256:… for one that never changes.
	Reference string `yaml:"reference"`
	// User of the registry; nobody in particular when left out.
	Username string `yaml:"username"`
	// The user's password. Give it as ${VARIABLE}, or as password_file.
	Password string `yaml:"password"`
	// Token that is sent to the registry as it is, instead of user and password.
	Token string `yaml:"token"`
	// Speak plain HTTP: for a registry on the same machine.
	PlainHTTP bool `yaml:"plain_http"`
	// How often to ask whether the tag means another one.
	PollInterval time.Duration `yaml:"poll_interval"`
	// How long fetching it may take.
	Timeout time.Duration `yaml:"timeout"`
}

// SupergraphSignature says who may make supergraphs.
type SupergraphSignature struct {
	// PEM files of Ed25519 public keys: a supergraph must be signed with one of them (weft sign), the fallback too. Several
	// let keys change. No signature is asked for without any.
	PublicKeyFiles []string `yaml:"public_key_files"`
}

// FromFile has the graph come from a file, whatever else is configured.
func (s *Supergraph) FromFile(path string) {
	s.Path, s.Subgraphs, s.HTTP.URL, s.S3.Bucket, s.OCI.Reference = path, nil, "", "", ""
}

// sources checks that the graph comes from one place.
func (k *checker) sources(s *Supergraph) {
	var given []string
	for _, source := range []struct {
		name string
		is   bool
	}{
		{"path", s.Path != ""}, {"subgraphs", len(s.Subgraphs) > 0}, {"http", s.HTTP.URL != ""}, {"s3", s.S3.Bucket != ""},
		{"oci", s.OCI.Reference != ""},
	} {
		if source.is {
			given = append(given, source.name)
		}
	}
	switch len(given) {
	case 0:
		k.report(
			"supergraph",
			"there is no graph to serve: set supergraph.path (or the flag --supergraph) to a supergraph file, supergraph.http.url, "+
				"supergraph.s3 or supergraph.oci to where it is, or list supergraph.subgraphs to compose",
		)
	case 1:
	default:
		last := len(given) - 1
		k.report(
			"supergraph",
			"has both %s and %s; the graph comes from one of them",
			strings.Join(given[:last], ", "),
			given[last],
		)
	}
	if len(s.Subgraphs) > 0 && len(s.Signature.PublicKeyFiles) > 0 {
		k.report("supergraph.signature", "is for supergraphs that are made elsewhere: subgraphs are composed here")
	}
	k.s3(&s.S3)
	k.positive("supergraph.oci.poll_interval", s.OCI.PollInterval, 10*time.Millisecond)
	k.positive("supergraph.oci.timeout", s.OCI.Timeout, time.Millisecond)
	if s.OCI.Token != "" && s.OCI.Username+s.OCI.Password != "" {
		k.report("supergraph.oci.token", "stands beside username and password; one of both is sent")
	}
	if ref := s.OCI.Reference; ref != "" && (!strings.Contains(ref, "/") || strings.Contains(ref, "://")) {
		k.report(
			"supergraph.oci.reference",
			"%q is no reference; write one like registry.example.com/graphs/shop:production",
			ref,
		)
	}
}

func (k *checker) s3(s *SupergraphS3) {
	const key = "supergraph.s3"
	k.positive(key+".poll_interval", s.PollInterval, 10*time.Millisecond)
	k.positive(key+".timeout", s.Timeout, time.Millisecond)
	if s.Bucket == "" {
		return
	}
	for _, needed := range []struct{ key, value string }{{"key", s.Key}, {"region", s.Region}} {
		if needed.value == "" {
			k.report(fmt.Sprintf("%s.%s", key, needed.key), "is missing")
		}
	}
	k.oneOf(key+".credentials", s.Credentials, "settings", "environment")
	if s.Credentials == "environment" && s.AccessKeyID+s.SecretAccessKey+s.SessionToken != "" {
		k.report(key+".credentials", "is environment, but there are keys in the settings, too; leave one of both out")
	}
	if (s.AccessKeyID == "") != (s.SecretAccessKey == "") {
		k.report(key, "needs both access_key_id and secret_access_key, or neither")
	}
	if u, err := url.Parse(s.Endpoint); s.Endpoint != "" &&
		(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		k.report(key+".endpoint", "is no address; write one like https://storage.example.com")
	}
}
