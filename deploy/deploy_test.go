package deploy

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool is the path of a program that make tools installs.
func tool(t *testing.T, path string) string {
	t.Helper()
	path = filepath.Join("..", ".weft", path)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run make tools", err)
	}
	return path
}

// output runs a program and returns what it printed; the test ends when it fails.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestDockerfilesAreCleanToHadolint lints every Dockerfile of the repository.
func TestDockerfilesAreCleanToHadolint(t *testing.T) {
	hadolint, found := tool(t, "python/bin/hadolint"), 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != ".." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasPrefix(entry.Name(), "Dockerfile"):
			found++
			output(t, hadolint, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("there is no Dockerfile")
	}
}

// TestToolsSayWhatIsWrong makes sure that the tools can fail.
func TestToolsSayWhatIsWrong(t *testing.T) {
	wrong := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	service := wrong("service.yaml", "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {prots: []}}")
	for name, command := range map[string][]string{
		"hadolint":            {tool(t, "python/bin/hadolint"), wrong("Dockerfile", "FROM golang\n")},
		"kubernetes-validate": {tool(t, "python/bin/kubernetes-validate"), "--strict", "-k", kubernetesVersions[0], service},
	} {
		var failed *exec.ExitError
		out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
		if !errors.As(err, &failed) {
			t.Errorf("%s has nothing against it: %v\n%s", name, err, out)
		}
	}
}
