package oracle_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/compose/oracle"
)

// TestReplay composes the whole corpus and holds every answer against the reference's.
func TestReplay(t *testing.T) {
	cases, err := oracle.Cases()
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := oracle.Verdicts()
	if err != nil {
		t.Fatal(err)
	}
	total, verdict, first, api, join, hints, composed := 0, 0, 0, 0, 0, 0, 0
	for _, c := range cases {
		if c.Declared != "" {
			continue
		}
		v := verdicts[c.ID()]
		if v == nil || v.Digest != c.Digest() {
			t.Errorf("%s: no verdict for this input; run `make compose-oracle`", c.ID())
			continue
		}
		result, errs := oracle.Compose(c)
		got := oracle.Compare(v, result, errs)
		total++
		count(&verdict, got.Verdict)
		count(&first, got.First)
		if v.OK() && len(errs) == 0 {
			composed++
			count(&api, got.API)
			count(&join, got.Join)
			count(&hints, got.Hints)
		}
		known, listed := oracle.Differences[c.ID()]
		switch {
		case got.Equal() && listed:
			t.Errorf("%s: listed as a difference (%s), but there is none", c.ID(), known)
		case !got.Equal() && !listed:
			t.Errorf("%s:\n    %s", c.ID(), strings.Join(got.Detail, "\n    "))
		}
	}
	t.Logf("%d inputs: verdict equal %d, first code equal %d; of %d that compose: API equal %d, directives equal %d, hints equal %d",
		total, verdict, first, composed, api, join, hints)
	if first*100 < total*98 {
		t.Errorf("the first code is equal in %d of %d, fewer than 98%%", first, total)
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// TestDeclared composes the cases whose verdict is ours to declare.
func TestDeclared(t *testing.T) {
	cases, err := oracle.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Declared == "" {
			continue
		}
		_, errs := oracle.Compose(c)
		got := "ok"
		if len(errs) > 0 {
			got = string(errs[0].Code)
		}
		if got != c.Declared {
			t.Errorf("%s: %s, want %s (%v)", c.ID(), got, c.Declared, errs)
		}
	}
}
