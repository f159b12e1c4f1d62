package router

import (
	"context"

	"github.com/weft-graphql/weft/router/config"
)

// certificatesOf are the files with which subgraphs are spoken to.
func certificatesOf(u *config.Upstream) []string {
	files := filesOfTLS(nil, &u.All.TLS)
	for _, s := range u.Subgraphs {
		files = filesOfTLS(files, &s.TLS)
	}
	return files
}

func filesOfTLS(files []string, t *config.UpstreamTLS) []string {
	for _, file := range []string{t.CAFile, t.CertFile, t.KeyFile} {
		if file != "" {
			files = append(files, file)
		}
	}
	return files
}

// watchCertificates makes another generation whenever the files with which subgraphs are spoken to change: its
// connections to those subgraphs are new ones, and requests in progress end on the old ones.
func (r *Router) watchCertificates(ctx context.Context) {
	for r.certificates.Wait(ctx, r.graphSettings().PollInterval) {
		r.replacing.Lock()
		err := r.replace(r.config, r.supergraph)
		r.replacing.Unlock()
		r.reloads.count(reloadedCertificates, err)
		if err != nil {
			r.options.Logger.Error("the changed certificates are not in use: those from before go on", "err", err)
			continue
		}
		r.options.Logger.Info("the changed certificates are in use")
	}
}
