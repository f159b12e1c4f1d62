package config

import (
	"context"
	"iter"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

// FileWatch notices changes of files by looking at their sizes and times. Polling also works where change
// notifications do not: on network file systems and in containers whose files are mounted.
type FileWatch struct {
	mu   sync.Mutex
	seen map[string]fileState
}

type fileState struct {
	size     int64
	modified time.Time
}

// NewFileWatch watches files from now on.
func NewFileWatch(files []string) *FileWatch {
	w := &FileWatch{}
	w.Follow(files)
	return w
}

// Follow watches these files from now on. Directories count as changed when a file comes or goes.
func (w *FileWatch) Follow(files []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = stateOf(slices.Values(files))
}

// Wait returns true when a file has changed, false when ctx has ended.
func (w *FileWatch) Wait(ctx context.Context, interval time.Duration) bool {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks.C:
			if w.changed() {
				return true
			}
		}
	}
}

// changed looks at the files that are followed now.
func (w *FileWatch) changed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := stateOf(maps.Keys(w.seen))
	changed := !maps.Equal(now, w.seen)
	w.seen = now
	return changed
}

func stateOf(files iter.Seq[string]) map[string]fileState {
	state := map[string]fileState{}
	for file := range files {
		var s fileState
		if info, err := os.Stat(file); err == nil {
			s = fileState{info.Size(), info.ModTime()}
		}
		state[file] = s
	}
	return state
}
