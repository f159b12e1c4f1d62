package floor

import (
	"bytes"
	"encoding/json"
	"net"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/weft-graphql/weft/bench/definition"
)

func TestSenderGivesTheExpectedAnswer(t *testing.T) {
	handler, err := Sender(1)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &fasthttp.Server{Handler: handler}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	url := "http://" + listener.Addr().String()
	for _, name := range definition.WorkloadNames() {
		w, err := definition.FindWorkload(name)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, w.Expected); err != nil {
			t.Fatal(err)
		}
		if status, answer := postTo(t, url+"/"+name, w.Body); status != fasthttp.StatusOK || !bytes.Equal(answer, want.Bytes()) {
			t.Errorf("%s: status %d, answer %.200s", name, status, answer)
		}
	}
	if status, _ := postTo(t, url+"/other", nil); status != fasthttp.StatusNotFound {
		t.Errorf("another path: status %d", status)
	}
}
