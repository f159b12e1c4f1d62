package loglevel

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheLogLevelChangesWhileTheRouterRuns sets it, for good and for a while.
func TestTheLogLevelChangesWhileTheRouterRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		level := new(slog.LevelVar)
		handler := Handler(level, slog.New(slog.DiscardHandler))
		request := func(method, query, body string) (int, string) {
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, httptest.NewRequest(method, "/log/level"+query, strings.NewReader(body)))
			return rec.Code, strings.TrimSpace(rec.Body.String())
		}
		want := func(when string, want slog.Level) {
			t.Helper()
			if got := level.Level(); got != want {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
		}
		if code, body := request(http.MethodGet, "", ""); code != http.StatusOK || body != "info" {
			t.Errorf("%d %s", code, body)
		}
		request(http.MethodPut, "", "warn\n")
		want("for good", slog.LevelWarn)
		request(http.MethodPut, "?for=10m", "debug")
		want("for a while", slog.LevelDebug)
		time.Sleep(5 * time.Minute)
		request(http.MethodPut, "?for=10m", "info")
		time.Sleep(6 * time.Minute)
		want("the first while would be over", slog.LevelInfo)
		time.Sleep(5 * time.Minute)
		want("afterwards", slog.LevelWarn)
		request(http.MethodPut, "?for=1m", "debug")
		request(http.MethodPut, "", "error")
		time.Sleep(2 * time.Minute)
		want("set within a while", slog.LevelError)
		for query, body := range map[string]string{"": "loud", "?for=-1s": "debug", "?for=100h": "debug", "?for=soon": "debug"} {
			if code, text := request(http.MethodPut, query, body); code != http.StatusBadRequest || text == "" {
				t.Errorf("%s %s: %d %s", query, body, code, text)
			}
		}
		if code, _ := request(http.MethodPost, "", "debug"); code != http.StatusMethodNotAllowed {
			t.Errorf("POST: %d", code)
		}
		want("in the end", slog.LevelError)
	})
}
