package usage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/usage"
)

// reported is what a router has written when it has ended.
func reported(t *testing.T, r *moduletest.Rig, dir string) *usage.Report {
	t.Helper()
	r.Router.Close()
	report, err := usage.ReadFiles([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// told is what a report says, in lines.
func told(r *usage.Report) (lines []string) {
	for _, u := range r.Uses() {
		d := r.Documents[u.Document]
		lines = append(lines, fmt.Sprintf("%s: %d %s %s [%s]", u.Shown(), u.Count, d.Kind, d.Name, strings.Join(d.Uses, " ")))
	}
	return lines
}

// TestUsage asks as several clients.
func TestUsage(t *testing.T) {
	dir := t.TempDir()
	r := moduletest.New(t, "usage: {directory: "+dir+"}", nil)
	for range 3 {
		r.Ask(`query Who { person(id: "secret") { name } }`, "graphql-client-name", "web", "graphql-client-version", "1.2")
	}
	r.Ask(`query Who { person(id: "other") { name } }`, "Apollographql-Client-Name", "web", "Apollographql-Client-Version", "1.3")
	r.Ask(`mutation { rename(id: 1, name: "secret") { name } }`)
	r.Ask(`{ nonsense }`, "graphql-client-name", "web")
	r.Ask(`{ person }`, "graphql-client-name", "web")
	r.Post(`{"query":"query($i: ID!) { person(id: $i) { name } }","variables":{}}`)
	report := reported(t, r, dir)
	want := []string{
		"web 1.2: 3 query Who [Person Person.name Query Query.person Query.person(id:) String]",
		"(no name): 1 mutation  [Mutation Mutation.rename Mutation.rename(id:) Mutation.rename(name:) Person Person.name String]",
		"web 1.3: 1 query Who [Person Person.name Query Query.person Query.person(id:) String]",
	}
	got := told(report)
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "ID ", "")
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	text, err := os.ReadFile(files[0])
	if err != nil || strings.Contains(string(text), "secret") || !strings.Contains(string(text), `person(id: \"\")`) {
		t.Errorf("%v: %s", err, text)
	}
}

// TestTooManyClients has one pair too few.
func TestTooManyClients(t *testing.T) {
	dir := t.TempDir()
	r := moduletest.New(t, "usage: {directory: "+dir+", max_pairs: 2}\nadmin: {listen: \"127.0.0.1:0\"}", nil)
	for _, client := range []string{"a", "b", "c", "c", "a"} {
		r.Ask(`{ person(id: 1) { name } }`, "graphql-client-name", client)
	}
	if got := r.Metrics(); !strings.Contains(got, "weft_usage_unattributed_total 2") {
		t.Error("nobody is told that some are not told")
	}
	report := reported(t, r, dir)
	if got := told(report); len(got) != 2 || !strings.HasPrefix(got[0], "a: 2 ") || !strings.HasPrefix(got[1], "b: 1 ") {
		t.Errorf("%q", got)
	}
	if report.Rest["Person.name"].Uses != 2 || report.Rest["Query.person(id:)"].Uses != 2 || report.RestRequests != 2 || report.Requests() != 5 {
		t.Errorf("%+v", report)
	}
}

// TestUsageOutlivesGenerations reloads settings, and others.
func TestUsageOutlivesGenerations(t *testing.T) {
	dir := t.TempDir()
	settings := "usage: {directory: " + dir + "}\n"
	r := moduletest.New(t, settings, nil)
	ask := func() { r.Ask(`{ person(id: 1) { name } }`, "graphql-client-name", "a") }
	ask()
	for _, more := range []string{"limits: {depth: 9}", "", "limits: {depth: 8}"} {
		c, err := moduletest.Load(t, settings+more)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Router.Reload(c); err != nil {
			t.Fatal(err)
		}
		ask()
	}
	if got := told(reported(t, r, dir)); len(got) != 1 || !strings.HasPrefix(got[0], "a: 4 ") {
		t.Errorf("%q", got)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 {
		t.Errorf("%d files", len(files))
	}
}

// TestWithoutDocuments tells what is used, and not the operation.
func TestWithoutDocuments(t *testing.T) {
	dir := t.TempDir()
	r := moduletest.New(t, "usage: {directory: "+dir+", documents: false}", nil)
	r.Ask(`{ person(id: 1) { name } }`)
	r.Ask(`{ person(id: 1) { n: name } }`)
	r.Ask(`{ person(id: 1) { id } }`)
	report := reported(t, r, dir)
	for _, d := range report.Documents {
		if d.Text != "" || !slices.Contains(d.Uses, "Query.person") {
			t.Errorf("%+v", d)
		}
	}
	if got := told(report); len(got) != 2 || !strings.HasPrefix(got[0], "(no name): 2 ") {
		t.Errorf("%q", got)
	}
}

func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for settings, want := range map[string]string{
		"interval: 1ms":                      "usage.interval: 1ms is too short",
		"keep: 0":                            "usage.keep: 0 is not possible",
		"max_pairs: 0":                       "usage.max_pairs: 0 is not possible",
		"max_bytes: 1KB":                     "usage.max_bytes: must be at least 64KB",
		"otlp: {endpoint: 'collector:4318'}": `usage.otlp.endpoint: "collector:4318" is not the address of a collector`,
		"otlp: {protocol: udp}":              `usage.otlp.protocol: "udp" is not possible`,
	} {
		if got := moduletest.Problems(t, "usage: {"+settings+"}"); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", settings, got, want)
		}
	}
	for directory, want := range map[string]string{
		"/nowhere/at/all": "usage.directory: /nowhere/at/all: there is no such directory",
		file:              "is a file; name a directory",
	} {
		if _, err := moduletest.Try(t, "usage: {directory: "+directory+"}", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", directory, err, want)
		}
	}
}
