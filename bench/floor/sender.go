package floor

import (
	"strings"

	"github.com/valyala/fasthttp"
)

// Sender returns a handler that makes no calls: it answers POST /same, /distinct, /small and /cached with the fixed
// response and does nothing else. Behind fasthttp's server, what it costs is what it costs to send the response; no
// router can answer the workload for less, however much its clients share.
func Sender(scale int) (fasthttp.RequestHandler, error) {
	all, err := plans(scale)
	if err != nil {
		return nil, err
	}
	return func(c *fasthttp.RequestCtx) {
		p, known := all[strings.TrimPrefix(string(c.Path()), "/")]
		if !known || !c.IsPost() {
			c.Error("POST to /same, /distinct, /small or /cached", fasthttp.StatusNotFound)
			return
		}
		c.SetContentType("application/json")
		c.Response.SetBodyRaw(p.response)
	}, nil
}
