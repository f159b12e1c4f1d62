package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// tourStep is the button of a step in the panel.
func tourStep(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.weft-tour-step')].find(e =>
		e.querySelector('code').innerText.endsWith(' %s'))`, name)
}

// awaitTourStep waits until a step is in the editor, with its name, and the panel says so.
func (b *browser) awaitTourStep(name string) {
	b.t.Helper()
	b.await(name+" is in its tab",
		fmt.Sprintf(`document.querySelector('.graphiql-tab-active')?.innerText.trim() === '%s'`, name))
	b.await(name+" is what is run",
		fmt.Sprintf(`document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === '%s'`, name))
	b.await(name+" is the current step", tourStep(name)+`.getAttribute('aria-current') === 'step'`)
}

// isDone tells that a step is marked, for the eye and in its name.
func isDone(name string) string {
	return fmt.Sprintf(`(e => e.textContent.endsWith(', done') &&
		e.querySelector('.weft-tour-mark svg'))(%s)`, tourStep(name))
}

const (
	// tourAnswer is the answer in the result pane, as it came.
	tourAnswer = `(text => { try { return JSON.stringify(JSON.parse(text)) } catch { return text } })(
		document.querySelector('.result-window .CodeMirror').CodeMirror.getValue())`
	tourProgress = `document.querySelector('.weft-tour [role=status]')?.innerText`
	openTabs     = `document.querySelectorAll('.graphiql-tab').length`
)

// TestTheTourIsTakenInThePlayground buys in the browser, by nothing but opening steps and running them.
func TestTheTourIsTakenInThePlayground(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	b := openPlayground(t, address)
	b.call("Emulation.setDeviceMetricsOverride",
		map[string]any{"width": 1024, "height": 768, "deviceScaleFactor": 1, "mobile": false})
	scheme := func(name string) {
		t.Helper()
		preference := map[string]any{"name": "prefers-color-scheme", "value": name}
		b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{preference}})
		b.keepScreenshot("tour-" + name + ".png")
	}
	b.click(`button[aria-label="Show Tour"]`)
	b.await("nothing is done yet", tourProgress+` === '0 of 12 done'`)
	b.await("a step tells what it needs", fmt.Sprintf(
		`/Needs \$upc, which .A new product. tells/.test(%s.parentElement.innerText)`, tourStep("Stock")))
	for _, step := range tourSteps(t) {
		name := step.Name
		b.eval(tourStep(name)+`.click()`, nil)
		b.awaitTourStep(name)
		if step.Operation == ast.Subscription {
			b.run()
			b.await("the order is watched", fmt.Sprintf(`%s.includes(%q)`, tourAnswer, tourWants[name]))
			b.await(name+" is done", isDone(name))
			continue
		}
		eventually(t, name+" is answered", func() error { // services hear of each other a moment later
			b.run()
			b.await("there is an answer", `!`+statusLine+`.startsWith('Run') && `+tourAnswer)
			var got string
			if b.eval(tourAnswer, &got); !strings.Contains(got, tourWants[name]) {
				return fmt.Errorf("it is %s", got)
			}
			return nil
		})
		b.await(name+" is done", isDone(name))
		if name == "Order" {
			scheme("dark")
		}
	}
	b.await("all is done", tourProgress+` === '12 of 12 done'`)
	b.await("the step is in sight",
		fmt.Sprintf(`(e => e.top >= 0 && e.bottom <= 768)(%s.getBoundingClientRect())`, tourStep("Read")))
	b.await("nothing has to be scrolled but what is in the panel", `document.documentElement.scrollWidth <= 1024 &&
		document.documentElement.scrollHeight <= 768 &&
		(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.weft-tour'))`)
	scheme("light")

	// What was done in the browser is so for everybody.
	var kept string
	b.eval(`localStorage.getItem('weft:tour')`, &kept)
	var progress struct{ Values map[string]any }
	if err := json.Unmarshal([]byte(kept), &progress); err != nil {
		t.Fatal(kept, err)
	}
	got, err := askWith(url, map[string]any{
		"query": `query ($id: ID!, $upc: ID!) { order(id: $id) { state lines { product { upc } quantity } }
			product(upc: $upc) { sku reviewsConnection(first: 2) { nodes { title verified } } } }`,
		"variables": map[string]any{"id": progress.Values["orderId"], "upc": progress.Values["upc"]},
	})
	if err := notYet(got, err); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"data":{"order":{"state":"DELIVERED","lines":[{"product":{"upc":%q},"quantity":2}]},`+
		`"product":{"sku":%q,"reviewsConnection":{"nodes":[{"title":"Bright","verified":true}]}}}}`,
		progress.Values["upc"], progress.Values["newSku"])
	if got.Raw != want {
		t.Errorf("got  %s\nwant %s", got.Raw, want)
	}

	// It is remembered, and can be taken once more: by keyboard, in the tabs that there are.
	b.await("the tabs are remembered", `JSON.parse(localStorage.getItem('graphiql:tabState')).tabs.length === 13`)
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})
	b.await("the page is there",
		`document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror.options.lint?.schema`)
	b.click(`button[aria-label="Show Tour"]`)
	b.await("the tour is where it was", tourProgress+` === '12 of 12 done'`)
	b.eval(`document.querySelector('.weft-tour-progress button').click()`, nil)
	b.await("nothing is done", tourProgress+` === '0 of 12 done'`)
	b.eval(tourStep("Add")+`.focus()`, nil)
	b.press("\r")
	b.awaitTourStep("Add")
	b.key("Enter", 13, 2)
	b.await("there is another new product", isDone("Add"))
	b.await("no tab was added", openTabs+` === 13`)
	var again string
	b.eval(`JSON.parse(localStorage.getItem('weft:tour')).values.upc`, &again)
	if again == "" || again == progress.Values["upc"] {
		t.Errorf("the new product is %q, the one before %q", again, progress.Values["upc"])
	}
	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
	dev.stop(t)
}
