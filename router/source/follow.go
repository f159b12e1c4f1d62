package source

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/weft-graphql/weft/router/config"
)

// Follower brings a router's graph from its source, and notices when there is another one. What cannot be used is
// reported in the log and counted; the graph from before goes on.
type Follower struct {
	// Settings say, at the moment, where the graph comes from.
	Settings func() *config.Supergraph
	// Use takes another graph into use, or tells why that is not possible.
	Use func(sdl string) error
	// Count is told what became of each attempt.
	Count func(err error)
	// OnTrial tells that what was given to Use is not yet for everybody; optional.
	OnTrial func() bool
	// Logger receives what operators must know.
	Logger *slog.Logger

	files *config.FileWatch
	// seen is the graph that was seen last at a place.
	seen  Seen
	place string
}

// Begin brings the graph for the first time. It comes before anything else.
func (f *Follower) Begin(s *config.Supergraph) (string, error) {
	// From before they are read: a change that comes later is one that must be noticed.
	f.files = config.NewFileWatch(filesOf(s))
	document, err := f.get(context.Background(), s, Seen{})
	if err != nil {
		return "", err
	}
	return document.SDL, nil
}

// Again brings the graph for other settings. It does not count as seen: nothing but what is polled may change that,
// because the settings may not be used after all.
func (f *Follower) Again(s *config.Supergraph) (string, error) {
	f.files.Follow(filesOf(s))
	return Load(context.Background(), s)
}

// get asks the source for what is not the graph that was seen.
func (f *Follower) get(ctx context.Context, s *config.Supergraph, seen Seen) (*Document, error) {
	from, place := of(s)
	if place != f.place {
		seen = Seen{}
	}
	document, err := get(ctx, from, s, seen)
	if document != nil {
		f.seen, f.place = document.Seen, place
	}
	return document, err
}

// WatchFiles loads the graph again whenever one of its files changes, until ctx ends. What has changed since Begin is
// noticed, too.
func (f *Follower) WatchFiles(ctx context.Context) {
	for f.files.Wait(ctx, f.Settings().PollInterval) {
		s := f.Settings()
		if !s.Watch {
			continue
		}
		began := time.Now()
		sdl, err := Load(ctx, s)
		if err == nil {
			err = f.Use(sdl)
		}
		f.Count(err)
		if err != nil {
			f.Logger.Error("the changed supergraph is not in use: the graph from before goes on", "err", err)
			continue
		}
		f.Logger.Info(f.taken(), "took", time.Since(began))
	}
}

// Poll looks for another supergraph where it has to be asked for, until ctx ends. The same trouble is reported once.
func (f *Follower) Poll(ctx context.Context) {
	reported := ""
	// unreachable tells that the last attempt did not even bring a supergraph.
	unreachable := false
	for wait(ctx, interval(f.Settings())) {
		s := f.Settings()
		if _, place := of(s); place == "" {
			continue
		}
		began := time.Now()
		document, err := f.get(ctx, s, f.seen)
		changed := document != nil
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && !changed && !unreachable:
			continue
		}
		unreachable = err != nil
		if changed {
			err = f.Use(document.SDL)
		}
		f.Count(err)
		switch {
		case err == nil:
			reported = ""
			if changed {
				f.Logger.Info(f.taken(), "took", time.Since(began))
			}
		case err.Error() != reported:
			reported = err.Error()
			f.Logger.Error("the changed supergraph is not in use: the graph from before goes on", "err", err)
		}
	}
}

// taken is what the log says when Use has taken a graph.
func (f *Follower) taken() string {
	if f.OnTrial != nil && f.OnTrial() {
		return "the changed supergraph is on trial"
	}
	return "the changed supergraph is in use"
}

// interval is how long to wait before the source is asked again.
func interval(s *config.Supergraph) time.Duration {
	switch {
	case s.S3.Bucket != "":
		return s.S3.PollInterval
	case s.OCI.Reference != "":
		return s.OCI.PollInterval
	default:
		return s.HTTP.PollInterval
	}
}

// wait waits for about an interval; false when ctx has ended. Routers that were started together do not ask together.
func wait(ctx context.Context, interval time.Duration) bool {
	timer := time.NewTimer(interval - time.Duration(rand.Int64N(int64(interval/10)+1)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
