package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with a program on it, as a person would sit before.
type terminal struct {
	t      *testing.T
	side   *os.File
	screen *lockedBuffer
}

// openTerminal runs a program on a terminal of its own, with the built weft on the PATH, in dir.
func openTerminal(t *testing.T, dir string, env []string, name string, args ...string) *terminal {
	t.Helper()
	side, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(side.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(side.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = line, line, line, dir
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "HOME="+dir, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH")), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = line.Close()
	term := &terminal{t: t, side: side, screen: &lockedBuffer{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 4096)
		for { // a read fails when the program has ended
			n, err := side.Read(buf)
			_, _ = term.screen.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		<-ended
		_ = side.Close()
	})
	return term
}

// keys types.
func (term *terminal) keys(text string) {
	term.t.Helper()
	if _, err := term.side.WriteString(text); err != nil {
		term.t.Fatal(err)
	}
}

// shows waits until the screen has shown a text.
func (term *terminal) shows(text string) {
	term.t.Helper()
	eventually(term.t, "the terminal shows "+text, func() error {
		if screen := term.screen.String(); !strings.Contains(screen, text) {
			return errors.New(screen)
		}
		return nil
	})
}

func TestShellsCompleteCommandLines(t *testing.T) {
	dir := t.TempDir()
	writeText(t, filepath.Join(dir, "weft.yaml"), "supergraph: {path: a\n")
	for shell, setup := range map[string]string{
		"bash --norc -i": "source <(weft completion bash)", "zsh -f -i": "source <(weft completion zsh)",
		"fish --no-config -i": "weft completion fish | source",
	} {
		words := strings.Fields(shell)
		program := need(t, words[:1], "install the package "+words[0])
		t.Run(words[0], func(t *testing.T) {
			term := openTerminal(t, dir, nil, program, words[1:]...)
			term.keys(setup + "; echo now 'we' begin\r")
			term.shows("now we begin")
			// A command, a value of an enum, a flag with its value, and a file.
			term.keys("weft comple\tfi\t\r")
			term.shows("complete -c weft -f")
			term.keys("weft schema --form\tj\t --o\tx\r")
			term.shows("--of prints SDL")
			term.keys("weft config va\tweft.y\t\r")
			term.shows("the { that opens here is never closed")
		})
	}
}

func TestCheckIsColouredOnTerminalsOnly(t *testing.T) {
	current := schemaDirectory(t, "")
	changed := schemaDirectory(t, "inventory", "  totalStock: Int", "  totalStocks: Int")
	args := []string{"check", "--subgraphs", current, "--proposed", "inventory=" + filepath.Join(changed, "inventory.graphql")}
	term := openTerminal(t, t.TempDir(), []string{"NO_COLOR="}, binary, args...)
	term.shows("1 breaking, 0 dangerous and 1 safe change")
	if screen := term.screen.String(); !strings.Contains(screen, "\x1b[1;31mbreaking") || !strings.Contains(screen, "\x1b[32msafe") {
		t.Errorf("on a terminal:\n%q", screen)
	}
	plain := openTerminal(t, t.TempDir(), []string{"NO_COLOR=1"}, binary, args...)
	plain.shows("1 breaking, 0 dangerous and 1 safe change")
	if screen := plain.screen.String(); strings.Contains(screen, "\x1b[") {
		t.Errorf("with NO_COLOR:\n%q", screen)
	}
	if _, out, _ := weft(t, args...); strings.Contains(out, "\x1b[") {
		t.Errorf("into a pipe:\n%q", out)
	}
}
