package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/weft-graphql/weft/storefront"
)

// deployed is a storefront on disk.
type deployed struct {
	t   *testing.T
	dir string
}

func deployStorefront(t *testing.T) deployed {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "storefront")
	if err := os.CopyFS(dir, storefront.Built()); err != nil {
		t.Fatal(err)
	}
	return deployed{t, dir}
}

// deploy puts another version of one fragment there.
func (d deployed) deploy(name, version, script string) {
	d.t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(script)); err != nil {
		d.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	file := fmt.Sprintf("%s-%010x.js", name, len(script))
	manifest, err := json.Marshal(storefront.Manifest{Name: name, Version: version, Files: map[string]string{name: file}})
	if err != nil {
		d.t.Fatal(err)
	}
	for path, text := range map[string][]byte{file + ".gz": packed.Bytes(), "manifest.json": manifest} {
		if err := os.WriteFile(filepath.Join(d.dir, name, path), text, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

// TestAFragmentCostsItsOwnPlaceOnly has fragments of a running shop deployed alone: another version, broken ones of
// several kinds, a slow one, none.
func TestAFragmentCostsItsOwnPlaceOnly(t *testing.T) {
	d := deployStorefront(t)
	dev, url := startShop(t, "--storefront", d.dir)
	v := visit(t, url, "/shop/p/p67")
	v.sees("What people say")
	var shell string
	const script = `document.querySelector('script[type=module]').src`
	v.eval(script, &shell)

	// Another version is there with the next page, and the shell is the same one.
	d.deploy("reviews", "2.0.0", `import {define, Fragment} from '@shop/parts'; import {html} from 'lit';
		define('shop-reviews', class extends Fragment {
			render() { return html`+"`<h2>Version two says: ${this.data?.reviewCount} reviews</h2>`"+`; } });`)
	v.goTo("/shop/p/p67")
	v.sees("Version two says: 6 reviews")
	var after string
	if v.eval(script, &after); after != shell {
		t.Errorf("the shell is another one: %s, not %s", after, shell)
	}

	// What is wrong with one fragment is told in its place. Everything else on the page works.
	works := func(why string) {
		t.Helper()
		v.sees("Reviews cannot be shown at the moment.")
		v.sees("the next working day")
		before := v.number(`Number(document.getElementById('pieces').innerText)`)
		v.press("button", "Add to cart")
		v.await("the cart has another piece: "+why, fmt.Sprintf(`Number(document.getElementById('pieces').innerText) === %v`, before+1))
		v.keepScreenshot("fragment-" + strings.ReplaceAll(why, " ", "-") + ".png")
	}
	for why, broken := range map[string]string{
		"no module":       `this is no module`,
		"throws":          `throw new Error('there is something wrong');`,
		"defines nothing": `export const nothing = 1;`,
		"throws on data":  `customElements.define('shop-reviews', class extends HTMLElement { set data(d) { throw new Error('no'); } });`,
		"throws later": `import {define, Fragment} from '@shop/parts';
			define('shop-reviews', class extends Fragment { render() { return this.data.nothing.there; } });`,
	} {
		d.deploy("reviews", "2.0.1", broken)
		v.goTo("/shop/p/p67")
		works(why)
	}
	if err := os.Remove(filepath.Join(d.dir, "reviews", "manifest.json")); err != nil {
		t.Fatal(err)
	}
	v.goTo("/shop/p/p67")
	works("not deployed")

	// A slow one is waited for, and says so; when it comes after all, it is there.
	v.console = nil // the browser has told of what was broken
	d.deploy("reviews", "2.0.2", `import {define, Fragment} from '@shop/parts'; import {html} from 'lit';
		define('shop-reviews', class extends Fragment { render() { return html`+"`<h2>Better late</h2>`"+`; } });`)
	var held []string
	v.heard = func(m *browserMessage) {
		var request struct{ RequestID string }
		if m.Method == "Fetch.requestPaused" && json.Unmarshal(m.Params, &request) == nil {
			held = append(held, request.RequestID)
		}
	}
	v.call("Fetch.enable", map[string]any{"patterns": []map[string]string{{"urlPattern": "*/assets/reviews/*"}}})
	v.call("Page.navigate", map[string]any{"url": url + "/shop/p/p67"})
	v.await("the place says that it takes longer", `globalThis.seen && seen('Reviews takes longer than usual')`)
	v.sees("the next working day")
	for _, id := range held {
		v.call("Fetch.continueRequest", map[string]any{"requestId": id})
	}
	v.sees("Better late")
	v.quiet()
	dev.stop(t)
}
