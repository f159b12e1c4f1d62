package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestThePlaygroundStreams runs a subscription in the browser, and an operation the answer of which comes in parts.
func TestThePlaygroundStreams(t *testing.T) {
	address := freeAddress(t)
	dev := start(t, nil, binary, "dev", "--listen", address, "--data-dir", filepath.Join(t.TempDir(), "data"))
	dev.awaitReady(t, "http://"+address+"/readyz")
	url := "http://" + address + "/graphql"
	products := mustAsk(t, url, `{ products(first: 1) { nodes { upc } } }`).Raw
	upc := regexp.MustCompile(`"upc":"(\w+)"`).FindStringSubmatch(products)[1]
	b := openBrowser(t)
	b.call("Page.navigate", map[string]any{"url": "http://" + address + "/"})
	b.await("the editor is there",
		`document.querySelector('.graphiql-query-editor .CodeMirror')?.innerText.includes('topProducts')`)

	b.write(".graphiql-query-editor", `subscription Stock { stockChanged(upc: "`+upc+`") { name totalStock } }`)
	const noticed = `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === '%s'`
	b.await("the editor has noticed", fmt.Sprintf(noticed, "Stock"))
	b.run()
	// There is no telling when the router listens, but for what is shown.
	quantity := 100
	eventually(t, "an event is shown", func() error {
		quantity++
		mustAsk(t, url, `mutation { setStock(input: {upc: "`+upc+`", warehouseId: "ber1", quantity: `+
			strconv.Itoa(quantity)+`}) { quantity } }`)
		if shown := b.text(".result-window"); !strings.Contains(shown, `"totalStock"`) {
			return errors.New("nothing is shown")
		}
		return nil
	})
	b.keepScreenshot("subscription.png")
	const button = `document.querySelector('.graphiql-execute-button')?.getAttribute('aria-label')`
	b.await("it can be stopped", button+`.startsWith('Stop')`)
	b.run()
	b.await("it is stopped", button+`.startsWith('Execute')`)

	b.write(".graphiql-query-editor", `query Later { products(first: 2) { nodes { upc ... @defer {
		reviews(first: 1) { rating } } } } }`)
	b.await("the editor has noticed", fmt.Sprintf(noticed, "Later"))
	b.run()
	b.await("the parts are put together", `(text => text.includes('"upc"') && text.includes('"rating"') &&
		!text.includes('incremental') && !text.includes('pending'))(document.querySelector('.result-window').innerText)`)
	b.keepScreenshot("defer.png")
	if len(b.console) > 0 {
		t.Errorf("the console has %q", b.console)
	}
	dev.stop(t)
}
