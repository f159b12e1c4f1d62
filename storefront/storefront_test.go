package storefront_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-graphql/weft/storefront"
)

func get(h http.Handler, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

// folders are the packages of the storefront, as folders from here.
func folders(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("fragments/*")
	if err != nil {
		t.Fatal(err)
	}
	return append(list, "parts", "shell")
}

// TestWhatIsBuiltBelongsToTheSources compares hashes, so that nobody needs Node for it.
func TestWhatIsBuiltBelongsToTheSources(t *testing.T) {
	packages, err := storefront.Manifests(storefront.Built())
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders(t) {
		m, ok := packages[path.Base(folder)]
		if !ok {
			t.Errorf("%s is not built: run make storefront", folder)
			continue
		}
		if got := sourcesHash(t, folder); got != m.Sources {
			t.Errorf("dist/%s was not built from %s as it is (%s, not %s): run make storefront", m.Name, folder, m.Sources, got)
		}
		for _, file := range m.Files {
			packed, err := fs.ReadFile(storefront.Built(), m.Name+"/"+file+".gz")
			if err != nil {
				t.Error(err)
			} else if sum := sha256.Sum256(unpacked(t, packed)); !strings.Contains(file, hex.EncodeToString(sum[:])[:10]) {
				t.Errorf("%s does not have the content that its name says", file)
			}
		}
	}
}

func sourcesHash(t *testing.T, folder string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasSuffix(path, ".test.ts") {
			files = append(files, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var lines bytes.Buffer
	for _, file := range append(files, "package.json", "tools/build.mjs") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%x %s\n", sha256.Sum256(text), file)
	}
	return fmt.Sprintf("%x", sha256.Sum256(lines.Bytes()))
}

// TestThePageNamesWhatIsThere follows everything that the page refers to.
func TestThePageNamesWhatIsThere(t *testing.T) {
	h := storefront.Options{Endpoint: "/api"}.Handler()
	w := get(h, "/shop/p/p1")
	page := w.Body.String()
	policy := w.Header().Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'; script-src 'self' 'sha256-") {
		t.Errorf("the policy is %s", policy)
	}
	if !strings.Contains(page, `"endpoint":"/api"`) || !strings.Contains(page, `"people":[]`) {
		t.Errorf("the page says %s", page)
	}
	addresses := regexp.MustCompile(`"(/shop/assets/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(addresses) < 11 {
		t.Errorf("the page names %d files", len(addresses))
	}
	for _, a := range addresses {
		w := get(h, a[1])
		if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %d bytes, %v", a[1], w.Code, w.Body.Len(), w.Header())
		}
		if body := w.Body.String(); regexp.MustCompile(`https?://`).MatchString(regexp.MustCompile(
			`http://www\.w3\.org/[0-9a-z/]+`).ReplaceAllString(body, "")) {
			t.Errorf("%s names another host", a[1])
		}
	}
	if w := get(h, "/shop"); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/shop/" {
		t.Errorf("/shop: %d %v", w.Code, w.Header())
	}
	missing := []string{
		"/shop/assets/shell/manifest.json", "/shop/assets/shell/shell-0000000000.js", "/shop/assets/../shell/shell-0000000000.js",
		"/shop/assets/%2e%2e/shell-0000000000.js",
	}
	for _, address := range missing {
		if w := get(h, address); w.Code == http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}

// TestNamesOfPeopleAreText: they come from a database.
func TestNamesOfPeopleAreText(t *testing.T) {
	people := []storefront.Person{{ID: "u1", Name: `</script><script>alert(1)</script>`}}
	page := get(storefront.Options{Endpoint: "/graphql", People: people}.Handler(), "/shop/").Body.String()
	if strings.Contains(page, "alert(1)</script>") {
		t.Error("a name ends the script element")
	}
}

// TestAFragmentIsDeployedAlone changes one package on disk, and the next page names it.
func TestAFragmentIsDeployedAlone(t *testing.T) {
	files := fstest.MapFS{}
	err := fs.WalkDir(storefront.Built(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(storefront.Built(), path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h := storefront.Options{Files: files, Endpoint: "/graphql"}.Handler()
	before := get(h, "/shop/").Body.String()

	text, err := json.Marshal(storefront.Manifest{
		Name: "reviews", Version: "1.1.0", Files: map[string]string{"reviews": "reviews-0123456789.js"},
	})
	if err != nil {
		t.Fatal(err)
	}
	files["reviews/manifest.json"] = &fstest.MapFile{Data: text}
	after := get(h, "/shop/").Body.String()
	if !strings.Contains(after, `"/shop/assets/reviews/reviews-0123456789.js"`) || !strings.Contains(after, `"reviews":"1.1.0"`) {
		t.Errorf("the page does not name the new version:\n%s", after)
	}
	shell := regexp.MustCompile(`/shop/assets/shell/shell-[0-9a-f]+\.js`)
	if shell.FindString(before) != shell.FindString(after) {
		t.Error("the shell is another one")
	}

	// A fragment that is broken, or gone, costs the others nothing.
	files["reviews/manifest.json"] = &fstest.MapFile{Data: []byte(`{"name": "rev`)}
	delete(files, "desk/manifest.json")
	broken := get(h, "/shop/")
	if page := broken.Body.String(); broken.Code != http.StatusOK || strings.Contains(page, "@shop/reviews") ||
		strings.Contains(page, "@shop/desk") || !strings.Contains(page, "@shop/catalog") {
		t.Errorf("without two fragments: %d %s", broken.Code, page)
	}
	delete(files, "shell/manifest.json")
	if w := get(h, "/shop/"); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "make storefront") {
		t.Errorf("without a shell: %d %s", w.Code, w.Body)
	}
}
