package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// patience bounds how long anything may take to start, or to come right again.
const patience = 2 * time.Minute

// process is a server that can be killed and started again with the same arguments.
type process struct {
	name    string
	command []string
	env     []string
	account *syscall.Credential // nil: that of this process
	dir     string
	// ready returns nil once the process does its work.
	ready func(context.Context) error

	cmd   *exec.Cmd
	ended chan struct{}
}

// start starts the process, again after kill or stop, and waits until it is ready.
func (p *process) start(ctx context.Context) error {
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(p.command[0], p.command[1:]...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = log, log, p.dir
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.account}
	dieWithParent(p.cmd.SysProcAttr)
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	cmd, ended := p.cmd, make(chan struct{})
	p.ended = ended
	go func() {
		_ = cmd.Wait() // how it ended does not matter; that it ended does
		close(ended)
	}()
	err = eventually(ctx, p.name+" is ready", func(ctx context.Context) error {
		select {
		case <-ended:
			return errEnded
		default:
			return p.ready(ctx)
		}
	})
	if err != nil {
		text, _ := os.ReadFile(p.logFile())
		return fmt.Errorf("%w\n%s", err, text[max(0, len(text)-4096):])
	}
	return nil
}

func (p *process) logFile() string { return filepath.Join(p.dir, p.name+".log") }

// signal sends one and waits until the process has ended.
func (p *process) signal(signal syscall.Signal) {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal) // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// kill ends the process at once, as a crash does.
func (p *process) kill() { p.signal(syscall.SIGKILL) }

var errEnded = errors.New("the process has ended")

// eventually tries until there is no error, for as long as patience lasts.
func eventually(ctx context.Context, what string, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last error // that was not for want of time
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		if errors.Is(err, errEnded) {
			return fmt.Errorf("waiting until %s: %w", what, err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain until %s: %w", what, last)
		}
	}
}

// httpReady is ready when a GET is answered with 200.
func httpReady(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", url, response.Status)
		}
		return nil
	}
}

// freePort finds a port of the loopback interface that is free, and so is the one a Redis node talks to others at.
func freePort() (int, error) {
	for range 100 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := listener.Addr().(*net.TCPAddr).Port
		if err := listener.Close(); err != nil {
			return 0, err
		}
		if port > 50000 {
			continue
		}
		other, err := net.Listen("tcp", at(port+10000))
		if err != nil {
			continue
		}
		return port, other.Close()
	}
	return 0, errors.New("no port of the loopback interface is free")
}

func at(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// program finds one on the path, or where Debian keeps servers.
func program(name, debian string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	path := filepath.Join("/usr/sbin", name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not installed: apt-get install %s", name, debian)
	}
	return path, nil
}
