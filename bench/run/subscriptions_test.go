package main

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weft-graphql/weft/bench/stream"
)

func TestOtherRoutersAreNamedWithTheirCommands(t *testing.T) {
	c := subscriptionsCommand{Other: []string{" one http://127.0.0.1:1/graphql  env A=b  /bin/one --fast ", "two http://127.0.0.1:2 two"}}
	got, err := c.others()
	want := []streaming{
		{"one", "http://127.0.0.1:1/graphql", []string{"env", "A=b", "/bin/one", "--fast"}},
		{"two", "http://127.0.0.1:2", []string{"two"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	c.Other = []string{"one http://127.0.0.1:1/graphql"}
	if _, err := c.others(); err == nil || !strings.Contains(err.Error(), "NAME URL COMMAND") {
		t.Errorf("without a command: %v", err)
	}
}

// TestStreamTableHasMedians adds rounds of two routers in turn.
func TestStreamTableHasMedians(t *testing.T) {
	table := newStreamTable()
	for _, idle := range []int64{300, 100, 200} {
		table.add("one", "sse", false, &stream.Report{
			Upstream: 1, Calls: 0.5, Idle: idle, CPU: time.Duration(idle) * 100, P50: time.Millisecond, P99: 2 * time.Millisecond,
		})
		table.add("two", "sse", true, &stream.Report{Idle: 7})
	}
	var out strings.Builder
	if err := table.write(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{"sse", "of one subgraph", "one", "1", "0.50", "200", "20.0 µs", "1ms", "2ms"}
	var cells []string
	for cell := range strings.SplitSeq(strings.Trim(lines[2], "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	if len(lines) != 4 || !reflect.DeepEqual(cells, want) || !strings.Contains(lines[3], "and of another") {
		t.Errorf("got\n%s", out.String())
	}
}

func TestTheCertificateIsOne(t *testing.T) {
	dir := t.TempDir()
	config, err := writeCertificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key := filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil || pair.Leaf.VerifyHostname("127.0.0.1") != nil {
		t.Errorf("%v, %v", pair.Leaf, err)
	}
	text, err := os.ReadFile(config)
	if err != nil || !strings.Contains(string(text), certificate) || !strings.Contains(string(text), key) {
		t.Errorf("%s, %v", text, err)
	}
}
