package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// TestPlatformsSayThePort has PORT count more than the file and less than WEFT_LISTEN.
func TestPlatformsSayThePort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "weft.yaml")
	if err := os.WriteFile(file, []byte("listen: 127.0.0.1:4711\nsupergraph: {path: a.graphql}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, environ := range map[string][]string{
		"127.0.0.1:4711": {"PORT="}, ":8080": {"PORT=8080"}, ":4000": {"PORT=8080", "WEFT_LISTEN=:4000"},
	} {
		c, err := config.Load(config.Source{File: file, Environ: environ})
		if err != nil || c.Listen != want {
			t.Errorf("%v: listens at %v (%v), want %s", environ, c, err, want)
		}
	}
	for _, port := range []string{"0", "65536", "tcp://10.0.0.1:80", "-1"} {
		if c, err := config.Load(config.Source{File: file, Environ: []string{"PORT=" + port}}); err == nil {
			t.Errorf("PORT=%s makes it listen at %s", port, c.Listen)
		}
	}
}
