package examplestest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// inVenv is the path of a program of the Python environment that `make python` makes for the suppliers.
func inVenv(t testing.TB, program string) string {
	t.Helper()
	path, err := filepath.Abs("../../.weft/suppliers/bin/" + program)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("this test needs the packages of examples/python/suppliers: make python (%v)", err)
	}
	return path
}

// TestSuppliersByThemselves runs the Python service's own tests, its linter and its type checker.
func TestSuppliersByThemselves(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{
		{"pytest"}, {"ruff", "check", "--no-cache"}, {"ruff", "format", "--check", "--no-cache"}, {"mypy", "--cache-dir", os.DevNull},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, inVenv(t, command[0]), command[1:]...)
		cmd.Dir = "../python/suppliers"
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", command, err, output)
		}
	}
}
