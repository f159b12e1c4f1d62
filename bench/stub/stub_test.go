package stub

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func start(t *testing.T, config Config) *Stub {
	t.Helper()
	config.Host = "127.0.0.1"
	if config.Scale == 0 {
		config.Scale = 1
	}
	s, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func send(t *testing.T, method, url, body string) (*http.Response, string, error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return resp, string(content), err
}

const meQuery = `{"query":"query($n: Int) { users(n: $n) { id } }","variables":{"n":1234567890}}`
const meAnswer = `{"data":{"users":[{"id":"1"},{"id":"2"},{"id":"3"},{"id":"4"},{"id":"5"},{"id":"6"}]}}`

func TestServesCountsAndStops(t *testing.T) {
	// The server's worker pool sleeps up to ten seconds before it notices that it was stopped.
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
	s, err := Start(Config{Host: "127.0.0.1", Scale: 1, CacheControl: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	url := s.URLs()["accounts"]
	for range 2 {
		resp, body, err := send(t, "POST", url, meQuery)
		if err != nil || body != meAnswer {
			t.Fatalf("answer %s, error %v", body, err)
		}
		if resp.Header.Get("Cache-Control") != "public, max-age=60" || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", resp.Header)
		}
	}
	if s.Calls() != 2 {
		t.Errorf("%d calls counted, want 2", s.Calls())
	}
	if _, body, err := send(t, "GET", strings.Replace(url, "/graphql", "/stub/calls", 1), ""); err != nil || body != "2" {
		t.Errorf("/stub/calls says %q, error %v", body, err)
	}
	if kept := len(s.Subgraph("accounts").answers.byKey); kept != 1 {
		t.Errorf("%d answers are kept for one request", kept)
	}
}

func TestStoppedSubgraphComesBackOnItsPort(t *testing.T) {
	s := start(t, Config{})
	accounts := s.Subgraph("accounts")
	url := accounts.URL()
	accounts.Stop()
	if _, _, err := send(t, "POST", url, meQuery); err == nil {
		t.Error("a stopped subgraph answers")
	}
	if _, _, err := send(t, "POST", s.URLs()["products"], `{"query":"{ topProducts { upc } }"}`); err != nil {
		t.Errorf("its neighbour does not answer: %v", err)
	}
	if err := accounts.Start(); err != nil {
		t.Fatal(err)
	}
	if err := accounts.Start(); err == nil {
		t.Error("started twice")
	}
	if _, body, err := send(t, "POST", url, meQuery); err != nil || body != meAnswer {
		t.Errorf("after its return: %s, error %v", body, err)
	}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		faults string
		check  func(t *testing.T, resp *http.Response, body string, err error)
	}{
		{"fail", `{"fail":1}`, func(t *testing.T, resp *http.Response, _ string, err error) {
			if err != nil || resp.StatusCode != 500 {
				t.Errorf("response %v, error %v", resp, err)
			}
		}},
		{"errors", `{"errors":1}`, func(t *testing.T, _ *http.Response, body string, err error) {
			if err != nil || !json.Valid([]byte(body)) || !strings.Contains(body, `"data":null`) || !strings.Contains(body, "INJECTED") {
				t.Errorf("body %s, error %v", body, err)
			}
		}},
		{"garbage", `{"garbage":1}`, func(t *testing.T, resp *http.Response, body string, err error) {
			if err != nil || resp.StatusCode != 200 || json.Valid([]byte(body)) {
				t.Errorf("body %s, error %v", body, err)
			}
		}},
		{"truncated", `{"truncated":1}`, func(t *testing.T, _ *http.Response, body string, err error) {
			if err != nil || len(body) != len(meAnswer)/2 {
				t.Errorf("body %s, error %v", body, err)
			}
		}},
		{"close", `{"close":1}`, func(t *testing.T, _ *http.Response, body string, err error) {
			if err == nil {
				t.Errorf("a whole answer arrived: %s", body)
			}
		}},
		{"delay", `{"delay":"1ms","slow":1,"slowBy":"1ms"}`, func(t *testing.T, _ *http.Response, body string, err error) {
			if err != nil || body != meAnswer {
				t.Errorf("body %s, error %v", body, err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, Config{})
			url := s.URLs()["accounts"]
			control := strings.Replace(url, "/graphql", "/stub/faults", 1)
			if resp, body, err := send(t, "PUT", control, test.faults); err != nil || resp.StatusCode != 200 {
				t.Fatalf("setting faults: %s, error %v", body, err)
			}
			resp, body, err := send(t, "POST", url, meQuery)
			test.check(t, resp, body, err)
			if _, _, err := send(t, "PUT", control, `{}`); err != nil {
				t.Fatal(err)
			}
			if _, body, err := send(t, "POST", url, meQuery); err != nil || body != meAnswer {
				t.Errorf("without faults again: %s, error %v", body, err)
			}
		})
	}
}

func TestBadFaultsAreRefused(t *testing.T) {
	s := start(t, Config{})
	control := strings.Replace(s.URLs()["accounts"], "/graphql", "/stub/faults", 1)
	for body, want := range map[string]string{
		`{"fail":2}`:               "between 0 and 1",
		`{"fail":0.7,"close":0.7}`: "add up to",
		`{"delay":"soon"}`:         "delay",
		`{"delay":"-5ms"}`:         "negative",
		`{"explode":1}`:            "explode",
		`{"fail":"x"}`:             "fail",
	} {
		resp, answer, err := send(t, "PUT", control, body)
		if err != nil || resp.StatusCode != 400 || !strings.Contains(answer, want) {
			t.Errorf("%s: answer %q, error %v; want one containing %q", body, answer, err, want)
		}
	}
	if _, err := Start(Config{Host: "127.0.0.1", Scale: 1, Faults: Faults{Fail: -1}}); err == nil {
		t.Error("Start accepted a negative share")
	}
}

func TestDiceKeepTheShares(t *testing.T) {
	d, faults := newDice(), &Faults{Fail: 0.25, Close: 0.5}
	counts := map[fault]int{}
	for range 4000 {
		f, wait := d.draw(faults)
		counts[f]++
		if wait != 0 {
			t.Fatal("waited without a delay")
		}
	}
	if c := counts[failFault]; c < 900 || c > 1100 {
		t.Errorf("fail drawn %d of 4000 times, want about 1000", c)
	}
	if c := counts[closeFault]; c < 1850 || c > 2150 {
		t.Errorf("close drawn %d of 4000 times, want about 2000", c)
	}
}

func TestRequestKeyIgnoresLongNumbers(t *testing.T) {
	for body, want := range map[string]string{
		``:                      ``,
		`{"n":123456}`:          `{"n":123456}`,
		`{"n":1234567}`:         `{"n":#}`,
		`{"n":1234567890123}`:   `{"n":#}`,
		`7777777,12 7777777777`: `#,12 #`,
		`ab1234567cd`:           `ab#cd`,
	} {
		if got := requestKey(nil, []byte(body)); string(got) != want {
			t.Errorf("key of %s is %s, want %s", body, got, want)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	a := newAnswers(100)
	big := bytes.Repeat([]byte("x"), 200)
	if got := a.get([]byte("big"), func() []byte { return big }); !bytes.Equal(got, big) {
		t.Error("an answer too large to keep was not given")
	}
	for i := range 1000 {
		key := []byte{byte(i), byte(i >> 8)}
		a.get(key, func() []byte { return []byte("0123456789") })
		if a.bytes > 100 || len(a.byKey) > 100/12 {
			t.Fatalf("%d bytes in %d answers are kept, the bound is 100", a.bytes, len(a.byKey))
		}
	}
}
