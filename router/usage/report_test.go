package usage_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/usage"
)

// random is a report of few names, so that reports have something in common.
func random(r *rand.Rand) *usage.Report {
	report := usage.NewReport()
	report.From = time.Unix(r.Int64N(1000), 0).UTC()
	report.To = report.From.Add(time.Minute)
	report.Graphs[fmt.Sprint("g", r.IntN(3))] = true
	for range r.IntN(20) {
		uses := usage.Coordinates{}
		for range 1 + r.IntN(3) {
			uses[fmt.Sprint("T.f", r.IntN(5))] = r.IntN(2) == 0
		}
		text := fmt.Sprintf("query Q{f%d}", r.IntN(4))
		document := usage.NewDocument("Q", "query", text, uses)
		client := usage.Client{Name: fmt.Sprint("c", r.IntN(3)), Version: fmt.Sprint(r.IntN(2))}
		report.Add(client, &document, r.Uint64N(100)+1)
	}
	for range r.IntN(3) {
		report.Rest[fmt.Sprint("T.f", r.IntN(5))] = usage.Rest{Uses: r.Uint64N(5), Maybe: r.Uint64N(5) + 1}
		report.RestRequests++
	}
	return report
}

func merged(reports ...*usage.Report) *usage.Report {
	all := usage.NewReport()
	for _, r := range reports {
		all.Merge(r)
	}
	return all
}

func text(t *testing.T, r *usage.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestMergingIsCommutative merges the same reports in different orders and groups.
func TestMergingIsCommutative(t *testing.T) {
	for seed := range uint64(500) {
		three := func() (a, b, c *usage.Report) {
			r := rand.New(rand.NewPCG(seed, 1))
			return random(r), random(r), random(r)
		}
		a, b, c := three()
		want := text(t, merged(a, b, c))
		a, b, c = three()
		if got := text(t, merged(c, b, a)); got != want {
			t.Fatalf("seed %d: in the other order\n%s\nnot\n%s", seed, got, want)
		}
		a, b, c = three()
		if got := text(t, merged(a, merged(c, b))); got != want {
			t.Fatalf("seed %d: in groups\n%s\nnot\n%s", seed, got, want)
		}
		if requests := merged(a, b, c).Requests(); requests != a.Requests()+b.Requests()+c.Requests() {
			t.Fatalf("seed %d: %d requests", seed, requests)
		}
	}
}

// TestReportsAreReadAsTheyWereWritten also reads several that stand in one file.
func TestReportsAreReadAsTheyWereWritten(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		a, b := random(r), random(r)
		file := text(t, a) + text(t, b)
		got := usage.NewReport()
		if err := got.Read(strings.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		if want := merged(a, b); text(t, got) != text(t, want) {
			t.Fatalf("seed %d:\n%s\nnot\n%s", seed, text(t, got), text(t, want))
		}
	}
}

func TestFilesAndDirectories(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 3))
	a, b := random(r), random(r)
	for name, report := range map[string]*usage.Report{"usage-1.jsonl": a, "usage-2.jsonl": b} {
		if err := report.WriteFile(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := usage.ReadFiles([]string{dir})
	if err != nil || text(t, got) != text(t, merged(a, b)) {
		t.Errorf("%v: %+v", err, got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files are left", len(entries))
	}
	if _, err := usage.ReadFiles([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "has no usage-*.jsonl") {
		t.Errorf("an empty directory: %v", err)
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for content, want := range map[string]string{
		"":                              "the report is empty",
		"hello":                         "line 1 is no part of a report",
		`{"client":"a","document":"b"}`: "line 1 is not the beginning of a report",
		`{"weft_usage":99}`:             "line 1: the report has the version 99; this weft reads up to 1",
		"{\"weft_usage\":1}\n{}":        "line 2: it is neither a document nor a count",
		"{\"weft_usage\":1}\n{\"client\":\"a\",\"document\":\"b\",\"count\":1}": "line 2: a count is of the document b, which is not in the report",
	} {
		err := usage.NewReport().Read(strings.NewReader(content))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}
