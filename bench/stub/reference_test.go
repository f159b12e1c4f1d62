package stub

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/weft-graphql/weft/bench/definition"
)

// The expected answers were made by others than this executor: that it reproduces them, key order included, is what
// makes its answers at other scales trustworthy.
func TestReferenceGivesTheExpectedAnswers(t *testing.T) {
	reference, err := NewReference(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range definition.WorkloadNames() {
		w, err := definition.FindWorkload(name)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, w.Expected); err != nil {
			t.Fatal(err)
		}
		if got := reference.Answer(w.Body); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: the answer differs from the expected one:\n%.400s", name, got)
		}
	}
}

func TestReferenceGrowsWithScale(t *testing.T) {
	w, err := definition.FindWorkload("distinct")
	if err != nil {
		t.Fatal(err)
	}
	size := func(scale int) int {
		reference, err := NewReference(scale)
		if err != nil {
			t.Fatal(err)
		}
		answer := reference.Answer(w.Body)
		if bytes.Contains(answer, []byte(`"errors"`)) {
			t.Fatalf("scale %d: %.300s", scale, answer)
		}
		return len(answer)
	}
	one, ten := size(1), size(10)
	if ten < 10*one-1000 || ten > 11*one {
		t.Errorf("answer of %d bytes at scale 1 and %d at scale 10: want ten times as many", one, ten)
	}
	for _, scale := range []int{0, -1, MaxScale + 1} {
		if _, err := NewReference(scale); err == nil {
			t.Errorf("scale %d was accepted", scale)
		}
	}
}
