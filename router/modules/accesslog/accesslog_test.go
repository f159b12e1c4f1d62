package accesslog_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

// lines are those of the access log.
func lines(r *moduletest.Rig) (all []string) {
	for line := range strings.Lines(r.Log.String()) {
		if strings.Contains(line, `msg="POST `) {
			all = append(all, strings.TrimSpace(line[strings.Index(line, "level="):]))
		}
	}
	return all
}

// TestLines reads what is written about requests that go well and others.
func TestLines(t *testing.T) {
	r := moduletest.New(t, "access_log: {enabled: true}\nlog: {request_ids: true}", nil)
	r.Ask("query Q { person(id: 1) { name } }", "X-Request-Id", "a1")
	r.Ask("{ nonsense }", "X-Request-Id", "a2")
	r.Subgraphs["people"].Answer("rename(", `{"errors":[{"message":"no"}]}`)
	r.Ask(`mutation { rename(id: 1, name: "B") { name } }`, "X-Request-Id", "a3")
	got := lines(r)
	for i, want := range [][]string{
		{`level=INFO msg="POST query Q" status=200 took=`, " bytes=", " fetches=1 request_id=a1"},
		{`level=WARN msg="POST rejected" status=`, " fetches=0 errors=1 code=GRAPHQL_VALIDATION_FAILED request_id=a2"},
		{`level=WARN msg="POST mutation" status=200`, " fetches=1 errors=1 request_id=a3"},
	} {
		for _, part := range want {
			if i >= len(got) || !strings.Contains(got[i], part) {
				t.Errorf("there is no %q in line %d of %q", part, i, got)
			}
		}
	}
}

// TestChosenFields writes other fields, and such that expressions compute.
func TestChosenFields(t *testing.T) {
	r := moduletest.New(t, `
access_log:
  enabled: true
  fields: [operation, kind, method, path, code]
  values: {tenant: 'header("X-Tenant")', who: 'claim("sub") ?? "nobody"', "length.of": 'len(header("X-Tenant"))', broken: 'claim("a").b'}`, nil)
	r.Ask("query Q { person(id: 1) { name } }", "X-Tenant", "shop")
	r.Ask("{ nonsense }")
	for i, want := range []string{
		`level=INFO msg="POST query Q" operation=Q kind=query method=POST path=/graphql length.of=4 tenant=shop who=nobody`,
		`level=WARN msg="POST rejected" method=POST path=/graphql code=GRAPHQL_VALIDATION_FAILED length.of=0 tenant="" who=nobody`,
	} {
		if got := lines(r); i >= len(got) || got[i] != want {
			t.Errorf("line %d: %q, want %q", i, got, want)
		}
	}
}

// TestFieldsKeepNoRequestsApart has identical queries of different tenants share a call.
func TestFieldsKeepNoRequestsApart(t *testing.T) {
	r := moduletest.New(t, "access_log: {enabled: true, values: {tenant: 'header(\"X-Tenant\")'}}\ncache: {enabled: true, ttl: 1m}", nil)
	r.Ask("{ person(id: 1) { name } }", "X-Tenant", "a")
	r.Ask("{ person(id: 1) { name } }", "X-Tenant", "b")
	if asked := r.Subgraphs["people"].Asked(); len(asked) != 1 {
		t.Errorf("the subgraph was asked %d times", len(asked))
	}
	if got := strings.Join(lines(r), "\n"); !strings.Contains(got, "tenant=a") || !strings.Contains(got, "tenant=b") {
		t.Error(got)
	}
}

// TestWhichRequestsHaveALine leaves out what goes well.
func TestWhichRequestsHaveALine(t *testing.T) {
	r := moduletest.New(t, "access_log: {enabled: true, sampling: {ratio: 0, slower_than: 0}}", nil)
	for range 10 {
		r.Ask("query Fine { person(id: 1) { name } }")
	}
	r.Ask("{ nonsense }")
	if got := lines(r); len(got) != 1 || !strings.Contains(got[0], "rejected") {
		t.Errorf("%q", got)
	}
	r = moduletest.New(t, "access_log: {enabled: true, sampling: {ratio: 0, slower_than: 1ns}}", nil)
	r.Ask("query Slow { person(id: 1) { name } }")
	if got := lines(r); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestSettings(t *testing.T) {
	for settings, want := range map[string]string{
		"fields: [statos]":                  `access_log.fields: there is no field "statos"; there are bytes, code, errors`,
		"sampling: {ratio: 2}":              "access_log.sampling.ratio: 2 is no share; it must be from 0 to 1",
		"sampling: {slower_than: -1s}":      "access_log.sampling.slower_than: -1s is not possible",
		"values: {a: 'headr(\"X\")'}":       "access_log.values.a: unknown name headr",
		"values: {a b: '\"c\"'}":            "access_log.values.a b: the name of a field has letters",
		"values: {status: 'header(\"X\")'}": "access_log.values.status: is a field already",
	} {
		if got := moduletest.Problems(t, "access_log: {"+settings+"}"); !strings.Contains(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", settings, got, want)
		}
	}
}
