package reload_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// TestReloadsAreCounted reloads settings that can be used, and some that cannot.
func TestReloadsAreCounted(t *testing.T) {
	r := moduletest.New(t, "admin: {listen: 'localhost:0'}", nil)
	want := func(when string, lines ...string) {
		t.Helper()
		text := r.Metrics()
		for _, line := range lines {
			if !strings.Contains(text, line+"\n") {
				t.Errorf("%s: there is no %s in\n%s", when, line, text[strings.Index(text, "# HELP weft_reload"):])
			}
		}
	}
	reload := func(settings string) error {
		cfg, err := moduletest.Load(t, "admin: {listen: 'localhost:0'}\n"+settings)
		if err != nil {
			t.Fatal(err)
		}
		return r.Router.Reload(cfg)
	}
	if err := reload("limits: {depth: 3}"); err != nil {
		t.Fatal(err)
	}
	want("used", `weft_reloads_total{result="used",what="configuration"} 1`, `weft_reload_failing{what="configuration"} 0`)
	if err := reload("upstream: {all: {tls: {ca_file: missing.pem}}}"); err == nil {
		t.Fatal("a file that is not there is no mistake")
	}
	r.Router.ReloadRefused(errors.New("not even settings"))
	want("refused", `weft_reloads_total{result="refused",what="configuration"} 2`, `weft_reload_failing{what="configuration"} 1`,
		`weft_reload_failing{what="supergraph"} 0`)
	if err := reload(""); err != nil {
		t.Fatal(err)
	}
	want("mended", `weft_reloads_total{result="used",what="configuration"} 2`, `weft_reload_failing{what="configuration"} 0`)
}
