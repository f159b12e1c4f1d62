package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// visitor is a person in the storefront: sees what is on the page, shadow trees included, and clicks and types with
// events that are as good as a person's.
type visitor struct {
	*browser
	url string
}

// eyes are what the page gets beside its own scripts: finding things in shadow trees, and measuring.
const eyes = `
	globalThis.everywhere = function* (root = document) {
		for (const e of root.querySelectorAll('*')) { yield e; if (e.shadowRoot) yield* everywhere(e.shadowRoot); }
	};
	globalThis.visible = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
	globalThis.nameOf = e => (e.getAttribute('aria-label') ?? (e.labels?.length ? e.labels[0].innerText : e.innerText) ?? '').replace(/\s+/g, ' ').trim();
	globalThis.find = (selector, name) => [...everywhere()].find(e => e.matches(selector) && visible(e) && (!name || nameOf(e).includes(name)));
	globalThis.seen = text => [...everywhere()].some(e => visible(e) && e.children.length < 9 && e.innerText?.replace(/\s+/g, ' ').includes(text));
	globalThis.shifted = 0; globalThis.shifts = []; globalThis.painted = 0;
	new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) {
		shifted += e.value; shifts.push(e.sources.map(s => s.node?.outerHTML?.slice(0, 100)).join(' | '));
	} }).observe({type: 'layout-shift', buffered: true});
	globalThis.largest = 0;
	new PerformanceObserver(list => { for (const e of list.getEntries()) [painted, largest] = [e.startTime, e.size]; }).observe({type: 'largest-contentful-paint', buffered: true});
`

// visit opens a browser at a page of the storefront.
func visit(t *testing.T, url, path string) *visitor {
	t.Helper()
	v := &visitor{openBrowser(t), url}
	v.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": eyes})
	v.looks("light", 1400, 900)
	v.goTo(path)
	return v
}

// looks sets the colour scheme and the size of the window.
func (v *visitor) looks(scheme string, width, height int) {
	v.t.Helper()
	v.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
	}})
	// Not as a mobile device: then Chromium tells of no layout shifts.
	v.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false})
}

// goTo loads a page as if its address had been typed, and waits until nothing is on its way any more.
func (v *visitor) goTo(path string) {
	v.t.Helper()
	v.call("Page.navigate", map[string]any{"url": v.url + path})
	v.await(path+" is there", fmt.Sprintf(`location.pathname + location.search === %q && globalThis.find`, path))
	v.settled()
}

func (v *visitor) settled() {
	v.t.Helper()
	v.await("the page is complete", `document.readyState === 'complete' && ![...everywhere()].some(e => e.matches('[aria-busy]'))`)
}

// sees waits until a text is to be seen.
func (v *visitor) sees(text string) {
	v.t.Helper()
	v.await("one sees "+text, fmt.Sprintf("seen(%q)", text))
}

// press clicks an element that has a name, in the middle, with the mouse.
func (v *visitor) press(selector, name string) {
	v.t.Helper()
	var at struct{ X, Y float64 }
	eventually(v.t, "there is "+selector+" "+name, func() error {
		var place json.RawMessage
		v.eval(fmt.Sprintf(`(e => {
			if (!e || e.disabled) return null;
			e.scrollIntoView({block: 'center', behavior: 'instant'});
			const r = e.getBoundingClientRect();
			return {x: r.x + r.width / 2, y: r.y + r.height / 2};
		})(find(%q, %q))`, selector, name), &place)
		if len(place) == 0 || string(place) == "null" {
			return errors.New("it is not there, or disabled")
		}
		return json.Unmarshal(place, &at)
	})
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		v.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1})
	}
}

// fills types a text into the field that has a label.
func (v *visitor) fills(label, text string) {
	v.t.Helper()
	v.await("there is a field "+label, fmt.Sprintf(`find('input, textarea', %q)`, label))
	v.eval(fmt.Sprintf(`find('input, textarea', %q).focus(), find('input, textarea', %[1]q).select()`, label), nil)
	v.call("Input.insertText", map[string]any{"text": text})
}

// chooses gives a file to the field that has a label.
func (v *visitor) chooses(label, file string) {
	v.t.Helper()
	v.await("there is a field "+label, fmt.Sprintf(`find('input[type=file]', %q)`, label))
	var found struct{ Result struct{ ObjectID string } }
	field := v.call("Runtime.evaluate", map[string]any{"expression": fmt.Sprintf(`find('input[type=file]', %q)`, label)})
	if err := json.Unmarshal(field, &found); err != nil {
		v.t.Fatal(err)
	}
	v.call("DOM.setFileInputFiles", map[string]any{"files": []string{file}, "objectId": found.Result.ObjectID})
}

// seesPicture waits until a picture is there, and returns its address.
func (v *visitor) seesPicture(selector string) (address string) {
	v.t.Helper()
	v.await("one sees the picture "+selector, fmt.Sprintf(
		`(i => i && (i.scrollIntoView({block: 'center'}), i.complete && i.naturalWidth > 0))(find(%q))`, selector))
	v.eval(fmt.Sprintf(`find(%q).src`, selector), &address)
	return address
}

// key presses a key.
func (v *visitor) key(name string, code int) {
	v.t.Helper()
	text := map[string]string{"Enter": "\r", " ": " "}[name]
	v.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": name, "code": name, "windowsVirtualKeyCode": code, "text": text})
	v.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name, "code": name, "windowsVirtualKeyCode": code})
}

// number evaluates an expression that is one.
func (v *visitor) number(expression string) float64 {
	v.t.Helper()
	var n float64
	v.eval(expression, &n)
	return n
}

// accessible has axe-core look at the page, in light and dark, and at a phone's width; there, nothing may stand out.
func (v *visitor) accessible(what string) {
	v.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", ".weft", "npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		v.t.Fatalf("this test needs axe-core; `make packages` installs it: %v", err)
	}
	v.eval("if (!globalThis.axe) {"+string(axe)+"}", nil)
	for _, look := range []struct {
		scheme string
		width  int
	}{{"light", 1400}, {"dark", 360}} {
		v.looks(look.scheme, look.width, 900)
		var found []struct {
			ID    string
			Nodes []struct{ HTML, FailureSummary string }
		}
		v.eval(`axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)`, &found)
		for _, violation := range found {
			for _, node := range violation.Nodes {
				v.t.Errorf("%s, %s, %d pixels: %s: %s\n%s", what, look.scheme, look.width, violation.ID, node.HTML, node.FailureSummary)
			}
		}
		if wide := v.number("document.documentElement.scrollWidth"); int(wide) > look.width {
			v.t.Errorf("%s is %v pixels wide in a window of %d", what, wide, look.width)
		}
		v.keepScreenshot(strings.ReplaceAll(what, " ", "-") + "-" + look.scheme + ".png")
	}
	v.looks("light", 1400, 900)
}

// still fails when anything on the page has moved since it was loaded, unless somebody has just clicked or typed.
func (v *visitor) still(what string) {
	v.t.Helper()
	// What has moved in a frame is told after it.
	v.await("something is painted", `painted > 0`)
	v.eval(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))`, nil)
	if moved := v.number("shifted"); moved > 0 {
		var shifts []string
		v.eval("shifts", &shifts)
		v.t.Errorf("%s: the layout has shifted by %v: %q", what, moved, shifts)
	}
}

// quiet fails when the browser has complained.
func (v *visitor) quiet() {
	v.t.Helper()
	if len(v.console) > 0 {
		v.t.Errorf("the browser complains:\n%s", strings.Join(v.console, "\n"))
	}
}
