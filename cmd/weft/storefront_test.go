package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weft-graphql/weft/storefront"
)

// People go through the storefront in a browser: storefront/e2e has what they do, for Playwright. What is here starts
// the shop that they go to.

// startShop runs weft dev. The router runs nothing but the storefront's own documents, and these by their ids only.
func startShop(t *testing.T, args ...string) (dev *process, url string) {
	t.Helper()
	address := freeAddress(t)
	return startShopAt(t, address, args...), "http://" + address
}

func startShopAt(t *testing.T, address string, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "weft.yaml")
	if err := os.WriteFile(config, []byte("persisted: {documents: {mode: ids}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"dev", "--listen", address, "--data-dir", filepath.Join(dir, "data"), "--config", config}, args...)
	dev := start(t, nil, binary, args...)
	dev.awaitReady(t, "http://"+address+"/readyz")
	return dev
}

// playwright begins with the tests of some files of storefront/e2e in a shop. Node finds packages above the files that
// name them, so these are beside a link to those that make packages has installed.
func playwright(t *testing.T, url string, env []string, files ...string) *process {
	t.Helper()
	packages, err := filepath.Abs(filepath.Join("..", "..", ".weft", "npm", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	program, axe := filepath.Join(packages, "@playwright", "test", "cli.js"), filepath.Join(packages, "axe-core", "axe.min.js")
	for _, file := range []string{program, axe} {
		if _, err := os.Stat(file); err != nil {
			t.Fatalf("this test needs Playwright and axe-core; `make packages` installs them: %v", err)
		}
	}
	dir := filepath.Join(t.TempDir(), "e2e")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "storefront", "e2e"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	chromium := need(t, []string{"chromium", "chromium-browser", "google-chrome"}, "install the package chromium")
	env = append(env, "SHOP_URL="+url, "SHOP_CHROMIUM="+chromium, "SHOP_AXE="+axe)
	args := append([]string{program, "test", "--config", filepath.Join(dir, "playwright.config.ts")}, files...)
	return start(t, env, need(t, []string{"node"}, "install the package nodejs"), args...)
}

// passes waits until all tests of Playwright have, and tells what they say.
func (p *process) passes(t *testing.T) {
	t.Helper()
	<-p.ended
	t.Log(p.output)
	if p.err != nil {
		t.Errorf("%s: %v", p.name, p.err)
	}
}

// TestSomebodyBuysInTheShop goes through the storefront as people would, one who buys and one who runs the shop, each
// in a browser of their own; loads each page on a phone; puts something into the cart with the keyboard alone; and loads a
// page that comes in two halves.
func TestSomebodyBuysInTheShop(t *testing.T) {
	dev, url := startShop(t)
	playwright(t, url, nil, "buying", "phone", "keyboard", "halves").passes(t)
	dev.stop(t)
}

// TestAFragmentCostsItsOwnPlaceOnly has fragments of a running shop deployed alone: another version, broken ones of
// several kinds, a slow one, none.
func TestAFragmentCostsItsOwnPlaceOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "storefront")
	if err := os.CopyFS(dir, storefront.Built()); err != nil {
		t.Fatal(err)
	}
	dev, url := startShop(t, "--storefront", dir)
	playwright(t, url, []string{"SHOP_STOREFRONT=" + dir}, "fragments").passes(t)
	dev.stop(t)
}
