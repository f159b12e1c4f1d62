package server

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

// outcome is an engine that answers with an outcome and so many errors.
type outcome struct {
	Outcome
	errors int
}

func (o outcome) Execute(_ context.Context, _ *Request, resp *Response) {
	resp.Outcome, resp.Operation.Errors = o.Outcome, o.errors
	resp.Body = append(resp.Buffer(), `{}`...)
}

// TestStatuses has the status and the type of each kind of answer, for both types that a client may ask for, in the
// stable form and in the draft's.
func TestStatuses(t *testing.T) {
	const json, response = "application/json", "application/graphql-response+json"
	type answer struct {
		status int
		typ    string
	}
	const good = `{"query":"{a}"}`
	for _, c := range []struct {
		what   string
		engine outcome
		body   string
		// stable and draft are the answers to a client of application/json, and to one of the other type.
		stable, draft [2]answer
	}{
		{"all data", outcome{}, good, [2]answer{{200, json}, {200, response}}, [2]answer{{200, json}, {200, response}}},
		{"part of the data", outcome{errors: 1}, good, [2]answer{{200, json}, {200, response}}, [2]answer{{200, json}, {294, response}}},
		{"not valid", outcome{Rejected, 1}, good, [2]answer{{200, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"not parsed", outcome{Unparsed, 1}, good, [2]answer{{200, json}, {400, response}}, [2]answer{{400, response}, {400, response}}},
		{"not known", outcome{Unknown, 1}, good, [2]answer{{200, json}, {200, response}}, [2]answer{{200, json}, {404, response}}},
		{"not a query", outcome{NotAQuery, 1}, good, [2]answer{{405, json}, {405, response}}, [2]answer{{405, response}, {405, response}}},
		{"busy", outcome{Unavailable, 1}, good, [2]answer{{503, json}, {503, response}}, [2]answer{{503, response}, {503, response}}},
		{"nobody", outcome{Unauthenticated, 1}, good, [2]answer{{401, json}, {401, response}}, [2]answer{{401, response}, {401, response}}},
		{"forbidden", outcome{Forbidden, 1}, good, [2]answer{{403, json}, {403, response}}, [2]answer{{403, response}, {403, response}}},
		{"too many", outcome{TooMany, 1}, good, [2]answer{{429, json}, {429, response}}, [2]answer{{429, response}, {429, response}}},
		{"no JSON", outcome{}, `{"query":`, [2]answer{{400, json}, {400, response}}, [2]answer{{400, response}, {400, response}}},
		{"not UTF-8", outcome{}, "{\"query\":\"\xff\"}", [2]answer{{400, json}, {400, response}}, [2]answer{{400, response}, {400, response}}},
		{"a typo", outcome{}, `{"qeury":"{a}"}`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"variables in a list", outcome{}, `{"query":"{a}","variables":[7]}`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"a number for a query", outcome{}, `{"query":7}`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"a number for a name", outcome{}, `{"query":"{a}","operationName":7}`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"extensions in a text", outcome{}, `{"query":"{a}","extensions":"x"}`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"no object", outcome{}, `7`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"an empty batch", outcome{}, `[]`, [2]answer{{400, json}, {400, response}}, [2]answer{{422, response}, {422, response}}},
		{"a batch", outcome{Rejected, 1}, `[` + good + `]`, [2]answer{{200, json}, {200, response}}, [2]answer{{200, json}, {200, response}}},
	} {
		for draft, want := range map[bool][2]answer{false: c.stable, true: c.draft} {
			h := newTestHandler(t, func(o *Options) { o.Engine, o.Draft, o.MaxBatch = c.engine, draft, 2 })
			for i, accept := range []string{json, response} {
				r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader([]byte(c.body)))
				r.Header.Set("Content-Type", json)
				r.Header.Set("Accept", accept)
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, r)
				if got := (answer{rec.Code, rec.Header().Get("Content-Type")}); got != (answer{want[i].status, want[i].typ + "; charset=utf-8"}) {
					t.Errorf("%s, draft %v, %s: %v, want %v", c.what, draft, accept, got, want[i])
				}
			}
		}
	}
}
