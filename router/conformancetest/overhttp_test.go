package conformancetest

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/config"
)

// npm is where make test installs what tests ask of Node.
func npm(t testing.TB) string {
	t.Helper()
	modules, err := filepath.Abs("../../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

// audits is how many audits graphql-http has: none of them may get lost.
const audits = 61

// TestServerAudits runs the audits of graphql-http, those of what a server should and may do included, against both
// servers.
func TestServerAudits(t *testing.T) {
	for name, standard := range map[string]bool{"http1": false, "standard": true} {
		t.Run(name, func(t *testing.T) {
			for id, failed := range audit(t, settings{standard: standard}) {
				t.Errorf("%s: %s", id, failed)
			}
		})
	}
}

// notInTheDraft are the audits that ask for something else than the newest draft does. graphql-http judges by the
// draft of 2023, in which 200 is the status of what application/json has to say of documents and variables, and 400
// that of parameters (LKJ, 6C0, 476, 58B) and variables that are wrong.
var notInTheDraft = strings.Fields(`
	572B FDE2 7B9B 86EE 423L 3E3A
	LKJ0 LKJ1 LKJ2 LKJ3 6C00 6C01 6C02 6C03 4760 4761 4762 4763 58B0 58B1 58B2 58B3`)

// TestServerAuditsOfTheDraft runs the same audits where graphql.over_http is draft: those fail that the draft has
// changed its mind about, and no others.
func TestServerAuditsOfTheDraft(t *testing.T) {
	failed := audit(t, settings{config: func(c *config.Config) { c.GraphQL.OverHTTP = "draft" }})
	for _, id := range notInTheDraft {
		if failed[id] == "" {
			t.Errorf("%s is no failed audit any more", id)
		}
		delete(failed, id)
	}
	for id, what := range failed {
		t.Errorf("%s: %s", id, what)
	}
}

// audit returns the audits that are not passed, by their ids.
func audit(t *testing.T, s settings) map[string]string {
	t.Helper()
	url := "http://" + serve(t, s) + "/graphql"
	out, err := exec.CommandContext(t.Context(), "node", "testdata/audits.mjs", npm(t), url).Output()
	if err != nil {
		t.Fatalf("%v (make packages installs what this needs)\n%s", err, out)
	}
	var results []struct{ ID, Name, Status, Reason string }
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(results) != audits {
		t.Errorf("%d audits were run, expected %d", len(results), audits)
	}
	failed := map[string]string{}
	for _, r := range results {
		if r.Status != "ok" {
			failed[r.ID] = r.Status + ": " + r.Name + ": " + r.Reason
		}
	}
	return failed
}

// TestStatusesOfARouter asks a whole router for what the draft has statuses for.
func TestStatusesOfARouter(t *testing.T) {
	const typ = "application/graphql-response+json"
	stable := "http://" + serve(t, settings{}) + "/graphql"
	draft := "http://" + serve(t, settings{config: func(c *config.Config) { c.GraphQL.OverHTTP = "draft" }}) + "/graphql"
	for _, c := range []struct {
		what, query   string
		stable, draft int
	}{
		{"data", `{"query":"{ping}"}`, 200, 200},
		{"data beside an error", `{"query":"{half {good bad}}"}`, 200, 294},
		{"a document that does not parse", `{"query":"{"}`, 400, 400},
		{"a document that is not valid", `{"query":"{pong}"}`, 400, 422},
		{"a document that is too deep", `{"query":"{` + strings.Repeat("a{", 200) + "a" + strings.Repeat("}", 200) + `}"}`, 400, 422},
		{"variables that do not fit", `{"query":"query($t: String!) {ping(text: $t)}"}`, 400, 422},
		{"no such operation", `{"query":"query A {ping} query B {ping}"}`, 400, 422},
		{"a document that nobody knows", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, 200, 404},
		{"a subscription", `{"query":"subscription {ticks}"}`, 400, 422},
	} {
		for url, want := range map[string]int{stable: c.stable, draft: c.draft} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(c.query))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", typ)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != want || resp.Header.Get("Content-Type") != typ+"; charset=utf-8" {
				t.Errorf("%s: %d %s, want %d\n%s", c.what, resp.StatusCode, resp.Header.Get("Content-Type"), want, text)
			}
		}
	}
}
