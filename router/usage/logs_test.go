package usage_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/usage"
)

// batch is a line as a collector writes it, of records with these bodies.
func batch(t *testing.T, scope string, attributes string, bodies ...string) string {
	t.Helper()
	var records []string
	for _, body := range bodies {
		quoted, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, `{"timeUnixNano":"1764583200000000000","severityNumber":9,"body":{"stringValue":`+string(quoted)+
			`},"attributes":[`+attributes+`],"traceId":"","spanId":""}`)
	}
	return `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"weft-router"}}]},` +
		`"scopeLogs":[{"scope":{"name":"` + scope + `"},"logRecords":[` + strings.Join(records, ",") + `]}]}]}` + "\n"
}

// TestLogsOfCollectors has the lines of a report in any order, in several batches and files, among logs of others.
func TestLogsOfCollectors(t *testing.T) {
	const ofFile = `{"key":"log.file.name","value":{"stringValue":"usage-20261101T100500.000Z-ab.jsonl"}}`
	const ofOther = `{"key":"log.file.name","value":{"stringValue":"app.log"}},{"key":"n","value":{"intValue":"5"}}`
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		report := random(r)
		lines := strings.Split(strings.TrimSpace(text(t, report)), "\n")
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		scope, attributes := usage.LogScope, `{"key":"weft.usage.count","value":{"intValue":"5"}}`
		if seed%2 == 1 {
			scope, attributes = "", ofFile
		}
		half := len(lines) / 2
		dir := t.TempDir()
		for name, content := range map[string]string{
			"a.json": batch(t, "other", "", `{"field":"T.f1","count":1000}`, "hello") + batch(t, scope, attributes, lines[half:]...),
			"b.json": batch(t, scope, attributes, lines[:half]...) + batch(t, "", ofOther, `{"field":"T.f1","count":1000}`),
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := usage.ReadFiles([]string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")})
		if err != nil || text(t, got) != text(t, report) {
			t.Fatalf("seed %d: %v:\n%s\nnot\n%s", seed, err, text(t, got), text(t, report))
		}
	}
}

func TestLogsThatAreNoReport(t *testing.T) {
	for content, want := range map[string]string{
		batch(t, "other", "", `{"weft_usage":1}`):        "there are logs, and nothing about usage among them",
		`{"resourceLogs":[]}`:                            "there are logs, and nothing about usage among them",
		batch(t, usage.LogScope, "", "hello"):            "line 1: a log record is no part of a report",
		batch(t, usage.LogScope, "", `{"weft_usage":9}`): "line 1: the report has the version 9",
		batch(t, usage.LogScope, "", `{"weft_usage":1}`, `{"client":"a","document":"b","count":1}`): "a count is of the document b, which is not in " +
			"any of the logs: give all files of the time",
	} {
		err := usage.NewReport().Read(strings.NewReader(content))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
}
