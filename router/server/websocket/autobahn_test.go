package websocket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/weft-graphql/weft/router/server/poll"
)

// What make autobahn has the server judged by.
var (
	python2 = flag.String("python2", "", "a Python 2.7")
	suite   = flag.String("autobahn", "", "the directory that the Autobahn test suite was installed in")
)

// echo is a WebSocket server that says what it hears, as Autobahn's test suite wants it, over all that is between the
// network and the sessions of Handler.
type echo struct {
	socket *websocket.Conn
	taken  *taking
}

// autobahnMessage is the longest message that the suite sends.
const autobahnMessage = 16 << 20

func serveEchoes(t *testing.T) (url string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &echo{}
		e.taken = &taking{spelling: spelling{w}, ready: func() { go e.serve() }}
		socket, err := websocket.Accept(e.taken, r, &websocket.AcceptOptions{
			InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
		})
		if err != nil {
			return
		}
		e.socket = socket
		socket.SetReadLimit(autobahnMessage + 1)
		go e.serve()
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// serve says what it hears until nothing is heard for the moment, as session.read.
func (e *echo) serve() {
	for {
		kind, text, err := e.socket.Read(context.Background())
		if errors.Is(err, poll.ErrNothing) {
			e.taken.conn.client.Wait()
			return
		}
		if err == nil && kind == websocket.MessageText && !utf8.Valid(text) {
			e.taken.conn.block()
			_ = e.socket.Close(invalidPayload, "Messages must be UTF-8") // it ends in any case
			return
		}
		if err == nil {
			err = e.socket.Write(context.Background(), kind, text)
		}
		if err != nil {
			_ = e.socket.CloseNow() // it has ended
			return
		}
	}
}

// TestAutobahn has the Autobahn test suite judge the server when it is there; some echoes are heard in any case.
func TestAutobahn(t *testing.T) {
	url := serveEchoes(t)
	client, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	client.SetReadLimit(autobahnMessage)
	for _, kind := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
		for _, size := range []int{0, 1, 125, 126, 65535, 65536, 1 << 20} {
			said := bytes.Repeat([]byte("*"), size)
			if err := client.Write(t.Context(), kind, said); err != nil {
				t.Fatal(err)
			}
			back, heard, err := client.Read(t.Context())
			if err != nil || back != kind || !bytes.Equal(heard, said) {
				t.Fatalf("of %d bytes of %v came back %d of %v: %v", size, kind, len(heard), back, err)
			}
		}
	}
	_ = client.Close(websocket.StatusNormalClosure, "")
	if *suite != "" {
		judge(t, url)
	}
}

// judged is the suite's report: cases by what was judged. UNIMPLEMENTED is for what was not offered, as compression.
type judged map[string]map[string]struct {
	Behavior      string `json:"behavior"`
	BehaviorClose string `json:"behaviorClose"`
}

// judge runs all cases of the suite.
func judge(t *testing.T, url string) {
	dir := t.TempDir()
	spec, err := json.Marshal(map[string]any{
		"outdir": dir, "servers": []any{map[string]any{"agent": "weft", "url": url}}, "cases": []string{"*"},
		"exclude-cases": []string{}, "exclude-agent-cases": map[string]any{},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "spec.json")
	if err := os.WriteFile(file, spec, 0o600); err != nil {
		t.Fatal(err)
	}
	const run = `import site, sys
site.addsitedir(sys.argv[1])
sys.argv = ["wstest", "-m", "fuzzingclient", "-s", sys.argv[2]]
from autobahntestsuite.wstest import run
run()`
	if out, err := exec.CommandContext(t.Context(), *python2, "-c", run, *suite, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report judged
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	behaviors := map[string][]string{}
	for number, c := range report["weft"] {
		behaviors[c.Behavior] = append(behaviors[c.Behavior], number)
		if c.BehaviorClose != c.Behavior {
			behaviors["closed: "+c.BehaviorClose] = append(behaviors["closed: "+c.BehaviorClose], number)
		}
	}
	for behavior, numbers := range behaviors {
		slices.Sort(numbers)
		t.Logf("%s: %d %.600v", behavior, len(numbers), numbers)
		if !slices.Contains([]string{
			"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "closed: OK", "closed: INFORMATIONAL", "closed: UNIMPLEMENTED",
		}, behavior) {
			t.Errorf("%s: %v", behavior, numbers)
		}
	}
	if len(report["weft"]) < 500 {
		t.Errorf("only %d cases were run", len(report["weft"]))
	}
}
