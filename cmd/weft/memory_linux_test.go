package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// greedy are so many objects for everybody, 20 MB of them.
func greedy(objects int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"data":{"items":[`)
	for i := range objects {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","name":"%s"}`, i, strings.Repeat("x", 400))
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

// TestNoMemoryIsNoCrash lets 50 clients ask a router that may take 256 MB for answers of 20 MB, with and without
// streaming, announced and in chunks: they get their answers or 503, and the process never takes more.
func TestNoMemoryIsNoCrash(t *testing.T) {
	text := greedy(50_000)
	if len(text) < 20<<20 {
		t.Fatalf("only %d bytes", len(text))
	}
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		if !bytes.Contains(asked, []byte("items")) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if !bytes.Contains(asked, []byte(`"chunks"`)) {
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		}
		_, _ = w.Write(text)
	}))
	defer subgraph.Close()
	dir := t.TempDir()
	schema := writeText(t, filepath.Join(dir, "items.graphql"),
		"type Query { items(how: String): [Item!] } type Item { id: ID! name: String }")
	for name, above := range map[string]string{"streamed": "1MB", "whole": "0"} {
		address, admin := freeAddress(t), freeAddress(t)
		config := writeText(t, filepath.Join(dir, name+".yaml"), fmt.Sprintf(`listen: %s
admin: {listen: %s}
supergraph: {subgraphs: [{name: items, url: '%s/graphql', schema: '%s'}]}
limits: {memory: 256MB}
graphql: {stream_above: %s}
`, address, admin, subgraph.URL, schema, above))
		router := start(t, nil, binary, "router", "--config", config)
		router.awaitReady(t, "http://"+address+"/readyz")
		url := "http://" + address + "/graphql"
		var counted sync.Mutex
		whole, refused, wrong := 0, map[string]int{}, []string{}
		var clients sync.WaitGroup
		for i := range 50 {
			how := []string{"length", "chunks"}[i%2]
			clients.Go(func() {
				for range 6 {
					code, size, err := download(url, `{items(how: "`+how+`") {id name}}`)
					counted.Lock()
					switch {
					case err != nil:
						wrong = append(wrong, err.Error())
					case code != "":
						refused[code]++
					case size == len(text):
						whole++
					default:
						wrong = append(wrong, fmt.Sprint(size, " bytes"))
					}
					counted.Unlock()
				}
			})
		}
		clients.Wait()
		if refused["OVERLOADED"]+refused["MEMORY_LIMIT"] == 0 || whole+refused["OVERLOADED"]+refused["MEMORY_LIMIT"] != 300 {
			t.Errorf("%s: %d answers, refused %v, wrong %.300v", name, whole, refused, wrong)
		}
		// Nothing has been lost of the budget.
		if metrics := get(t, "http://"+admin+"/metrics"); !strings.Contains(metrics, "\nweft_memory_in_progress_bytes 0\n") {
			t.Errorf("%s: %s", name, metrics)
		}
		eventually(t, "one client alone gets all of it", func() error {
			code, size, err := download(url, `{items(how: "alone") {id name}}`)
			if err == nil && size != len(text) {
				err = fmt.Errorf("%d bytes, %s", size, code)
			}
			return err
		})
		peak := peakMemory(t, router)
		t.Logf("%s: %d answers, refused %v, at most %d MB", name, whole, refused, peak>>20)
		if peak > 256<<20 {
			t.Errorf("%s: the process took %d MB", name, peak>>20)
		}
		router.stop(t)
	}
}

// download asks for much and throws it away; code is that of an answer with the status 503.
func download(url, query string) (code string, size int, err error) {
	body, _ := json.Marshal(map[string]string{"query": query}) // strings can always be written
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable {
		var a answer
		err := json.NewDecoder(resp.Body).Decode(&a)
		if err != nil || len(a.Errors) == 0 {
			return "", 0, fmt.Errorf("503 without a reason: %w", err)
		}
		code, _ := a.Errors[0].Extensions["code"].(string)
		return code, 0, nil
	}
	n, err := io.Copy(io.Discard, resp.Body)
	return "", int(n), err
}

// get is what a URL answers.
func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// peakMemory is the most memory that a process has had at a time, in bytes.
func peakMemory(t *testing.T, p *process) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatalf("no VmHWM in %s", status)
	return 0
}
