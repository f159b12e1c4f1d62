package metrics_test

import (
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/modules/moduletest"
)

func TestRefusedRequestsAreCountedByTheirCode(t *testing.T) {
	settings := "admin: {listen: 'localhost:0'}\nlimits: {depth: 1, warn_only: "
	for warn, want := range map[string]string{
		"false": `weft_refused_total{code="MAX_DEPTH_LIMIT"} 1`, "true": `weft_limits_exceeded_total{code="MAX_DEPTH_LIMIT"} 1`,
	} {
		r := moduletest.New(t, settings+warn+"}\n", nil)
		got := r.Ask("{person(id:1){name}}")
		if refused := got.Code() == "MAX_DEPTH_LIMIT"; refused != (warn == "false") {
			t.Errorf("warn_only %s: %s", warn, got.Body)
		}
		r.Post("{")
		text := r.Metrics()
		if !strings.Contains(text, want) || !strings.Contains(text, `weft_refused_total{code="BAD_REQUEST"} 1`) {
			t.Errorf("warn_only %s: no %s in\n%s", warn, want, text)
		}
	}
}

// TestLimitsThatOnlyWarnAreCountedInBatches sends three operations at once, two of which are beyond a limit.
func TestLimitsThatOnlyWarnAreCountedInBatches(t *testing.T) {
	r := moduletest.New(t, "admin: {listen: 'localhost:0'}\ngraphql: {batching: {enabled: true}}\n"+
		"limits: {depth: 1, warn_only: true}\n", nil)
	got := r.Post(`[{"query":"{person(id:1){name}}"},{"query":"{__typename}"},{"query":"{person(id:2){name}}"}]`)
	if text, want := r.Metrics(), `weft_limits_exceeded_total{code="MAX_DEPTH_LIMIT"} 2`; !strings.Contains(text, want) {
		t.Errorf("%s: no %s in\n%s", got.Body, want, text)
	}
}
