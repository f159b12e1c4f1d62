package accesslog

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router/server"
)

func TestLines(t *testing.T) {
	for want, o := range map[string]server.Observation{
		`level=INFO msg="POST query Q" status=200`: {Method: "POST", Status: 200, Operation: server.OperationInfo{Kind: "query", Name: "Q"}},
		`level=WARN msg="GET rejected" status=400`: {Method: "GET", Status: 400},
		`level=ERROR msg="POST mutation" status=500 took=0s bytes=7 fetches=2 errors=1 request_id=a`: {
			Method: "POST", Status: 500, Bytes: 7, RequestID: "a",
			Operation: server.OperationInfo{Kind: "mutation", Fetches: 2, Errors: 1},
		},
	} {
		var line bytes.Buffer
		(&AccessLog{logger: slog.New(slog.NewTextHandler(&line, nil))}).RequestEnded(&o)
		if !strings.Contains(line.String(), want) {
			t.Errorf("got  %swant %s", &line, want)
		}
	}
}
