package upstream

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"time"
)

// Streams returns net/http's transport for what lasts: WebSockets and streams of events at an address as in
// Config.URL, or one that begins with ws:// or wss://. url is what to request. Dead connections are found by TCP's
// keep-alive.
func Streams(
	address string,
	trust *tls.Config,
	dialTimeout time.Duration,
) (transport *http.Transport, url string, err error) {
	if rest, ok := strings.CutPrefix(address, "ws"); ok {
		address = "http" + rest
	}
	at, err := parseAddress(address)
	if err != nil {
		return nil, "", err
	}
	dialer := net.Dialer{
		Timeout:         dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	transport = &http.Transport{
		DisableCompression: true, IdleConnTimeout: DefaultIdleTimeout, Protocols: new(http.Protocols),
		MaxResponseHeaderBytes: MaxHeader, TLSHandshakeTimeout: dialTimeout,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, at.network, at.host)
		},
	}
	transport.Protocols.SetHTTP1(true)
	scheme := "http://"
	if at.tls {
		scheme = "https://"
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if trust != nil {
			transport.TLSClientConfig = trust.Clone()
		}
	}
	return transport, scheme + at.name + at.path, nil
}
