package poll

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
)

// epoll is the descriptor of the epoll; negative when there is none. It is a file of the runtime, which waits for it as
// for a connection: no thread does.
var epoll = sync.OnceValue(func() int {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return -1
	}
	if syscall.SetNonblock(fd, true) != nil {
		_ = syscall.Close(fd)
		return -1
	}
	file := os.NewFile(uintptr(fd), "epoll")
	raw, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return -1
	}
	go watch(file, raw)
	return fd
})

func usable() bool { return epoll() >= 0 }

// watch tells of events, for as long as the process lives.
func watch(file *os.File, raw syscall.RawConn) {
	defer func() { _ = file.Close() }()
	events := make([]syscall.EpollEvent, 128)
	wait := 0
	for {
		var n int
		if err := raw.Read(func(fd uintptr) bool {
			var err error
			n, err = syscall.EpollWait(int(fd), events, wait)
			return n > 0 || wait != 0 || err != nil && !errors.Is(err, syscall.EINTR)
		}); err != nil {
			wait = -1 // the runtime does not wait for an epoll here: a thread does
			continue
		}
		for _, e := range events[:max(n, 0)] {
			tell(uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32)
		}
	}
}

// watch has the system tell once of what comes.
func (c *Conn) watch() (err error) {
	how := syscall.EPOLL_CTL_MOD
	if !c.added {
		how, c.added = syscall.EPOLL_CTL_ADD, true
	}
	event := syscall.EpollEvent{
		Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT,
		Fd:     int32(uint32(c.id)), Pad: int32(uint32(c.id >> 32)),
	}
	// The runtime keeps the descriptor from being closed, and used for another connection, meanwhile. Closing it takes it
	// out of the epoll.
	if e := c.raw.Control(func(fd uintptr) { err = syscall.EpollCtl(epoll(), how, int(fd), &event) }); e != nil {
		return e
	}
	return err
}

// read is the system call, as Conn.Read reports it, and peek takes nothing.
func read(fd uintptr, p []byte) (int, error) { return receive(fd, p, 0) }

func peek(fd uintptr, p []byte) (int, error) { return receive(fd, p, syscall.MSG_PEEK) }

func receive(fd uintptr, p []byte, flags int) (int, error) {
	for {
		switch n, _, err := syscall.Recvfrom(int(fd), p, flags|syscall.MSG_DONTWAIT); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			return 0, ErrNothing
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}
