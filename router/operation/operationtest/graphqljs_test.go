package operationtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// modules is where `make servers` installs the packages of Node.
const modules = "../../../.weft/npm"

// graphqlJS is a Node process that answers with graphql-js, one line for each question, in their order.
type graphqlJS struct {
	process *exec.Cmd
	mu      sync.Mutex
	in      io.WriteCloser
	waiting chan chan []byte
	// stopped is closed when the process has ended.
	stopped chan struct{}
}

func startGraphQLJS(t testing.TB) *graphqlJS {
	t.Helper()
	folder, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "graphql")); err != nil {
		t.Fatalf("graphql-js is not installed: %v; run `make servers`", err)
	}
	js := &graphqlJS{
		process: exec.Command("node", "graphqljs.cjs", folder),
		waiting: make(chan chan []byte, 1024),
		stopped: make(chan struct{}),
	}
	js.process.Stderr = os.Stderr
	out, err := js.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if js.in, err = js.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := js.process.Start(); err != nil {
		t.Fatalf("Node does not start: %v; run `make servers`", err)
	}
	go js.read(bufio.NewReaderSize(out, 1<<20))
	t.Cleanup(func() {
		js.in.Close()
		<-js.stopped
		if err := js.process.Wait(); err != nil {
			t.Errorf("Node: %v", err)
		}
	})
	return js
}

// read hands every line to who waits for it.
func (js *graphqlJS) read(out *bufio.Reader) {
	defer close(js.stopped)
	for {
		line, err := out.ReadBytes('\n')
		if err != nil {
			return
		}
		(<-js.waiting) <- line
	}
}

// ask sends a command and reads the answer into result.
func (js *graphqlJS) ask(command, result any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	mine := make(chan []byte, 1)
	js.mu.Lock()
	js.waiting <- mine
	_, err = js.in.Write(append(line, '\n'))
	js.mu.Unlock()
	if err != nil {
		return fmt.Errorf("asking graphql-js: %w", err)
	}
	var answer []byte
	select {
	case answer = <-mine:
	case <-js.stopped:
		return errors.New("Node has ended")
	}
	var failed struct{ Failed string }
	if err := json.Unmarshal(answer, &failed); err != nil {
		return fmt.Errorf("graphql-js answers %.200s: %w", answer, err)
	}
	if failed.Failed != "" {
		return fmt.Errorf("graphql-js: %s", failed.Failed)
	}
	return json.Unmarshal(answer, result)
}
