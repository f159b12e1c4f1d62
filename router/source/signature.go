package source

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/weft-graphql/weft/router/config"
)

const (
	// signatureSuffix stands behind the name of a supergraph in that of its signature.
	signatureSuffix = ".sig"
	// maxSignature bounds a signature, in bytes.
	maxSignature = 4 << 10
)

// errUnsigned is told of a supergraph without a signature.
var errUnsigned = errors.New(
	"the supergraph has no signature, and supergraph.signature asks for one: sign it with weft sign",
)

// Sign signs a supergraph with an Ed25519 private key in PEM (PKCS #8): base64, and a line break.
func Sign(sdl, key []byte) ([]byte, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("it is no key in PEM; make one with: openssl genpkey -algorithm ed25519")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("it is no Ed25519 private key; make one with: openssl genpkey -algorithm ed25519")
	}
	return append(base64.StdEncoding.AppendEncode(nil, ed25519.Sign(private, sdl)), '\n'), nil
}

// verify tells whether a supergraph is signed as the settings want.
func verify(s *config.Supergraph, document *Document) error {
	files := s.Signature.PublicKeyFiles
	if len(files) == 0 {
		return nil
	}
	if len(bytes.TrimSpace(document.Signature)) == 0 {
		return errUnsigned
	}
	signature, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(document.Signature)))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return errors.New("the signature of the supergraph is none: it must be 64 bytes in base64, as weft sign makes it")
	}
	for _, file := range files {
		key, err := publicKey(file)
		if err != nil {
			return fmt.Errorf("supergraph.signature.public_key_files: %w", err)
		}
		if ed25519.Verify(key, []byte(document.SDL), signature) {
			return nil
		}
	}
	return fmt.Errorf(
		"the signature does not belong to this supergraph and any of the %d keys of supergraph.signature.public_key_files",
		len(files),
	)
}

func publicKey(file string) (ed25519.PublicKey, error) {
	text, err := config.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no key in PEM", file)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, fmt.Errorf(
			"%s is no Ed25519 public key; make it of the private one with: openssl pkey -in KEY -pubout",
			file,
		)
	}
	return key, nil
}

// readSignature reads the signature of a file. There may be none.
func readSignature(path string) ([]byte, error) {
	f, err := os.Open(path + signatureSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, config.ExplainFile(path+signatureSuffix, err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSignature))
}

// getSignature asks for the signature of what was had. There may be none.
func (d *Document) getSignature(req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the signature of the supergraph cannot be had: %w", withoutSecrets(err, req.URL.String()))
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil
	default:
		return fmt.Errorf(
			"the signature of the supergraph cannot be had: %s answers with the status %d",
			shown(req.URL.String()),
			resp.StatusCode,
		)
	}
	if d.Signature, err = io.ReadAll(io.LimitReader(resp.Body, maxSignature)); err != nil {
		return fmt.Errorf("the signature of the supergraph cannot be had: the answer broke off: %w", err)
	}
	return nil
}
