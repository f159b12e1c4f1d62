package poll

import (
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
)

// pair are the two ends of a connection.
func pair(t *testing.T) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dialled, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = dialled.Close()
		_ = accepted.Close()
	})
	return accepted.(*net.TCPConn), dialled.(*net.TCPConn)
}

func open(t *testing.T, conn net.Conn) (*Conn, chan struct{}) {
	t.Helper()
	ready := make(chan struct{}, 10)
	c := Open(conn, func() { ready <- struct{}{} })
	if c == nil {
		t.Fatal("it cannot be waited for")
	}
	return c, ready
}

// known is how many connections can be waited for.
func known() int {
	conns.Lock()
	defer conns.Unlock()
	return len(conns.byID)
}

// TestTellsOncePerWait has a client say things and leave: who waits is told of each, once, and who does not is not.
func TestTellsOncePerWait(t *testing.T) {
	ours, theirs := pair(t)
	c, ready := open(t, ours)
	var p [10]byte
	if _, err := c.Read(p[:]); !errors.Is(err, ErrNothing) {
		t.Fatalf("before anything is said: %v", err)
	}
	for range 3 {
		c.Wait()
		_, _ = io.WriteString(theirs, "hello")
		<-ready
		if n, err := c.Read(p[:2]); n != 2 || err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		c.Wait() // something is left
		<-ready
		if err := c.Drop(); err != nil {
			t.Fatal(err)
		}
	}
	if len(ready) != 0 {
		t.Error("told without being asked")
	}
	c.Wait()
	_ = theirs.CloseWrite()
	<-ready
	if err := c.Drop(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %v", err)
	}
	_ = ours.Close()
	if c.Close(); known() != 0 || len(ready) != 0 {
		t.Errorf("%d connections are left, told %d times more", known(), len(ready))
	}
}

// TestWatchesForNobody leaves what a client said unread, and waits no more: the system must not tell of it again, or it
// would tell without end, and that would take a processor.
func TestWatchesForNobody(t *testing.T) {
	ours, theirs := pair(t)
	c, ready := open(t, ours)
	defer c.Close()
	events := make([]syscall.EpollEvent, 1)
	for range 3 {
		c.Wait()
		_, _ = io.WriteString(theirs, "hello")
		<-ready
		for range 100 { // whoever asks first is told
			if n, err := syscall.EpollWait(epoll(), events, 0); n > 0 {
				t.Fatalf("told %x of a connection for which nobody waits", events[0].Events)
			} else if err != nil && !errors.Is(err, syscall.EINTR) {
				t.Fatal(err)
			}
		}
	}
}

// TestDropsIntoTheSameMemory drops what comes, and at the end nothing, over and over: without memory of its own.
func TestDropsIntoTheSameMemory(t *testing.T) {
	ours, theirs := pair(t)
	c, ready := open(t, ours)
	defer c.Close()
	made, before := 0, dropped.New
	dropped.New = func() any { made++; return before() }
	defer func() { dropped.New = before }()
	const rounds = 400
	drop := func(want error) {
		t.Helper()
		if err := c.Drop(); !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	for range rounds / 2 {
		c.Wait()
		_, _ = io.WriteString(theirs, "hello")
		<-ready
		drop(nil)
	}
	_ = theirs.CloseWrite()
	c.Wait()
	<-ready
	for range rounds / 2 {
		drop(io.EOF)
	}
	// Garbage collection empties the pool, and under the race detector it loses a quarter of what is put into it.
	if made > rounds*2/5 {
		t.Errorf("%d buffers for %d rounds", made, rounds)
	}
}

// TestTellsOfResets has a client break the connection off.
func TestTellsOfResets(t *testing.T) {
	ours, theirs := pair(t)
	c, ready := open(t, ours)
	defer c.Close()
	c.Wait()
	_ = theirs.SetLinger(0)
	_ = theirs.Close()
	<-ready
	if err := c.Drop(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("behind a reset: %v", err)
	}
}

// TestWhatIsClosedHereIsTold closes connections in the moment in which somebody begins to wait for them: there is
// always somebody told, and once.
func TestWhatIsClosedHereIsTold(t *testing.T) {
	for range 200 {
		ours, _ := pair(t)
		c, ready := open(t, ours)
		var both sync.WaitGroup
		both.Go(c.Wait)
		both.Go(func() {
			_ = ours.Close()
			c.Close()
		})
		both.Wait()
		<-ready
		if len(ready) > 0 {
			t.Fatal("told twice")
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("a closed connection: %v", err)
		}
	}
	if known() != 0 {
		t.Errorf("%d connections are left", known())
	}
}

// TestWaitsWithAGoroutine waits as where the system watches as many connections as it can.
func TestWaitsWithAGoroutine(t *testing.T) {
	ours, theirs := pair(t)
	c, ready := open(t, ours)
	wait := func() {
		c.armed.Store(true)
		go c.await()
	}
	for range 3 {
		wait()
		_, _ = io.WriteString(theirs, "hello")
		<-ready
		if err := c.Drop(); err != nil {
			t.Fatal(err)
		}
	}
	wait()
	_ = ours.Close()
	<-ready
	if c.Close(); len(ready) > 0 {
		t.Error("told twice")
	}
}

// TestOthersAreNotWaitedFor refuses what is no connection of TCP.
func TestOthersAreNotWaitedFor(t *testing.T) {
	one, other := net.Pipe()
	defer func() { _, _ = one.Close(), other.Close() }()
	if Open(one, func() {}) != nil {
		t.Error("a pipe can be waited for")
	}
}
