package definition

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestWorkloadsAreCompleteJSON(t *testing.T) {
	for _, name := range WorkloadNames() {
		w, err := FindWorkload(name)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(w.Body) || !json.Valid(w.Expected) {
			t.Errorf("%s: body or expected answer is not JSON", name)
		}
		distinct := bytes.Contains(w.Body, []byte(DistinctNumber))
		if want := name != "same"; distinct != want {
			t.Errorf("%s: contains the number to replace = %v, want %v", name, distinct, want)
		}
		if w.CacheControl != (name == "cached") {
			t.Errorf("%s: CacheControl = %v", name, w.CacheControl)
		}
		if echoes := bytes.Contains(w.Expected, []byte(DistinctNumber)); echoes != (name == "unique") {
			t.Errorf("%s: the answer contains the number = %v", name, echoes)
		}
	}
}

func TestUnknownWorkloadNamesTheKnownOnes(t *testing.T) {
	_, err := FindWorkload("huge")
	if err == nil || !strings.Contains(err.Error(), `"huge"`) || !strings.Contains(err.Error(), "same, distinct, small, cached, literal, unique") {
		t.Errorf("error = %v", err)
	}
}

func TestSubgraphsAreSortedAndNotEmpty(t *testing.T) {
	previous := ""
	for _, s := range Subgraphs() {
		if s.Name <= previous || !strings.Contains(s.SDL, "@key") {
			t.Errorf("subgraph %q after %q, SDL of %d bytes", s.Name, previous, len(s.SDL))
		}
		previous = s.Name
	}
}
