package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// browser is a page of a headless Chromium, driven over its DevTools protocol.
//
// Specification: https://chromedevtools.github.io/devtools-protocol/
type browser struct {
	t       *testing.T
	conn    *websocket.Conn
	ctx     context.Context
	last    int
	console []string
}

type browserMessage struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// openBrowser starts Chromium with an empty page.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	program := need(t, []string{"chromium", "chromium-browser", "google-chrome"}, "install the package chromium")
	profile := t.TempDir()
	start(t, nil, program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--window-size=1400,900", "--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	var port string
	eventually(t, "Chromium tells its port", func() error {
		text, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		port, _, _ = strings.Cut(string(text), "\n")
		if err == nil && port == "" {
			err = fmt.Errorf("the file is empty")
		}
		return err
	})
	var target string
	eventually(t, "Chromium has a page", func() error {
		resp, err := http.Get("http://127.0.0.1:" + port + "/json/list")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var pages []struct{ Type, WebSocketDebuggerURL string }
		if err := json.NewDecoder(resp.Body).Decode(&pages); err != nil {
			return err
		}
		for _, p := range pages {
			if p.Type == "page" {
				target = p.WebSocketDebuggerURL
				return nil
			}
		}
		return fmt.Errorf("no page among %d targets", len(pages))
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(64 << 20)
	b := &browser{t: t, conn: conn, ctx: ctx}
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil)
	}
	return b
}

// call sends a command and returns its result.
func (b *browser) call(method string, params any) json.RawMessage {
	b.t.Helper()
	result, wrong := b.try(method, params)
	if wrong != "" {
		b.t.Fatalf("%s: %s", method, wrong)
	}
	return result
}

// try sends a command and returns its result, or what the browser says against it. Events that come meanwhile are noted.
func (b *browser) try(method string, params any) (result json.RawMessage, wrong string) {
	b.t.Helper()
	b.last++
	id := b.last
	if err := wsjson.Write(b.ctx, b.conn, map[string]any{"id": id, "method": method, "params": params}); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		var m browserMessage
		if err := wsjson.Read(b.ctx, b.conn, &m); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		switch {
		case m.ID == id && m.Error != nil:
			return nil, m.Error.Message
		case m.ID == id:
			return m.Result, ""
		default:
			b.note(&m)
		}
	}
}

// note keeps what a person would see in the browser's console, and requests to anywhere but the router.
func (b *browser) note(m *browserMessage) {
	switch m.Method {
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.console = append(b.console, m.Method+" "+string(m.Params))
	case "Network.requestWillBeSent":
		var p struct{ Request struct{ URL string } }
		if json.Unmarshal(m.Params, &p) == nil && !strings.HasPrefix(p.Request.URL, "http://127.0.0.1:") &&
			!strings.HasPrefix(p.Request.URL, "data:") && !strings.HasPrefix(p.Request.URL, "blob:") {
			b.console = append(b.console, "request to "+p.Request.URL)
		}
	}
}

// eval runs JavaScript and reads its value into target, which may be nil.
func (b *browser) eval(script string, target any) {
	b.t.Helper()
	params := map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true}
	result, wrong := b.try("Runtime.evaluate", params)
	for wrong == "Inspected target navigated or closed" { // another page has just come, to which it is put again
		result, wrong = b.try("Runtime.evaluate", params)
	}
	if wrong != "" {
		b.t.Fatalf("%s: %s", script, wrong)
	}
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	if err := json.Unmarshal(result, &r); err != nil {
		b.t.Fatal(err)
	}
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, r.ExceptionDetails)
	}
	if target != nil && len(r.Result.Value) > 0 {
		if err := json.Unmarshal(r.Result.Value, target); err != nil {
			b.t.Fatalf("%s: %v", script, err)
		}
	}
}

// await waits until a JavaScript expression is true.
func (b *browser) await(what, expression string) {
	b.t.Helper()
	eventually(b.t, what, func() error {
		var ok bool
		b.eval("!!("+expression+")", &ok)
		if !ok {
			return fmt.Errorf("%s is not true", expression)
		}
		return nil
	})
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.await(selector+" is there", fmt.Sprintf("document.querySelector(%q)", selector))
	b.eval(fmt.Sprintf("document.querySelector(%q).click()", selector), nil)
}

// text is the visible text of an element.
func (b *browser) text(selector string) string {
	b.t.Helper()
	var s string
	b.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &s)
	return s
}

// keepScreenshot writes a picture of the page to the directory named by WEFT_SCREENSHOTS, if there is one.
func (b *browser) keepScreenshot(name string) {
	dir := os.Getenv("WEFT_SCREENSHOTS")
	if dir == "" {
		return
	}
	var shot struct{ Data []byte }
	if err := json.Unmarshal(b.call("Page.captureScreenshot", map[string]any{"format": "png"}), &shot); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), shot.Data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// proxyTo passes everything on to an address.
func proxyTo(t *testing.T, address string) http.Handler {
	t.Helper()
	target, err := url.Parse("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}
