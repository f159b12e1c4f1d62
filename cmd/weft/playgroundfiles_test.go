package main

import (
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/queryplan"
	"github.com/weft-graphql/weft/router/modules/uploads"
)

const photosSDL = `
	type Query { photo: String, again: String }
	type Mutation { add(file: Upload!): String, addAll(files: [Upload!]!, more: More): String }
	input More { file: Upload, note: String }
	scalar Upload`

// photos is a router with a playground and a subgraph that tells which files it got; the address is the router's.
func photos(t *testing.T) (address string) {
	t.Helper()
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "multipart/form-data" {
			_, _ = io.WriteString(w, `{"data":{"photo":"a photo","again":"another"}}`)
			return
		}
		var got []string
		for form := multipart.NewReader(r.Body, parameters["boundary"]); ; {
			part, err := form.NextPart()
			if err != nil {
				break
			}
			if text, _ := io.ReadAll(part); part.FileName() != "" {
				got = append(got, part.FileName()+" has "+string(text))
			}
		}
		_, _ = fmt.Fprintf(w, `{"data":{"add":%[1]q,"addAll":%[1]q}}`, strings.Join(got, ", "))
	}))
	t.Cleanup(subgraph.Close)
	result, errs := compose.Compose([]compose.Subgraph{{Name: "photos", URL: subgraph.URL, SDL: photosSDL}}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	cfg.Playground.Enabled = true
	modules.In[*queryplan.QueryPlan](&cfg, queryplan.Info).Expose = true
	modules.In[*uploads.Uploads](&cfg, uploads.Info).MaxFiles = 3
	r, err := router.New(&cfg, router.Options{Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		r.Close()
	})
	return strings.TrimPrefix(server.URL, "http://")
}

// openPlayground loads the page.
func openPlayground(t *testing.T, address string) *browser {
	t.Helper()
	b := openBrowser(t)
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})
	b.await("the schema is there", `document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror.options.lint?.schema`)
	return b
}

// TestThePlaygroundSendsFiles chooses files for a variable, for a list of them and within an input object.
func TestThePlaygroundSendsFiles(t *testing.T) {
	b := openPlayground(t, photos(t))
	b.click(`button[aria-label="Show Files"]`)
	b.await("there is no tour where none is given", `!document.querySelector('button[aria-label="Show Tour"]')`)
	b.await("it says what takes files", `document.querySelector('.weft-files')?.innerText.includes('declare one of the type Upload')`)
	b.eval(`window.give = (place, ...names) => {
		const all = new DataTransfer();
		names.forEach(name => all.items.add(new File([name + "'s text"], name)));
		const input = [...document.querySelectorAll('.weft-files-place')].find(e => e.innerText.includes('$' + place + ':')).querySelector('input');
		input.files = all.files;
		input.dispatchEvent(new Event('change', {bubbles: true}));
	}`, nil)
	const noticed = `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === '%s'`

	b.write(".graphiql-query-editor", "mutation One($file: Upload!) { add(file: $file) }")
	b.await("there is a place for it", `document.querySelector('.weft-files-place')?.innerText.includes('$file: Upload!')`)
	b.await("one file can be chosen", `document.querySelector('.weft-files-place input').multiple === false`)
	b.eval(`give('file', 'a.txt')`, nil)
	b.await("the file is named", `/a.txt\s+12 B/.test(document.querySelector('.weft-files-place').innerText)`)
	b.await("the editor has noticed", fmt.Sprintf(noticed, "One"))
	b.run()
	b.await("the subgraph has got it", `document.querySelector('.result-window').innerText.includes("a.txt has a.txt's text")`)
	b.keepScreenshot("files.png")

	b.write(".graphiql-query-editor", `mutation All($files: [Upload!]!, $more: More) { addAll(files: $files, more: $more) }`)
	b.await("there are places", `['$files: [Upload!]!', '$more.file: Upload'].every(text => document.querySelector('.weft-files').innerText.includes(text))`)
	b.eval(`give('files', 'b.txt', 'c.txt')`, nil)
	b.eval(`give('more.file', 'd.txt')`, nil)
	b.await("the editor has noticed", fmt.Sprintf(noticed, "All"))
	b.run()
	b.await("the subgraph has got all", `['b', 'c', 'd'].every(name =>
		document.querySelector('.result-window').innerText.includes(name + '.txt has ' + name + ".txt's text"))`)

	// What was chosen can be taken back; and other operations are sent as ever.
	b.eval(`[...document.querySelectorAll('.weft-files-place')].find(e => e.innerText.includes('$files:')).querySelector('button').click()`, nil)
	b.await("two are gone", `!document.querySelector('.weft-files').innerText.includes('b.txt')`)
	b.run()
	b.await("the variable is missing", `document.querySelector('.result-window').innerText.includes('"errors"')`)
	b.write(".graphiql-query-editor", "query Plain { photo }")
	b.await("the editor has noticed", fmt.Sprintf(noticed, "Plain"))
	b.run()
	b.await("it is answered", `document.querySelector('.result-window').innerText.includes('"a photo"')`)
	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
}

// TestThePlaygroundFitsItsUser writes and runs an operation by keyboard in a window of 1024 pixels, in the dark, and
// goes back to it by the history.
func TestThePlaygroundFitsItsUser(t *testing.T) {
	b := openPlayground(t, photos(t))
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1024, "height": 768, "deviceScaleFactor": 1, "mobile": false})
	brightness := func() (sum int) {
		b.eval(`getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor.match(/\d+/g).slice(0, 3).reduce((a, c) => a + Number(c), 0)`, &sum)
		return sum
	}
	for scheme, right := range map[string]func(int) bool{"light": func(n int) bool { return n > 600 }, "dark": func(n int) bool { return n < 200 }} {
		b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{{"name": "prefers-color-scheme", "value": scheme}}})
		if got := brightness(); !right(got) {
			t.Errorf("%s: the background has a brightness of %d", scheme, got)
		}
	}
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{{"name": "prefers-color-scheme", "value": "dark"}}})

	b.write(".graphiql-query-editor", "")
	b.eval(`document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.focus()`, nil)
	b.press("query Typed { pho")
	b.await("the field is offered", `document.querySelector('.CodeMirror-hints')?.innerText.includes('photo')`)
	b.keepScreenshot("dark.png")
	b.key("Enter", 13, 0)
	b.await("the field is there", `/query Typed {\s*photo/.test(document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue())`)
	b.await("the editor has noticed", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'Typed'`)
	b.key("Enter", 13, 2)
	b.await("Ctrl-Enter has run it", `document.querySelector('.result-window').innerText.includes('"a photo"')`)
	b.click(`button[aria-label="Show Query plan"]`)
	b.await("the plan is shown", `document.querySelector('.weft-fetch-name')?.innerText === 'photos'`)
	for _, part := range []string{".graphiql-plugin", ".graphiql-query-editor", ".result-window"} {
		b.await(part+" is in the window", fmt.Sprintf(`(box => box.left >= 0 && box.right <= 1024 && box.width > 150 && box.height > 100)(
			document.querySelector(%q).getBoundingClientRect())`, part))
	}
	b.await("nothing has to be scrolled sideways", `document.documentElement.scrollWidth <= 1024`)
	b.keepScreenshot("1024.png")

	b.write(".graphiql-query-editor", "query Other { again }")
	b.await("the editor has noticed", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === 'Other'`)
	b.key("Enter", 13, 2)
	b.await("it is answered", `document.querySelector('.result-window').innerText.includes('"another"')`)
	b.click(`button[aria-label="Show History"]`)
	b.await("both are remembered", `['Typed', 'Other'].every(name => document.querySelector('.graphiql-history').innerText.includes(name))`)
	b.eval(`[...document.querySelectorAll('.graphiql-history-item-label')].find(e => e.innerText.includes('Typed')).click()`, nil)
	b.await("the first one is in the editor", `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue().includes('Typed')`)
	if len(b.console) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(b.console, "\n"))
	}
}
