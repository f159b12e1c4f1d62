package fedtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router/config"
)

// floods are requests that try to make the router work for nothing.
func floods() map[string]string {
	body := func(query string, variables string) string {
		raw, _ := json.Marshal(query) // a string
		return `{"query":` + string(raw) + `,"variables":` + variables + `}`
	}
	aliases, spreads := strings.Builder{}, strings.Builder{}
	for i := range 20_000 {
		fmt.Fprintf(&aliases, "a%d: __typename ", i)
	}
	spreads.WriteString("{ ...F0 } ")
	for i := range 60 {
		fmt.Fprintf(&spreads, "fragment F%d on Query { ...F%d ...F%d } ", i, i+1, i+1)
	}
	spreads.WriteString("fragment F60 on Query { __typename }")
	return map[string]string{
		"deep query":          body(strings.Repeat("{ self ", 100_000), "{}"),
		"deep and closed":     body(strings.Repeat("{ self ", 5000)+"{ __typename }"+strings.Repeat("}", 5000), "{}"),
		"fragment cycle":      body("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "{}"),
		"fragment bomb":       body(spreads.String(), "{}"),
		"aliases":             body("{ "+aliases.String()+"}", "{}"),
		"directives":          body("{ __typename "+strings.Repeat("@skip(if: false) ", 20_000)+"}", "{}"),
		"deep list literal":   body("{ __type(name: "+strings.Repeat("[", 100_000)+") { name } }", "{}"),
		"deep variables":      body("{ __typename }", `{"v":`+strings.Repeat("[", 200_000)+strings.Repeat("]", 200_000)+"}"),
		"deep variable type":  body("query ($v: "+strings.Repeat("[", 50_000)+"Int"+strings.Repeat("]", 50_000)+") { __typename }", "{}"),
		"body of ten MB":      body("{ __typename }", `{"v":"`+strings.Repeat("x", 10<<20)+`"}`),
		"deep JSON":           strings.Repeat(`{"query":`, 100_000),
		"batch of batches":    strings.Repeat("[", 50_000),
		"introspection cycle": body("{ __schema { types "+strings.Repeat("{ fields { type ", 200)+"{ name }"+strings.Repeat("} }", 200)+" } }", "{}"),
		"duplicated keys":     `{"query":"{ __typename }","query":"{ nothing }"}`,
		"number too big":      body("{ __typename }", `{"v":1e999999999}`),
	}
}

func TestFloodsAreTurnedAway(t *testing.T) {
	r, err := firstRig(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for name, text := range floods() {
		req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(text))
		req.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		r.router.ServeHTTP(w, req)
		if w.Code == http.StatusInternalServerError || !json.Valid(w.Body.Bytes()) || w.Body.Len() > 4<<20 {
			t.Errorf("%s: status %d with %d bytes: %.200s", name, w.Code, w.Body.Len(), w.Body.Bytes())
		}
	}
	if asked := r.requests(); asked != "" {
		t.Errorf("floods reached the subgraphs: %.300s", asked)
	}
}

// TestClientsThatLeave lets many clients disconnect while subgraphs are slow: nothing hangs or stays behind, and those
// who stay get their answers.
func TestClientsThatLeave(t *testing.T) {
	before := goleak.IgnoreCurrent()
	r, err := firstRig(func(c *config.Config) { c.Upstream.All.Timeout = 10 * time.Second })
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan struct{}, 1000)
	release := make(chan struct{})
	for _, s := range r.stubs {
		s.spoil = func(w http.ResponseWriter, req *http.Request, answer []byte) {
			entered <- struct{}{}
			select {
			case <-release:
			case <-req.Context().Done():
			}
			_, _ = w.Write(answer) // who asked may have gone
		}
	}
	server := httptest.NewServer(r.router)
	client := &http.Client{Transport: &http.Transport{}}
	ctx, leave := context.WithCancel(context.Background())
	post := func(ctx context.Context, op *randomOperation) (*http.Response, error) {
		raw, _ := json.Marshal(request{Query: op.text, Variables: op.variables}) // strings and raw JSON
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/graphql", strings.NewReader(string(raw)))
		req.Header.Set("Content-Type", "application/json")
		return client.Do(req)
	}
	var op *randomOperation
	rnd := rand.New(rand.NewPCG(3, 3))
	for op == nil || !asksSubgraphs(r, op, entered) {
		op = r.operation(rnd, true)
	}
	var leaving, staying sync.WaitGroup
	for i := range 60 {
		if i%3 == 0 {
			staying.Go(func() {
				resp, err := post(context.Background(), op)
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				var a answer
				if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || len(a.Errors) > 0 {
					t.Errorf("who stayed got %v %v", err, a.Errors)
				}
			})
			continue
		}
		leaving.Go(func() {
			if resp, err := post(ctx, op); err == nil {
				_ = resp.Body.Close() // it was answered before it left
			}
		})
	}
	<-entered
	leave()
	leaving.Wait()
	close(release)
	staying.Wait()
	client.CloseIdleConnections()
	server.Close()
	r.close()
	goleak.VerifyNone(t, before)
}

// asksSubgraphs tells whether an operation needs a subgraph: then a request enters one before it is answered.
func asksSubgraphs(r *rig, op *randomOperation, entered chan struct{}) bool {
	ctx, cancel := context.WithCancel(context.Background())
	raw, _ := json.Marshal(request{Query: op.text, Variables: op.variables}) // strings and raw JSON
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(string(raw)))
	req.Header.Set("Content-Type", "application/json")
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.router.ServeHTTP(httptest.NewRecorder(), req)
	}()
	defer cancel()
	select {
	case <-entered:
		cancel()
		<-done
		for len(entered) > 0 {
			<-entered
		}
		return true
	case <-done:
		return false
	}
}

// TestSlowClientsHoldNoOneUp opens connections that never finish their requests.
func TestSlowClientsHoldNoOneUp(t *testing.T) {
	r, err := firstRig(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	server := httptest.NewServer(r.router)
	var slow []net.Conn
	for range 200 {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
		if _, err := fmt.Fprintf(c, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"query\":"); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := http.Post(server.URL+"/graphql", "application/json", strings.NewReader(`{"query":"{ __typename }"}`))
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || string(a.Data) != `{"__typename":"Query"}` {
		t.Errorf("got %s, %v", a.Data, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range slow {
		_ = c.Close() // it was only there to be in the way
	}
	server.Close()
}
