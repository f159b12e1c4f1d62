package standalone

import (
	"context"

	"github.com/weft-graphql/weft/router/server"
)

// Serve is server.Run, and says in the log when the end begins.
func Serve(ctx context.Context, listeners []server.Listener, opts server.RunOptions) error {
	quiet := context.AfterFunc(ctx, func() {
		opts.Logger.Info("shutting down: requests in progress may finish", "at most", opts.DrainDelay+opts.ShutdownTimeout)
	})
	defer quiet()
	return server.Run(ctx, listeners, opts)
}
