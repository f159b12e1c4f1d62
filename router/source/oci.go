package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/weft-graphql/weft/router/config"
)

// maxManifest bounds what a registry says of an artifact, in bytes.
const maxManifest = 1 << 20

// inRegistry is a supergraph in an OCI registry: an artifact with one layer, and another one for its signature, whose
// title ends in .sig.
type inRegistry struct{ settings config.SupergraphOCI }

// Get implements Source.
func (o *inRegistry) Get(ctx context.Context, seen Seen, signed bool) (*Document, error) {
	ctx, cancel := context.WithTimeout(ctx, o.settings.Timeout)
	defer cancel()
	document, err := o.pull(ctx, seen, signed)
	if err != nil {
		return nil, fmt.Errorf("the supergraph cannot be had: %s: %w", o.settings.Reference, err)
	}
	return document, nil
}

func (o *inRegistry) pull(ctx context.Context, seen Seen, signed bool) (*Document, error) {
	repository, err := o.repository()
	if err != nil {
		return nil, err
	}
	what, err := repository.Resolve(ctx, repository.Reference.Reference)
	if err != nil {
		return nil, err
	}
	tag := what.Digest.String()
	if seen.Tag == tag {
		return nil, nil
	}
	text, err := fetch(ctx, repository, what, maxManifest)
	if err != nil {
		return nil, err
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("its manifest: %w", err)
	}
	graph, signature, err := layers(&manifest)
	if err != nil {
		return nil, err
	}
	sdl, err := fetch(ctx, repository, *graph, maxSupergraph)
	if err != nil {
		return nil, err
	}
	document := &Document{SDL: string(sdl), Seen: Seen{Tag: tag}}
	if signed && signature != nil {
		document.Signature, err = fetch(ctx, repository, *signature, maxSignature)
	}
	return document, err
}

// repository is the one that the reference names.
func (o *inRegistry) repository() (*remote.Repository, error) {
	repository, err := remote.NewRepository(o.settings.Reference)
	if err != nil {
		return nil, err
	}
	if repository.Reference.Reference == "" {
		return nil, fmt.Errorf("the reference has no tag and no digest; write one like %s:production", o.settings.Reference)
	}
	client := &auth.Client{Client: &http.Client{}, Cache: auth.NewCache()}
	if o.settings.Username != "" || o.settings.Token != "" {
		client.Credential = auth.StaticCredential(repository.Reference.Host(), auth.Credential{
			Username: o.settings.Username, Password: o.settings.Password, AccessToken: o.settings.Token,
		})
	}
	if repository.PlainHTTP = o.settings.PlainHTTP; repository.PlainHTTP {
		// It is on this machine, and so may be what gives tokens for it.
		client.BlockedRealmPrefixes = []netip.Prefix{}
	}
	repository.Client = client
	return repository, nil
}

// fetch gets what has a digest, and checks that it has.
func fetch(ctx context.Context, from content.Fetcher, what ocispec.Descriptor, most int64) ([]byte, error) {
	if what.Size > most {
		return nil, fmt.Errorf("%s has %d bytes, which is more than %d", what.Digest, what.Size, most)
	}
	return content.FetchAll(ctx, from, what)
}

// layers are the graph's and that of its signature.
func layers(manifest *ocispec.Manifest) (graph, signature *ocispec.Descriptor, err error) {
	for i := range manifest.Layers {
		layer := &manifest.Layers[i]
		switch {
		case strings.HasSuffix(layer.Annotations[ocispec.AnnotationTitle], signatureSuffix):
			signature = layer
		case graph != nil:
			return nil, nil, fmt.Errorf("it has several layers, and one is the supergraph: push one file")
		default:
			graph = layer
		}
	}
	if graph == nil {
		return nil, nil, fmt.Errorf("it has no layer: push the supergraph with oras push")
	}
	return graph, signature, nil
}
