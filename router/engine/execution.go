package engine

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/router/cache"
	"github.com/weft-graphql/weft/router/caller"
	"github.com/weft-graphql/weft/router/exec"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/operation"
	"github.com/weft-graphql/weft/router/plan"
	"github.com/weft-graphql/weft/router/prepared"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/subscription"
	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// pipelineRun is the state of one request in this package, from a pool.
type pipelineRun struct {
	engine *Engine
	// op is what the modules see; caller, values and variables are what it refers to.
	op        module.Operation
	caller    caller.Caller
	values    caller.Values
	variables operation.Variables
	// form is the document's; entry may be that of another document with the same form.
	form  operation.Form
	entry *prepared.Entry[*program]
	// places leads from places in the document that was prepared to those in the request's; nil until it is needed.
	places func(line, column int) (int, int)
	made   *prepared.Planned[*program]

	request  exec.Request
	answered exec.Response
	// response is the client's; answer is what the modules add to it.
	response *server.Response
	answer   module.Answer
	visit    *cache.Visit
	// shared is the execution's flight when others may join it.
	shared *flight
	// eventID names the event of a subscription; empty when it has no name.
	eventID string
	// changed tells that the event says that data has changed: what is remembered, or asked already, may be from before.
	changed bool
	// planned receives a subscription that is only planned, not begun.
	planned *subscription.Operation
	// traced tells that the client is shown what happened to the requests of the plan.
	traced bool

	// The same for every use: methods of the execution, so that no request makes closures.
	subgraph   func(*supergraph.Subgraph, *upstream.Request)
	introspect func([]byte, *operation.Field, func([]byte) ([]byte, bool)) []byte
	finish     func(*exec.Response)
	fetched    func(*plan.Request, *exec.FetchTrace, *upstream.Response)
	reported   func(subgraph, code string)
	labelOn    func(string) bool
	carried    func(subgraph int, to []byte) ([]byte, bool)
	locate     func(line, column int) (int, int)
}

var executions = sync.Pool{New: func() any {
	x := &pipelineRun{}
	x.subgraph = x.addToRequest
	x.introspect = func(out []byte, f *operation.Field, more func([]byte) ([]byte, bool)) []byte {
		return x.op.Prepared.Introspect(out, f, &x.variables, more)
	}
	x.finish = x.complete
	x.fetched = x.fetchEnded
	x.reported = x.errorReported
	x.labelOn = x.decideLabel
	x.carried = x.carriedTo
	x.locate = x.located
	return x
}}

func (x *pipelineRun) begin(e *Engine, req *server.Request, resp *server.Response) {
	x.engine, x.response = e, resp
	x.op.Begin(req, resp, &x.values, e.hooks.Slots)
}

// prepare tells the modules what is executed.
func (x *pipelineRun) prepare(entry *prepared.Entry[*program]) {
	x.entry = entry
	x.op.Prepared, x.op.Variables = entry.Prepared, &x.variables
	if compiled, ok := entry.Examined.([]any); ok {
		x.op.SetCompiled(compiled)
	}
}

func (x *pipelineRun) release() {
	x.op.End()
	x.values.Reset()
	x.answer.Begin(nil)
	x.form.Release()
	*x = pipelineRun{
		op: x.op, values: x.values, form: x.form, answer: x.answer, subgraph: x.subgraph, introspect: x.introspect, finish: x.finish,
		fetched: x.fetched, reported: x.reported, labelOn: x.labelOn, carried: x.carried, locate: x.locate,
	}
	executions.Put(x)
}

// complete is told when data and errors of the answer are complete, and fills in what the response says beside them.
func (x *pipelineRun) complete(from *exec.Response) {
	resp := x.response
	resp.Operation.Errors, resp.Operation.Fetches = from.Errors, from.Fetches
	x.engine.weigh(resp, from.Size)
	x.tellCaching(resp, from.Errors > 0)
	hooks := x.engine.hooks
	if len(hooks.Answerers) == 0 && x.eventID == "" {
		return
	}
	x.answer.Begin(resp)
	if x.eventID != "" {
		name, _ := json.Marshal(x.eventID) // a string can always be written
		x.answer.AddExtension("eventId", name)
	}
	x.answer.Errors, x.answer.Fetches, x.answer.Plan = from.Errors, from.Fetches, x.made.Plan
	if x.traced {
		x.answer.Trace = from.Trace
		if x.visit != nil {
			x.answer.Cache = x.visit.Fetches()
		}
	}
	for _, hook := range hooks.Answerers {
		hook.Answer(&x.op, &x.answer)
	}
	x.request.Extensions = x.answer.Extensions()
}

// tellCaching says what caches in front may do with the answer, and what they must tell apart.
func (x *pipelineRun) tellCaching(resp *server.Response, hasErrors bool) {
	config := &x.engine.config
	resp.Vary = config.Vary
	if x.visit != nil {
		var age int
		if resp.CacheControl, age = x.visit.CacheControl(hasErrors); age > 0 {
			resp.Age = strconv.Itoa(age)
		}
	}
	switch {
	case x.traced:
		// What is shown beside the answer is about this request.
		resp.CacheControl, resp.Age = "no-store", ""
	case strings.HasPrefix(resp.CacheControl, "public") && (x.engine.hooks.Private || x.op.Prepared.Protected()):
		// Nothing in a header says who may see it.
		resp.CacheControl = "private" + strings.TrimPrefix(resp.CacheControl, "public")
	case strings.HasPrefix(resp.CacheControl, "public"):
		resp.Vary = x.visit.Vary()
	case resp.CacheControl == "" && (config.Personal || x.engine.hooks.Private):
		resp.CacheControl = "private"
	}
}

func (x *pipelineRun) fetchEnded(r *plan.Request, trace *exec.FetchTrace, response *upstream.Response) {
	for _, hook := range x.engine.hooks.Fetches {
		hook.FetchEnded(&x.op, module.Fetch{Request: r, Trace: trace, Response: response})
	}
}

// addToRequest adds to a request to a subgraph what the client's request adds to it.
func (x *pipelineRun) addToRequest(s *supergraph.Subgraph, req *upstream.Request) {
	if x.engine.hooks.Subgraphs != nil {
		x.engine.hooks.write(s, &x.values, req)
	}
	if !x.engine.config.RequestIDs {
		return
	}
	// It tells who asks, and changes nothing of an answer: requests with different ones may share a call.
	id := x.op.Request.Header.Get(requestID)
	if id != "" && !slices.ContainsFunc(req.Header, func(h upstream.Header) bool { return h.Name == requestID }) {
		req.Header = append(req.Header, upstream.Header{Name: requestID, Value: id})
	}
}

// requestID is the header with the request's id.
const requestID = "X-Request-Id"

func (x *pipelineRun) errorReported(subgraph, code string) {
	for _, hook := range x.engine.hooks.Errors {
		hook.ErrorReported(&x.op, subgraph, code)
	}
}

func (x *pipelineRun) decideLabel(label string) bool {
	if on, known := x.engine.hooks.decide(&x.op, label); known {
		return on
	}
	return x.engine.labelOn(label)
}

// visitCache begins the request in the entity cache.
func (x *pipelineRun) visitCache() {
	e, header := x.engine, x.op.Request.Header
	options := cache.VisitOptions{
		Header: header.Values, CacheControl: strings.Join(header["Cache-Control"], ","), Debug: x.traced,
		Credentials: x.values.Present(e.credentials), Values: x.carried,
	}
	if x.values.Present(e.config.Identity) {
		options.Identity = string(x.values.Append(nil, e.config.Identity))
	}
	x.visit = e.config.Cache.Visit(options)
	x.request.CacheSession = x.visit
}
