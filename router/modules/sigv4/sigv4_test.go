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

func TestSignaturesNeedAllOfTheirSettings(t *testing.T) {
	problems := moduletest.Problems(t, "sigv4: {subgraphs: {people: {region: eu-central-1}}}")
	for _, key := range []string{"service", "access_key_id", "secret_access_key"} {
		if !strings.Contains(problems, "sigv4.subgraphs.people."+key) {
			t.Errorf("%s: %q", key, problems)
		}
	}
}
