package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// sized answers with as many bytes as the query has in its name.
type sized struct{}

func (sized) Execute(_ context.Context, req *Request, resp *Response) {
	var size int
	_, _ = fmt.Sscanf(string(req.Query), "{ a%d }", &size)
	resp.Body = append(append(append(resp.Buffer(), '"'), bytes.Repeat([]byte("x"), size)...), '"')
}

// runServer serves a handler as the router does.
func runServer(t *testing.T, h http.Handler) string {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, []Listener{{Name: "test", Socket: socket, Handler: h, H2C: true}},
			RunOptions{ShutdownTimeout: 10 * time.Second})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return socket.Addr().String()
}

// TestLargeAnswersArrive sends answers of all sizes around the bounds over one connection, pipelined, too.
func TestLargeAnswersArrive(t *testing.T) {
	addr := runServer(t, newTestHandler(t, func(o *Options) { o.Engine = sized{} }))
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	sizes := []int{0, 1, 2000, 2047, 2048, 3900, 4096, 4097, gatherAbove - 3, gatherAbove - 2, gatherAbove, 20_000, 300_000}
	for size := 3700; size < 4100; size += 7 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		body := fmt.Sprintf(`{"query":"{ a%d }"}`, size)
		request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		if _, err := io.WriteString(conn, strings.Repeat(request, 3)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil || len(got) != size+2 || strings.ReplaceAll(string(got), "x", "") != `""` {
				t.Fatalf("%d bytes: %d bytes arrived, %v", size, len(got), err)
			}
		}
	}
}

// connected returns both ends of a connection.
func connected(t *testing.T) (*gatheringConn, net.Conn) {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	client, err := net.Dial("tcp", socket.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	conn, err := gatheringListener{socket}.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*gatheringConn), client
}

func TestWritesAreGathered(t *testing.T) {
	conn, client := connected(t)
	write := func(text string) {
		t.Helper()
		if n, err := conn.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("%d bytes of %q written: %v", n, text, err)
		}
	}
	arrived := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(client, got); err != nil || string(got) != want {
			t.Fatalf("%q arrived, want %q: %v", got, want, err)
		}
	}
	write("plain ")
	arrived("plain ")
	conn.gather()
	write("head ")
	_ = client.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := client.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Fatal("the first piece was not kept back")
	}
	_ = client.SetReadDeadline(time.Time{})
	write("body ")
	arrived("head body ")
	write("more")
	conn.flush()
	arrived("more")
	conn.gather()
	write("only one piece")
	conn.flush()
	arrived("only one piece")
	conn.gather()
	conn.flush()
	write("nothing is kept back")
	arrived("nothing is kept back")
	_ = client.Close()
	conn.gather()
	write("lost")
	for range 1000 {
		if _, err := conn.Write(make([]byte, 1<<16)); err != nil {
			return
		}
	}
	t.Error("writing to a closed connection does not fail")
}
