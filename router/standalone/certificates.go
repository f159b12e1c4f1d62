package standalone

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificates are the files with which a listener proves who it is. When they change, connections from then on get
// what is new; what does not go together leaves what was there before.
type Certificates struct {
	// CertFile and KeyFile are in PEM.
	CertFile, KeyFile string
	// ClientCAFile has the authorities that vouch for clients (mTLS), in PEM; empty: clients need not show anything.
	ClientCAFile string
	// Logger receives what operators must know.
	Logger *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	texts   [3][]byte
	current *tls.Config
	failing bool
}

// What is taken of TLS: Mozilla's "intermediate" configuration, and the key exchange that quantum computers cannot
// undo. TLS 1.3 has none but good suites.
var (
	cipherSuites = []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
	curves = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256, tls.CurveP384}
)

// lookPause is the least time between two looks at the files.
const lookPause = time.Second

// TLS returns the configuration of the listener. A client that shows a certificate must have one that the authorities
// vouch for; whether it must show one is decided for each request, so that health can be asked by everybody.
func (c *Certificates) TLS() (*tls.Config, error) {
	if err := c.look(); err != nil {
		return nil, err
	}
	outer := c.current.Clone()
	outer.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.latest(), nil }
	return outer, nil
}

// latest is what new connections get.
func (c *Certificates) latest() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookPause {
		return c.current
	}
	err := c.look()
	if err != nil && !c.failing {
		c.Logger.Error("the changed certificates are not in use: those from before go on", "err", err)
	}
	c.failing = err != nil
	return c.current
}

// look reads the files, and takes them over when they have changed.
func (c *Certificates) look() error {
	c.looked = time.Now()
	var texts [3][]byte
	same := c.current != nil
	for i, file := range []string{c.CertFile, c.KeyFile, c.ClientCAFile} {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		texts[i] = text
		same = same && bytes.Equal(text, c.texts[i])
	}
	if same {
		return nil
	}
	certificate, err := tls.X509KeyPair(texts[0], texts[1])
	if err != nil {
		return fmt.Errorf("%s and %s: %w", c.CertFile, c.KeyFile, err)
	}
	next := &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		CipherSuites: cipherSuites, CurvePreferences: curves,
	}
	if c.ClientCAFile != "" {
		next.ClientAuth, next.ClientCAs = tls.VerifyClientCertIfGiven, x509.NewCertPool()
		if !next.ClientCAs.AppendCertsFromPEM(texts[2]) {
			return fmt.Errorf("%s has no PEM certificate", c.ClientCAFile)
		}
	}
	if c.current != nil {
		c.Logger.Info("the changed certificates are in use", "certificate", c.CertFile)
	}
	c.texts, c.current = texts, next
	return nil
}
