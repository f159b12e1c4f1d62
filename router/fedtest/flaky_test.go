package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

const shopLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
`

// shopSDL are the subgraphs of the graph that outages are tested with.
var shopSDL = map[string]string{
	"products": shopLink + `type Query { products(ids: [ID!]!): [Product] }
type Product @key(fields: "id") { id: ID! name: String! }`,
	"reviews": shopLink + `type Product @key(fields: "id") { id: ID! stars: Int rating: Rating! }
type Rating { value: Int! text: String }`,
	"weights": shopLink + `type Product @key(fields: "id") { id: ID! weight: Int! }`,
}

// fieldTruth is the value of a field of a product. Everything is told by the id, so that a value that belongs to
// another product, or to another request, is noticed.
func fieldTruth(id, field string) string {
	sum := crc32.ChecksumIEEE([]byte(id + field))
	switch field {
	case "id":
		return fmt.Sprintf("%q", id)
	case "name":
		// Long enough that an answer does not fit into one read.
		return fmt.Sprintf("%q", strings.Repeat(fmt.Sprintf("%s has %08x. ", id, sum), 20))
	case "text":
		return fmt.Sprintf("%q", fmt.Sprintf("%s is %08x", id, sum))
	default:
		return fmt.Sprint(sum % 1000)
	}
}

// shopTruth is the answer to a part of shopQuery; bereft of reviews if so told.
func shopTruth(part string, ids []string, bereft bool) string {
	var items []string
	for _, id := range ids {
		f := func(field string) string { return `"` + field + `":` + fieldTruth(id, field) }
		switch {
		case part == "lax" && bereft:
			items = append(items, `{`+f("id")+`,`+f("name")+`,"stars":null}`)
		case part == "lax":
			items = append(items, `{`+f("id")+`,`+f("name")+`,`+f("stars")+`}`)
		case part == "strict" && bereft:
			items = append(items, "null")
		case part == "strict":
			items = append(items, `{`+f("id")+`,"rating":{`+f("value")+`,`+f("text")+`}}`)
		default:
			items = append(items, `{`+f("name")+`,`+f("weight")+`}`)
		}
	}
	return "[" + strings.Join(items, ",") + "]"
}

// outage is a way in which a subgraph fails.
type outage struct {
	name string
	// kill closes the port and cuts the connections; otherwise spoil answers.
	kill  bool
	spoil func(w http.ResponseWriter, r *http.Request, answer []byte)
	// harmless tells that clients do not notice.
	harmless bool
}

// spoiled makes an outage of a spoiler.
func spoiled(name string, spoil func(*rand.Rand, http.ResponseWriter, *http.Request, []byte)) *outage {
	return &outage{name: name, spoil: func(w http.ResponseWriter, r *http.Request, answer []byte) { spoil(nil, w, r, answer) }}
}

// raw answers with bytes that need not be HTTP, and closes the connection.
func raw(name string, text func(answer []byte) string) *outage {
	return &outage{name: name, spoil: func(w http.ResponseWriter, _ *http.Request, answer []byte) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(c, text(answer)) // who asked has gone; there is nobody to tell
		_ = c.Close()                          // likewise
	}}
}

// markup answers with a page and a status.
func markup(name string, status int) *outage {
	return &outage{name: name, spoil: func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><body>Welcome to the Wi-Fi</body></html>") // there is nobody to tell
	}}
}

var firstKey = regexp.MustCompile(`\{"(\w+)":`)

// outages are all ways to fail but the slow one.
var outages = []*outage{
	{name: "killed and restarted", kill: true},
	spoiled("not JSON", always("I am not JSON")),
	spoiled("cut", rewrite(func(_ *rand.Rand, a []byte) []byte { return a[:len(a)/2] })),
	markup("a page", http.StatusOK),
	markup("a page of a bad gateway", http.StatusBadGateway),
	spoiled("unavailable", func(_ *rand.Rand, w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}),
	spoiled("objects for lists", rewrite(func(_ *rand.Rand, a []byte) []byte { return replaceComposites(a, '[', `{"a":1}`) })),
	spoiled("lists of numbers", rewrite(func(_ *rand.Rand, a []byte) []byte { return replaceComposites(a, '[', `[1,2,3]`) })),
	spoiled("keys twice", rewrite(func(_ *rand.Rand, a []byte) []byte {
		return append([]byte(`{"data":`), firstKey.ReplaceAll(a[len(`{"data":`):], []byte(`{"$1":null,"$1":`))...)
	})),
	spoiled("an entity missing", entities(func(list []json.RawMessage) []json.RawMessage { return list[1:] })),
	spoiled("an entity too many", entities(func(list []json.RawMessage) []json.RawMessage { return append(list, list[0]) })),
	spoiled("closed without an answer", func(*rand.Rand, http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) }),
	raw("closed in the head", func([]byte) string { return "HTTP/1.1 200 OK\r\nContent-Le" }),
	raw("closed in the body", func(a []byte) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(a), a[:len(a)-1])
	}),
	raw("closed between chunks", func(a []byte) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(a), a)
	}),
	raw("another protocol", func([]byte) string { return "220 mail ESMTP\r\n\r\n" }),
	{name: "an answer nobody asked for behind each answer", harmless: true, spoil: forge},
}

// delayed answers after fifteen seconds.
var delayed = &outage{name: "delayed", spoil: func(w http.ResponseWriter, r *http.Request, answer []byte) {
	delay := time.NewTimer(15 * time.Second)
	defer delay.Stop()
	select {
	case <-delay.C:
		_, _ = w.Write(answer) // who asked has gone; there is nobody to tell
	case <-r.Context().Done():
	}
}}

// forge answers, and sends an answer with other values behind it, on a connection that stays open until the other side
// has seen it.
func forge(w http.ResponseWriter, _ *http.Request, answer []byte) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	forged := regexp.MustCompile(`:\d+`).ReplaceAll(answer, []byte(":77777"))
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
	_, _ = fmt.Fprintf(c, head+head, len(answer), answer, len(forged), forged) // there is nobody to tell
	_, _ = io.Copy(io.Discard, c)                                              // until the router closes it
	_ = c.Close()                                                              // there is nobody to tell
}

// flaky is a subgraph on a port of its own that can fail in every way.
type flaky struct {
	name, address string
	fault         atomic.Pointer[outage]
	server        *http.Server
	serving       sync.WaitGroup
}

// start listens, at the same port every time. Ports that the system gives to outgoing connections are avoided: while
// the subgraph is down, one of the router's own connections could take it.
func (s *flaky) start() error {
	address := s.address
	var listener net.Listener
	err := fmt.Errorf("no free port")
	for attempt := 0; listener == nil && attempt < 100; attempt++ {
		if s.address == "" {
			address = fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000))
		}
		if listener, err = net.Listen("tcp", address); err != nil {
			listener = nil
		}
	}
	if listener == nil {
		return err
	}
	s.address = address
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: stuck}
	serving := s.server
	s.serving.Go(func() { _ = serving.Serve(listener) }) // it ends when it is killed
	return nil
}

// kill closes the port and cuts all connections.
func (s *flaky) kill() {
	_ = s.server.Close() // what is cut may complain
	s.serving.Wait()
}

func (s *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the connection was cut
	}
	answer, err := shopAnswer(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if o := s.fault.Load(); o != nil && o.spoil != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		o.spoil(w, r, answer)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer) // who asked has gone; there is nobody to tell
}

// shopAnswer executes a request to a subgraph.
func shopAnswer(body []byte) ([]byte, error) {
	var req struct {
		Query     string
		Variables map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil {
		return nil, err
	}
	out := []byte(`{"data":{`)
	for i, selection := range doc.Operations[0].SelectionSet {
		f := selection.(*ast.Field)
		var ids []string
		raw := req.Variables[f.Arguments[0].Value.Raw]
		if f.Arguments[0].Value.Kind != ast.Variable {
			raw = json.RawMessage(f.Arguments[0].Value.String())
		}
		if f.Name == "_entities" {
			var representations []struct{ ID string }
			err = json.Unmarshal(raw, &representations)
			for _, r := range representations {
				ids = append(ids, r.ID)
			}
		} else {
			err = json.Unmarshal(raw, &ids)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Alias, err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "%q:[", f.Alias)
		for n, id := range ids {
			if n > 0 {
				out = append(out, ',')
			}
			out = appendShopObject(out, id, f.SelectionSet)
		}
		out = append(out, ']')
	}
	return append(out, "}}"...), nil
}

// appendShopObject writes what is selected of a product or its rating.
func appendShopObject(out []byte, id string, set ast.SelectionSet) []byte {
	out = append(out, '{')
	out = appendShopFields(out, id, set)
	return append(out, '}')
}

func appendShopFields(out []byte, id string, set ast.SelectionSet) []byte {
	for _, selection := range set {
		if out[len(out)-1] != '{' {
			out = append(out, ',')
		}
		switch s := selection.(type) {
		case *ast.InlineFragment:
			out = appendShopFields(out, id, s.SelectionSet)
		case *ast.Field:
			out = fmt.Appendf(out, "%q:", s.Alias)
			switch {
			case s.Name == "__typename":
				out = append(out, `"Product"`...)
			case s.SelectionSet != nil:
				out = appendShopObject(out, id, s.SelectionSet)
			default:
				out = append(out, fieldTruth(id, s.Name)...)
			}
		}
	}
	return out
}
