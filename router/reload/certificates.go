// Package reload is what a running router loads again, besides its graph: the files with which subgraphs are spoken to,
// and the counts of everything that was loaded again.
package reload

import (
	"context"
	"log/slog"
	"time"

	"github.com/weft-graphql/weft/router/config"
)

// CertificateFiles are the files with which subgraphs are spoken to.
func CertificateFiles(u *config.Upstream) []string {
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

// FollowCertificates has another generation made whenever the files with which subgraphs are spoken to change, until ctx
// ends: its connections to those subgraphs are new ones, and requests in progress end on the old ones. interval tells how
// often to look, at the moment.
func FollowCertificates(
	ctx context.Context, files *config.FileWatch, interval func() time.Duration, renew func() error, counts *Counts,
	logger *slog.Logger,
) {
	for files.Wait(ctx, interval()) {
		err := renew()
		counts.Count(Certificates, err)
		if err != nil {
			logger.Error("the changed certificates are not in use: those from before go on", "err", err)
			continue
		}
		logger.Info("the changed certificates are in use")
	}
}
