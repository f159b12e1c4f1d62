package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// gate stands between a page and its server. It keeps the answer of the first operation until it is released, and what
// the page asks for after that for good: whatever is painted then, was painted without it.
type gate struct {
	v *visitor
	// loading are the requests that are not answered, but for the operation.
	loading map[string]string
	// answer is the kept answer of the first operation.
	answer   string
	released bool
	// later are the addresses of what was asked for after the first operation was.
	later []string
}

// see is told of each event of the browser.
func (g *gate) see(m *browserMessage) {
	var p struct {
		RequestID          string
		NetworkID          string
		ResponseStatusCode int
		Request            struct{ URL string }
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return
	}
	operation := strings.HasSuffix(p.Request.URL, "/graphql")
	switch m.Method {
	case "Network.requestWillBeSent":
		if !operation && !g.released {
			g.loading[p.RequestID] = p.Request.URL
		}
	case "Network.loadingFinished", "Network.loadingFailed":
		delete(g.loading, p.RequestID)
	case "Fetch.requestPaused":
		switch {
		case p.ResponseStatusCode != 0 && g.answer == "":
			g.answer = p.RequestID
		case p.ResponseStatusCode == 0 && !g.released && !(operation && g.answer != ""):
			g.v.tell("Fetch.continueRequest", map[string]any{"requestId": p.RequestID})
		default:
			g.later = append(g.later, p.Request.URL)
		}
	}
}

// wholePaint is the size of the largest paint, in pixels, once nothing larger comes for a while.
func (v *visitor) wholePaint() (size float64) {
	v.t.Helper()
	same := 0
	eventually(v.t, "nothing larger is painted", func() error {
		if now := v.number("largest"); now != size {
			size, same = now, 0
		}
		if same++; same < 20 {
			return fmt.Errorf("%v pixels were painted just now", size)
		}
		return nil
	})
	return size
}

// quick loads a page again and fails when the largest thing on it waits for more than the page, its scripts and one
// operation: for a picture, or for something that is asked for because of the answer. How long it takes is told, and up
// to the machine.
func (v *visitor) quick(path string) {
	v.t.Helper()
	v.goTo(path)
	v.await("something is painted", `painted > 0`)
	whole := v.wholePaint()
	v.t.Logf("%s: largest paint after %.0f ms", path, v.number("painted"))

	g := &gate{v: v, loading: map[string]string{}}
	v.heard = g.see
	v.call("Fetch.enable", map[string]any{"patterns": []map[string]string{
		{"urlPattern": "*", "requestStage": "Request"}, {"urlPattern": "*/graphql", "requestStage": "Response"},
	}})
	v.call("Page.navigate", map[string]any{"url": v.url + path})
	eventually(v.t, path+" has all but the answer", func() error {
		var state string
		v.eval("document.readyState", &state)
		if g.answer == "" || len(g.loading) > 0 || state != "complete" {
			return fmt.Errorf("%s, the answer is %q, on their way are %v", state, g.answer, g.loading)
		}
		return nil
	})
	g.released = true
	v.call("Fetch.continueRequest", map[string]any{"requestId": g.answer})
	eventually(v.t, path+" is painted", func() error {
		if size := v.number("largest"); size < whole {
			return fmt.Errorf("the largest paint is of %v pixels, not %v, as long as these do not come: %q", size, whole, g.later)
		}
		return nil
	})
	v.heard = nil
	v.call("Fetch.disable", nil)
	v.goTo(path)
}
