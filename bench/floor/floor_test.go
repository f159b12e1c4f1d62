package floor

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/bench/definition"
	"github.com/weft-graphql/weft/bench/stub"
)

func startStub(t *testing.T, scale int) *stub.Stub {
	t.Helper()
	s, err := stub.Start(stub.Config{Host: "127.0.0.1", Scale: scale})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func postTo(t *testing.T, url string, body []byte) (int, []byte) {
	t.Helper()
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func TestMakesTheCallsAndGivesTheExpectedAnswer(t *testing.T) {
	s := startStub(t, 1)
	handler, err := New(s.URLs(), 1)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	for name, calls := range map[string]int64{"same": 8, "distinct": 8, "small": 1, "cached": 2} {
		w, err := definition.FindWorkload(name)
		if err != nil {
			t.Fatal(err)
		}
		before := s.Calls()
		status, answer := postTo(t, server.URL+"/"+name, w.Body)
		var want bytes.Buffer
		if err := json.Compact(&want, w.Expected); err != nil {
			t.Fatal(err)
		}
		if status != 200 || !bytes.Equal(answer, want.Bytes()) {
			t.Errorf("%s: status %d, answer %.200s", name, status, answer)
		}
		if made := s.Calls() - before; made != calls {
			t.Errorf("%s: %d subgraph calls, want %d", name, made, calls)
		}
	}
}

// Fixed bodies are only a fair floor when subgraphs answer them with data.
func TestSubgraphsAnswerTheFixedBodies(t *testing.T) {
	for _, scale := range []int{1, 10} {
		s := startStub(t, scale)
		all, err := plans(scale)
		if err != nil {
			t.Fatal(err)
		}
		received := 0
		for name, p := range all {
			for _, wave := range p.waves {
				for _, c := range wave {
					status, answer := postTo(t, s.URLs()[c.subgraph], c.body)
					if status != 200 || !json.Valid(answer) || bytes.Contains(answer, []byte(":null")) || bytes.Contains(answer, []byte(`"errors"`)) {
						t.Errorf("%s: %s answers %.200s with %.300s", name, c.subgraph, c.body, answer)
					}
					if name == "distinct" {
						received += len(answer)
					}
				}
			}
		}
		if received < 10_000*scale {
			t.Errorf("scale %d: only %d bytes received from subgraphs", scale, received)
		}
	}
}

func TestSubgraphErrorIsSaid(t *testing.T) {
	s := startStub(t, 1)
	handler, err := New(s.URLs(), 1)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	if err := s.Subgraph("inventory").SetFaults(stub.Faults{Fail: 1}); err != nil {
		t.Fatal(err)
	}
	if status, answer := postTo(t, server.URL+"/distinct", nil); status != http.StatusBadGateway || !strings.Contains(string(answer), "status 500") {
		t.Errorf("status %d, answer %.200s", status, answer)
	}
}

func TestBadURLsAreRefused(t *testing.T) {
	for _, urls := range []map[string]string{{}, {"accounts": "::"}, {"accounts": "https://127.0.0.1/"}} {
		if _, err := New(urls, 1); err == nil {
			t.Errorf("%v was accepted", urls)
		}
	}
}
