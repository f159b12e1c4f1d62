package kit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

const (
	// headerTimeout, requestTimeout and idleTimeout bound how long a connection may keep the service waiting for the
	// header of a request, for all of it, and for another one.
	headerTimeout  = 10 * time.Second
	requestTimeout = time.Minute
	idleTimeout    = 2 * time.Minute
	// maxHeader bounds the header of a request, in bytes.
	maxHeader = 64 << 10
	// drainTimeout bounds how long running requests may take to finish at shutdown.
	drainTimeout = 20 * time.Second
)

// errStopping is why a service that was told to stop is not ready.
var errStopping = errors.New("the service is stopping")

// Serve answers requests on the listener, over HTTP/1.1 and HTTP/2, with TLS or without, until ctx ends. Then it is no
// longer ready, lets running requests finish for a while, and closes the service. It returns nil after such an end.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn), Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	serve, scheme := server.Serve, "http://"
	if s.tls != nil {
		server.TLSConfig = s.tls
		server.Protocols.SetHTTP2(true)
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
		scheme = "https://"
	} else {
		server.Protocols.SetUnencryptedHTTP2(true)
	}
	failed := make(chan error, 1)
	go func() { failed <- serve(listener) }()
	s.logger.Info("serving", "url", scheme+listener.Addr().String()+"/graphql")
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve subgraph %s: %w", s.name, err), s.Close())
	case <-ctx.Done():
	}
	s.logger.Info("shutting down: requests in progress may finish", "at most", drainTimeout)
	s.health.stopping.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	err := server.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("let requests of subgraph %s finish: %w", s.name, err), server.Close())
	}
	s.logger.Info("stopped")
	return errors.Join(err, s.Close())
}

// withCertificate refuses clients that have shown no certificate of an authority that is trusted.
func withCertificate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
			refuse(w, http.StatusForbidden, fault.New(fault.Forbidden,
				"this service answers clients with a certificate only; the router needs upstream.all.tls.cert_file and key_file"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withRequestLog tells of every request.
func withRequestLog(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		next.ServeHTTP(w, r)
		logger.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "bytes", r.ContentLength,
			"took", time.Since(begin))
	})
}
