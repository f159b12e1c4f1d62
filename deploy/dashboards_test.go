//lint:file-ignore SA1019 These dashboards are in the form that every Grafana reads, not in the newest one.

package deploy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// dashboards are those in observability, by file.
func dashboards(t *testing.T) map[string]*dashboard.Dashboard {
	t.Helper()
	runtime := cog.NewRuntime()
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(table.VariantConfig())
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	files, err := filepath.Glob("observability/grafana/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	boards := map[string]*dashboard.Dashboard{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// An error without a text is none: a list of no errors. What is strict judges, and reads no panels.
		if err := new(dashboard.Dashboard).UnmarshalJSONStrict(text); err != nil && err.Error() != "" {
			t.Errorf("%s is no dashboard to Grafana: %v", file, err)
		}
		board := &dashboard.Dashboard{}
		if err := json.Unmarshal(text, board); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := board.Validate(); err != nil {
			t.Errorf("%s is no dashboard to Grafana: %v", file, err)
		}
		boards[file] = board
	}
	return boards
}

// queries are what a dashboard asks Prometheus, by where it does.
func queries(board *dashboard.Dashboard) map[string]string {
	all := map[string]string{}
	for _, a := range board.Annotations.List {
		if a.Expr != nil {
			all["annotation "+a.Name] = *a.Expr
		}
	}
	for _, v := range board.Templating.List {
		if v.Type == dashboard.VariableTypeQuery {
			text := strings.TrimSuffix(strings.TrimPrefix(*v.Definition, "label_values("), ")")
			metric, _, _ := cutLast(text, ",")
			all["variable "+v.Name] = metric
		}
	}
	for _, p := range board.Panels {
		if p.Panel == nil {
			continue
		}
		for i, target := range p.Panel.Targets {
			all[fmt.Sprintf("panel %d (%s), query %d", *p.Panel.Id, *p.Panel.Title, i+1)] = target.(*prometheus.Dataquery).Expr
		}
	}
	return all
}

func cutLast(text, sep string) (before, after string, found bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}

// TestDashboardsAskForWhatThereIs finds what they ask for in what a router exports, and lets promtool parse it. What a
// router exports is on a dashboard.
func TestDashboardsAskForWhatThereIs(t *testing.T) {
	type record struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var parsed []record
	shown := strings.Builder{}
	for file, board := range dashboards(t) {
		for where, expr := range queries(board) {
			for _, wrong := range unknown(expr, exported(t), nil) {
				t.Errorf("%s: %s: %s", filepath.Base(file), where, wrong)
			}
			shown.WriteString(expr + "\n")
			parsed = append(parsed, record{"weft:a", strings.ReplaceAll(expr, "$__rate_interval", "5m")})
		}
	}
	text, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboards", "rules": parsed}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", "--lint=none", file)
	for name := range exported(t) {
		if strings.HasPrefix(name, "weft_") && !strings.Contains(shown.String(), name) {
			t.Errorf("%s is on no dashboard", name)
		}
	}
}

// TestDashboardsFitTogether makes sure that each has its own name, that panels do not cover each other, and that each
// variable that is used is there.
func TestDashboardsFitTogether(t *testing.T) {
	uids := map[string]string{}
	for file, board := range dashboards(t) {
		if other := uids[*board.Uid]; other != "" {
			t.Errorf("%s and %s have one uid", file, other)
		}
		uids[*board.Uid] = file
		taken := map[[2]uint32]string{}
		ids := map[uint32]bool{}
		place := func(id uint32, title string, at *dashboard.GridPos) {
			if ids[id] {
				t.Errorf("%s: two panels have the id %d", file, id)
			}
			ids[id] = true
			if at.X+at.W > 24 {
				t.Errorf("%s: %s is too wide", file, title)
			}
			covered := ""
			for x := at.X; x < at.X+at.W; x++ {
				for y := at.Y; y < at.Y+at.H; y++ {
					covered = cmp.Or(covered, taken[[2]uint32{x, y}])
					taken[[2]uint32{x, y}] = title
				}
			}
			if covered != "" {
				t.Errorf("%s: %s covers %s", file, title, covered)
			}
		}
		for _, p := range board.Panels {
			if p.Panel != nil {
				place(*p.Panel.Id, *p.Panel.Title, p.Panel.GridPos)
			} else {
				place(p.RowPanel.Id, *p.RowPanel.Title, p.RowPanel.GridPos)
			}
		}
		variables := map[string]bool{}
		for _, v := range board.Templating.List {
			variables[v.Name] = true
		}
		for where, expr := range queries(board) {
			for _, part := range strings.Split(expr, "$")[1:] {
				end := strings.IndexFunc(part, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
				if name := part[:end]; !variables[name] && name != "__rate_interval" {
					t.Errorf("%s: %s: there is no variable %s", file, where, name)
				}
			}
		}
	}
}
