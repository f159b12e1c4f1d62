package exec

// cacheRun is the cache's part of one run of a request.
type cacheRun struct {
	fetch  CacheFetch
	values [][]byte
}

func (c *cacheRun) reset() {
	clear(c.fetch.Entities)
	c.fetch.Entities = c.fetch.Entities[:0]
	clear(c.values)
	c.values = c.values[:0]
}

// cacheTaint notes that an error points into an entity of a call, or that no entity of the request can be trusted if
// call is negative.
func (f *fetch) cacheTaint(call, entity int) {}

func (x *execution) fetchCached(request int, r *request, f *fetch) {}
