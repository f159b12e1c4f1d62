package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFileWatchNoticesChanges(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.graphql")
	change := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change("type A")
	w := NewFileWatch([]string{file, filepath.Join(dir, "missing")})
	for _, step := range []func(){
		func() { change("type A { b: Int }") },
		func() { _ = os.Remove(file) },
		func() { change("type A") },
		func() { _ = os.WriteFile(filepath.Join(dir, "missing"), nil, 0o600) },
	} {
		step()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if !w.Wait(ctx, time.Millisecond) {
			t.Error("a change went unnoticed")
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w.Wait(ctx, time.Millisecond) {
		t.Error("nothing has changed")
	}
}
