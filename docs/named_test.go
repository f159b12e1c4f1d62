package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// named is a test, a benchmark or a fuzz target that a document names, with its package or without.
	named = regexp.MustCompile("`(?:([a-zA-Z0-9_/-]+)\\.)?((?:Test|Benchmark|Fuzz)[A-Z][A-Za-z0-9_]*)`")
	// declared is one that there is.
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)[A-Z][A-Za-z0-9_]*)\(`)
)

// TestTheTestsThatDocumentsNameExist: a table of attacks is worth what its tests are.
func TestTheTestsThatDocumentsNameExist(t *testing.T) {
	packages := testsOfTheCode(t)
	documents, err := filepath.Glob("*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal("there are no documents", err)
	}
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllStringSubmatch(string(text), -1) {
			if !isIn(packages[match[2]], match[1]) {
				t.Errorf("%s names %s, which is not there; there is one in %q", document, match[0], packages[match[2]])
			}
		}
	}
}

// TestEveryAttackHasATest: no row of the tables of attacks goes without.
func TestEveryAttackHasATest(t *testing.T) {
	text, err := os.ReadFile("security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, attacks, found := strings.Cut(string(text), "## Attacks and their tests")
	if !found {
		t.Fatal("security.md has no table of attacks")
	}
	rows := 0
	for line := range strings.Lines(attacks) {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| attack |") || strings.HasPrefix(line, "|---") {
			continue
		}
		if rows++; !strings.Contains(line, "`Test") && !strings.Contains(line, ".Test") {
			t.Errorf("no test: %s", line)
		}
	}
	if rows < 60 {
		t.Errorf("%d attacks are less than there were", rows)
	}
	// Advisories of the peers, each of which has a row.
	for _, advisory := range []string{
		"GHSA-q2f9-x4p4-7xmh", "GHSA-p2q6-pwh5-m6jr", "GHSA-3j43-9v8v-cp3f", "84m6", "75m2", "94hh", "7mpv",
		"GHSA-cgqf-3cq5-wvcj", "CVE-2024-28101", "GHSA-x33c-7c2v-mrj9", "GHSA-g8jh-vg5j-4h3f", "GHSA-hff2-gcpx-8f4p",
		"CVE-2026-32621", "CVE-2026-30241", "GHSA-h9mw",
	} {
		if !strings.Contains(attacks, advisory) {
			t.Errorf("no attack of %s", advisory)
		}
	}
}

// isIn tells that one of some folders is that of a package, or of any where it is not named.
func isIn(folders []string, name string) bool {
	for _, folder := range folders {
		if name == "" || folder == name || strings.HasSuffix(folder, "/"+name) {
			return true
		}
	}
	return false
}

// testsOfTheCode are the folders of all tests, by their names.
func testsOfTheCode(t *testing.T) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name != ".." && strings.HasPrefix(name, ".")):
			return filepath.SkipDir
		case !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_test.go.tmpl"): // of new services
			return nil
		}
		text, err := os.ReadFile(path)
		folder := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), ".."+string(filepath.Separator)))
		for _, match := range declared.FindAllSubmatch(text, -1) {
			tests[string(match[1])] = append(tests[string(match[1])], folder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
