package sigv4_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/router/modules/moduletest"
	"github.com/weft-graphql/weft/router/modules/sigv4"
)

const settings = `
headers: {all: {forward: [Authorization, X-Tenant]}}
sigv4:
  subgraphs:
    people:
      {region: eu-central-1, service: execute-api, access_key_id: AKIDEXAMPLE, secret_access_key: secret, session_token: temporary,
       url: 'https://people.example/stage/graphql'}
`

// TestRequestsAreSigned signs what a subgraph got once more, at the time that it says.
func TestRequestsAreSigned(t *testing.T) {
	r := moduletest.New(t, settings, nil)
	answer := r.Ask("{person(id: 1) {name age}}", "Authorization", "Bearer client", "X-Tenant", "a")
	if answer.Status != http.StatusOK || !strings.Contains(answer.Body, "Ada") {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	got := r.Subgraphs["people"].Header()
	at, err := time.Parse(sigv4.Timestamp, got.Get("X-Amz-Date"))
	if err != nil || time.Since(at) > time.Minute || time.Since(at) < -time.Second {
		t.Fatalf("%v, %v", got, err)
	}
	target, err := url.Parse("https://people.example/stage/graphql")
	if err != nil {
		t.Fatal(err)
	}
	want := sigv4.Authorize("AKIDEXAMPLE", "secret", "temporary", "eu-central-1", "execute-api", target, got.Get("X-Amz-Date"),
		[]byte(r.Subgraphs["people"].Asked()[0]), at)
	if said := got.Values("Authorization"); len(said) != 1 || said[0] != want || got.Get("X-Amz-Security-Token") != "temporary" {
		t.Errorf("%v, want %s", got, want)
	}
	if got.Get("X-Tenant") != "a" {
		t.Errorf("other headers: %v", got)
	}
	// Subgraphs that are not named get what they got before.
	if other := r.Subgraphs["ages"].Header(); other.Get("Authorization") != "Bearer client" || other.Get("X-Amz-Date") != "" {
		t.Errorf("the other subgraph: %v", other)
	}
}

// TestKeysMayComeFromTheEnvironment has them there, then not: the request is not sent without a signature.
func TestKeysMayComeFromTheEnvironment(t *testing.T) {
	from := `sigv4: {subgraphs: {people: {region: eu-central-1, service: lambda, credentials: environment, url: 'https://p.example/'}}}`
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	r := moduletest.New(t, from, nil)
	if answer := r.Ask("{person(id: 1) {name}}"); !strings.Contains(answer.Body, "Ada") {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if by := r.Subgraphs["people"].Header().Get("Authorization"); !strings.Contains(by, "Credential=AKIDEXAMPLE/") {
		t.Errorf("signed by %q", by)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", t.TempDir()+"/nothing")
	r = moduletest.New(t, from, nil)
	if answer := r.Ask("{person(id: 1) {name}}"); !strings.Contains(answer.Body, "cannot be signed") {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	if n := len(r.Subgraphs["people"].Asked()); n != 0 {
		t.Errorf("%d requests were sent without a signature", n)
	}
}

func TestSignaturesNeedAllOfTheirSettings(t *testing.T) {
	problems := moduletest.Problems(t, "sigv4: {subgraphs: {people: {region: eu-central-1}}}")
	for _, key := range []string{"service", "access_key_id", "secret_access_key"} {
		if !strings.Contains(problems, "sigv4.subgraphs.people."+key) {
			t.Errorf("%s: %q", key, problems)
		}
	}
}
