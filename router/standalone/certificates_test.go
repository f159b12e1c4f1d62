package standalone

import (
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/standalone/certtest"
)

// shakeHands connects to a listener of a configuration and returns the name of the certificate that it shows.
func shakeHands(t *testing.T, server *tls.Config, client *tls.Config) (string, error) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := socket.Accept()
		if err == nil {
			defer conn.Close()
			secured := tls.Server(conn, server)
			err = secured.Handshake()
			_ = secured.Close()
		}
		done <- err
	}()
	client.ServerName, client.InsecureSkipVerify = "service", true
	conn, err := tls.Dial("tcp", socket.Addr().String(), client)
	if err != nil {
		<-done
		return "", err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName, <-done
}

func TestCertificatesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	c := &Certificates{
		CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem"),
		Logger: slog.New(slog.DiscardHandler),
	}
	a := certtest.New(t)
	a.Write(t, "first", c.CertFile, c.KeyFile)
	config, err := c.TLS()
	if err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		c.mu.Lock()
		c.looked = time.Time{}
		c.mu.Unlock()
		name, err := shakeHands(t, config, &tls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	if got := shown(); got != "first" {
		t.Errorf("at first %q", got)
	}
	a.Write(t, "second", c.CertFile, c.KeyFile)
	if got := shown(); got != "second" {
		t.Errorf("then %q", got)
	}
	// A key that does not belong to the certificate, and none at all.
	a.Write(t, "third", c.CertFile, filepath.Join(dir, "other.pem"))
	if got := shown(); got != "second" {
		t.Errorf("with another's key %q", got)
	}
	if err := os.Remove(c.KeyFile); err != nil {
		t.Fatal(err)
	}
	if got := shown(); got != "second" {
		t.Errorf("without a key %q", got)
	}
	a.Write(t, "fourth", c.CertFile, c.KeyFile)
	if got := shown(); got != "fourth" {
		t.Errorf("at last %q", got)
	}
}

// TestOldTLSIsRefused offers one old thing at a time.
func TestOldTLSIsRefused(t *testing.T) {
	dir := t.TempDir()
	c := &Certificates{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	certtest.New(t).Write(t, "router", c.CertFile, c.KeyFile)
	config, err := c.TLS()
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]struct {
		offers *tls.Config
		works  bool
	}{
		"what there is":              {&tls.Config{}, true},
		"TLS 1.2":                    {&tls.Config{MaxVersion: tls.VersionTLS12}, true},
		"P-256":                      {&tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP256}}, true},
		"TLS 1.1":                    {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		"P-521":                      {&tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP521}}, false},
		"AES-CBC with SHA-1":         {only(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA), false},
		"AES-GCM":                    {only(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), true},
		"no key exchange of its own": {only(tls.TLS_RSA_WITH_AES_128_GCM_SHA256), false},
	} {
		if _, err := shakeHands(t, config, client.offers); (err == nil) != client.works {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// only offers one cipher suite of TLS 1.2.
func only(suite uint16) *tls.Config {
	return &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}
}

func TestClientsAreVouchedFor(t *testing.T) {
	dir := t.TempDir()
	a, stranger := certtest.New(t), certtest.New(t)
	c := &Certificates{
		CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem"),
		ClientCAFile: filepath.Join(dir, "ca.pem"),
		Logger:       slog.New(slog.DiscardHandler),
	}
	a.Write(t, "service", c.CertFile, c.KeyFile)
	a.WriteCA(t, c.ClientCAFile)
	config, err := c.TLS()
	if err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]struct {
		authority *certtest.Authority
		works     bool
	}{"none": {nil, true}, "ours": {a, true}, "a stranger's": {stranger, false}} {
		shows := &tls.Config{}
		if client.authority != nil {
			shows.Certificates = []tls.Certificate{client.authority.Certificate(t, "router")}
		}
		if _, err := shakeHands(t, config, shows); (err == nil) != client.works {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(c.ClientCAFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := &Certificates{CertFile: c.CertFile, KeyFile: c.KeyFile, ClientCAFile: c.ClientCAFile, Logger: c.Logger}
	if _, err := other.TLS(); err == nil || !strings.Contains(err.Error(), "no PEM certificate") {
		t.Errorf("authorities that are none: %v", err)
	}
}
