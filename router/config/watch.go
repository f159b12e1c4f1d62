package config

import (
	"context"
	"maps"
	"os"
	"time"
)

// FileWatch notices changes of files by looking at their sizes and times. Polling also works where change
// notifications do not: on network file systems and in containers whose files are mounted.
type FileWatch struct{ seen map[string]fileState }

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
func (w *FileWatch) Follow(files []string) { w.seen = stateOf(files) }

// Wait returns true when a file has changed, false when ctx has ended.
func (w *FileWatch) Wait(ctx context.Context, interval time.Duration) bool {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	files := make([]string, 0, len(w.seen))
	for file := range w.seen {
		files = append(files, file)
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks.C:
			if now := stateOf(files); !maps.Equal(now, w.seen) {
				w.seen = now
				return true
			}
		}
	}
}

func stateOf(files []string) map[string]fileState {
	state := make(map[string]fileState, len(files))
	for _, file := range files {
		var s fileState
		if info, err := os.Stat(file); err == nil {
			s = fileState{info.Size(), info.ModTime()}
		}
		state[file] = s
	}
	return state
}
