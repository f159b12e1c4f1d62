package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestThePlaygroundWorksInABrowser(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	b := openBrowser(t)
	began := time.Now()
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})

	b.await("the editor shows the first query", `document.querySelector('.graphiql-query-editor .CodeMirror')?.innerText.includes('topProducts')`)
	t.Logf("the playground was there after %s", time.Since(began).Round(time.Millisecond))

	b.click(`button[aria-label="Show Documentation Explorer"]`)
	b.await("the docs list the types", `document.querySelector('.graphiql-plugin')?.innerText.includes('Product')`)
	for _, machinery := range []string{"_Any", "_Entity", "join__", "link__", "_Service"} {
		if strings.Contains(b.text(".graphiql-plugin"), machinery) {
			t.Errorf("the docs show %s", machinery)
		}
	}
	b.keepScreenshot("docs.png")

	b.click(".graphiql-execute-button")
	b.await("the answer shows", `document.querySelector('.result-window')?.innerText.includes('"shippingEstimate"')`)
	if answer := b.text(".result-window"); strings.Contains(answer, "queryPlan") {
		t.Errorf("the answer shows the plan, which belongs into its panel:\n%s", answer)
	}

	b.click(`button[aria-label="Show Query plan"]`)
	b.await("the plan shows a fetch of each service", `['accounts', 'catalog', 'inventory', 'reviews'].every(name =>
		[...document.querySelectorAll('.weft-fetch-name')].some(e => e.innerText === name))`)
	if facts := b.text(".weft-plan-facts summary"); !strings.HasPrefix(facts, "5 of 5 requests sent · 3 waves · ") {
		t.Errorf("the plan's facts: %q", facts)
	}
	b.click(".weft-plan-facts summary")
	b.await("the words are explained", `/The plan has 5 requests to subgraphs, and all were sent\..*Waves/s.test(
		document.querySelector('.weft-plan-facts').innerText)`)
	b.keepScreenshot("plan.png")
	b.click(".weft-fetch-head")
	b.await("the fetch shows its operation", `document.querySelector('.weft-fetch-details pre')?.innerText.includes('{')`)

	// Asked again, each fetch tells what the entity cache had.
	b.click(".graphiql-execute-button")
	b.await("the fetches show hits", `[...document.querySelectorAll('.weft-fetch .weft-cache-counts')].some(e => /\d+ hits?/.test(e.innerText))`)
	b.eval(`document.querySelectorAll('.weft-cache-group button').forEach(e => e.click())`, nil)
	b.await("the hits show key, age, lifetime and tags", `[...document.querySelectorAll('.weft-cache-hit')].some(e =>
		/\{"\w+":/.test(e.innerText) && /hit · from (local|redis)/.test(e.innerText) && /\d+ s left/.test(e.innerText))`)
	b.keepScreenshot("cache.png")
	if line := b.text(".weft-summary"); !strings.Contains(line, "0 of 5 subgraph requests sent") {
		t.Errorf("the status line says %q", line)
	}
	b.await("the status line explains", `document.querySelector('.weft-summary').title ===
		'The plan has 5 requests to subgraphs; 0 were sent; the entity cache knew all that 5 ask for.'`)

	b.click(`button[aria-label="Show GraphiQL Explorer"]`)
	b.await("the query builder lists the root fields", `document.querySelector('.graphiql-plugin')?.innerText.includes('topProducts')`)
	b.keepScreenshot("explorer.png")

	// In a narrow window nothing is cut off: the panel, the editor and the answer stand below each other.
	b.click(`button[aria-label="Show Query plan"]`)
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 420, "height": 860, "deviceScaleFactor": 1, "mobile": false})
	for _, part := range []string{".graphiql-plugin", ".graphiql-query-editor", ".result-window"} {
		b.await(part+" is in the narrow window", fmt.Sprintf(`(box => box.left >= 0 && box.right <= 420 && box.height > 100)(
			document.querySelector(%q).getBoundingClientRect())`, part))
	}
	b.keepScreenshot("narrow.png")

	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
	dev.stop(t)
}

// playgroundBehind serves weft dev through a proxy in which a test can put other answers in the place of the router's.
func playgroundBehind(t *testing.T) (address string, answer *atomic.Pointer[http.HandlerFunc], stop func()) {
	t.Helper()
	inner := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", inner, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+inner+"/readyz")
	answer = &atomic.Pointer[http.HandlerFunc]{}
	behind := proxyTo(t, inner)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if other := answer.Load(); other != nil && r.Method == http.MethodPost {
			(*other)(w, r)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return strings.TrimPrefix(front.URL, "http://"), answer, func() {
		front.CloseClientConnections()
		front.Close()
		dev.stop(t)
	}
}

// status is the line below the result.
const statusLine = `document.querySelector('.weft-summary').innerText`

func (b *browser) run() {
	b.t.Helper()
	b.click(".graphiql-execute-button")
}

// editor writes into one of GraphiQL's editors.
func (b *browser) write(editor, text string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`document.querySelector('%s .CodeMirror').CodeMirror.setValue(%q)`, editor, text), nil)
}

// TestThePlaygroundTellsWhatHappened: the status line is of the run that is shown, and failures are sentences.
func TestThePlaygroundTellsWhatHappened(t *testing.T) {
	address, answer, stop := playgroundBehind(t)
	b := openBrowser(t)
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/?" + url.Values{
		"query":     {"query Deferred($n: Int!) { topProducts(first: $n) { name ... @defer { totalStock } } }"},
		"variables": {`{"n": 2}`}}.Encode()})

	// A link brings its operation and variables, and leaves the address.
	b.await("the link's query is in the editor", `document.querySelector('.graphiql-query-editor .CodeMirror')?.innerText.includes('Deferred')`)
	b.await("nothing was run", statusLine+`.startsWith('Run a query')`)
	b.await("the address is clean", `location.search === ''`)
	b.run()
	b.await("the answer has both", `/"totalStock"/.test(document.querySelector('.result-window').innerText)`)
	b.await("the status line counts", statusLine+`.includes('2 of 2 subgraph requests sent')`)
	b.await("the schema is there", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.options.lint?.schema`)
	b.eval(`document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.performLint()`, nil)
	var marks []string
	b.eval(`[...document.querySelectorAll('.CodeMirror-lint-mark-error')].map(e => e.innerText)`, &marks)
	if len(marks) > 0 {
		t.Errorf("@defer is called wrong: %q", marks)
	}
	b.write(".graphiql-query-editor", "query Wrong($n: Int!) { topProducts(first: $n) { nam ... @defr { name } } }")
	b.await("mistakes are underlined", `document.querySelectorAll('.CodeMirror-lint-mark-error').length >= 2`)

	// Copies of the link, the plan and what a request asks.
	b.eval(`window.copied = []; document.execCommand = () => (copied.push(document.activeElement.value), true);
		navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))`, nil)
	b.write(".graphiql-query-editor", "query Again($n: Int!) { topProducts(first: $n) { name } }")
	b.await("the editor has noticed", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'Again'`)
	b.click(`button[aria-label="Copy a link to this query"]`)
	b.await("the link is copied", fmt.Sprintf(`copied[0] === %q`, "http://"+address+"/?query=query+Again%28%24n%3A+Int%21%29+%7B+topProducts%28first%3A+%24n%29+%7B+name+%7D+%7D&variables=%7B%22n%22%3A+2%7D"))
	b.run()
	b.click(`button[aria-label="Show Query plan"]`)
	b.click(`button[aria-label="Copy the plan as JSON"]`)
	b.await("the plan is copied", `JSON.parse(copied[1]).kind === 'QueryPlan'`)
	b.click(".weft-fetch-head")
	b.click(`button[aria-label="Copy what this request asks"]`)
	b.await("the operation is copied", `copied[2].includes('topProducts(first: $n)')`)
	b.eval(`[...document.querySelectorAll('.weft-plan-tabs button')].find(e => e.innerText === 'JSON').click()`, nil)
	b.await("the plan is not cut off", `(e => e && e.scrollWidth <= e.clientWidth)(document.querySelector('.weft-plan-json'))`)
	b.keepScreenshot("plan-json.png")

	// A new tab knows of no run; the old one still does.
	b.click(".graphiql-tab-add")
	b.await("the new tab has no run", statusLine+`.startsWith('Run a query')`)
	b.await("the new tab has no plan", `document.querySelector('.weft-plan').innerText.includes('Run an operation to see')`)
	b.eval(`document.querySelectorAll('.graphiql-tab-button')[0].click()`, nil)
	b.await("the old tab has its run", statusLine+`.includes('subgraph request')`)

	// What is wrong before anything is sent is no run.
	b.write(".graphiql-editor-tool .graphiql-editor:not(.hidden)", `{"n": `)
	b.run()
	b.await("the variables are refused", `document.querySelector('.result-window').innerText.includes('Variables are invalid JSON')`)
	b.await("no run is told", statusLine+`.startsWith('Run a query')`)
	b.write(".graphiql-editor-tool .graphiql-editor:not(.hidden)", `{"n": 1}`)

	// Answers that are none.
	for _, c := range []struct {
		status, result string
		handler        http.HandlerFunc
	}{
		{"HTTP 502, not GraphQL", "The answer (HTTP 502, text/html) is not GraphQL: <h1>Bad gateway", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte("<h1>Bad gateway</h1>"))
		}},
		{"HTTP 200, broken off", "broke off before its end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"data":`))
		}},
		{"HTTP 503 · ", "overloaded", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"errors":[{"message":"overloaded"}]}`))
		}},
	} {
		answer.Store(&c.handler)
		b.run()
		b.await("the result says "+c.result, fmt.Sprintf(`document.querySelector('.result-window').innerText.includes(%q)`, c.result))
		b.await("the status line says "+c.status, fmt.Sprintf(`%s.replace(/ +/g, ' ').startsWith(%q)`, statusLine, c.status))
	}
	answer.Store(nil)
	stop()
	b.run()
	b.await("a router that is down is told as that", fmt.Sprintf(`document.querySelector('.result-window').innerText.replace(/\s+/g, ' ').includes(
		"The router does not answer at http://%s/graphql: is it running?")`, address))
	b.await("the status line, too", statusLine+` === 'No answer'`)
	for _, stack := range []string{"stack", "TypeError", "playground.js"} {
		if result := b.text(".result-window"); strings.Contains(result, stack) {
			t.Errorf("the result shows %q:\n%s", stack, result)
		}
	}
	b.keepScreenshot("down.png")
}

// TestThePlaygroundKeepsHeadersAndFindsTypes drives it with the keyboard.
func TestThePlaygroundKeepsHeadersAndFindsTypes(t *testing.T) {
	address, _, stop := playgroundBehind(t)
	defer stop()
	b := openBrowser(t)
	load := func() {
		t.Helper()
		b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})
		b.await("the page is there", `document.querySelector('.graphiql-query-editor .CodeMirror')?.innerText.includes('topProducts')`)
		// Who leaves the page before cuts off the answer, which the browser complains of, and there is nothing to search in.
		b.await("the schema is there", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.options.lint.schema`)
	}
	load()
	b.eval(`[...document.querySelectorAll('.graphiql-editor-tools button')].find(e => e.innerText === 'Headers').click()`, nil)
	b.write(".graphiql-editor-tool .graphiql-editor:not(.hidden)", `{"X-Tenant": "loom"}`)
	b.await("the headers are kept", `localStorage.getItem('graphiql:tabState')?.includes('loom')`)
	load()
	b.await("the headers are there again", `[...document.querySelectorAll('.graphiql-editor-tool .CodeMirror')].some(e => e.CodeMirror.getValue().includes('loom'))`)

	// Whoever does not want that switches it off, which stays.
	b.click(`button[aria-label="Open settings dialog"]`)
	b.eval(`[...document.querySelectorAll('[role=dialog] button')].filter(e => e.innerText === 'Off')[0].click()`, nil)
	b.await("the headers are forgotten", `!localStorage.getItem('graphiql:tabState').includes('loom')`)
	load()
	b.await("that is remembered", `localStorage.getItem('graphiql:shouldPersistHeaders') === 'false'`)

	// Ctrl-K, from within the editor, goes to the search of the documentation.
	b.eval(`document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.focus()`, nil)
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "modifiers": 2, "key": "k", "code": "KeyK", "windowsVirtualKeyCode": 75})
	}
	b.await("the search has the keyboard", `document.activeElement.closest('.graphiql-doc-explorer') && document.activeElement.tagName === 'INPUT'`)
	b.call("Input.insertText", map[string]any{"text": "shippingEst"})
	b.await("the field is found", `document.querySelector('.graphiql-doc-explorer').innerText.includes('shippingEstimate')`)
	b.keepScreenshot("search.png")
	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
}

// press types text as the keyboard does.
func (b *browser) press(text string) {
	b.t.Helper()
	for _, c := range text {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "text": string(c), "key": string(c)})
		b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": string(c)})
	}
}

// key presses a key that is no character, or one with others held (2 is Ctrl).
func (b *browser) key(name string, code, held int) {
	b.t.Helper()
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent",
			map[string]any{"type": kind, "modifiers": held, "key": name, "code": name, "windowsVirtualKeyCode": code})
	}
}

// TestThePlaygroundCompletesHeadersAndTellsOwners: names of headers and their values are completed, and the schema tells
// which subgraphs resolve a field, through which key.
func TestThePlaygroundCompletesHeadersAndTellsOwners(t *testing.T) {
	address, _, stop := playgroundBehind(t)
	defer stop()
	b := openBrowser(t)
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})
	b.await("the page is there", `document.querySelector('.graphiql-query-editor .CodeMirror')?.innerText.includes('topProducts')`)
	b.click(`button[aria-label="Show Owners"]`)
	b.await("the owners are listed", `document.querySelector('.weft-owners')?.innerText.includes('Product')`)
	b.eval(`document.querySelector('.weft-owners-search').focus()`, nil)
	b.call("Input.insertText", map[string]any{"text": "shippingEstimate"})
	b.await("the field tells who resolves it, and how", `[...document.querySelectorAll('.weft-owned-field')].some(e =>
		/^shippingEstimate: .*inventory\s+through upc, needs /s.test(e.innerText))`)
	for _, machinery := range []string{"_entities", "join__", "_service"} {
		if strings.Contains(b.text(".weft-owners"), machinery) {
			t.Errorf("the owners show %s", machinery)
		}
	}
	b.keepScreenshot("owners.png")

	b.eval(`[...document.querySelectorAll('.graphiql-editor-tools button')].find(e => e.innerText === 'Headers').click()`, nil)
	const editor = `[...document.querySelectorAll('.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror')][0].CodeMirror`
	b.await("the editor of headers is open", `!!`+editor)
	b.eval(editor+`.setValue('{}'); `+editor+`.focus(); `+editor+`.setCursor(0, 1)`, nil)
	b.press(`"autho`)
	b.await("the name is offered", `document.querySelector('.CodeMirror-hints')?.innerText.includes('Authorization')`)
	b.keepScreenshot("headers.png")
	b.key("Enter", 13, 0)
	b.await("the name is there, and a place for its value", editor+`.getValue() === '{"Authorization": ""}'`)
	b.key(" ", 32, 2)
	b.await("the values are offered", `document.querySelector('.CodeMirror-hints')?.innerText.includes('Bearer')`)
	b.key("Enter", 13, 0)
	b.await("the value is there", editor+`.getValue() === '{"Authorization": "Bearer "}'`)
	b.press("x")
	b.await("typing goes on in it", editor+`.getValue() === '{"Authorization": "Bearer x"}'`)
	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
}
