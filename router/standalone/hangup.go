package standalone

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// hangups returns where SIGHUP comes from now on. The process does not end by it any more, not even while it starts or
// shuts down with requests in progress.
func hangups() <-chan os.Signal {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	return hangup
}

// EndOnHangup returns a context that also ends with SIGHUP, which comes when the terminal is closed: there is an
// orderly end then, too. Whoever starts a process with nohup wants it to go on.
func EndOnHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}
