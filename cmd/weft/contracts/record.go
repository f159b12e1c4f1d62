package contracts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/identity"
	"github.com/weft-graphql/weft/router/modules/uploads"
	"github.com/weft-graphql/weft/schema/bus"
	"github.com/weft-graphql/weft/schema/wire"
)

// SampleData is the state of a service with its sample data, whatever else was asked of it.
const SampleData = "the sample data"

// Untouched is the state of a service whose sample data nobody has changed.
const Untouched = "the sample data, untouched"

// AskedBefore is the state of a service that was asked something before: its parameters are the request, the caller of
// it (as in CallerState) and, under keep, what of the answer further requests contain.
const AskedBefore = "this was asked before"

// CallerState is the state in which requests come from somebody: its parameters are the fields of Caller.
const CallerState = "requests come from this caller"

// Recording is what is recorded.
type Recording struct {
	// Client and Version name the client.
	Client, Version string
	// Supergraph is the graph that the router serves.
	Supergraph string
	// Services are those whose requests are recorded, by name.
	Services map[string]http.Handler
	// Operations are the client's.
	Operations []Operation
	// Key signs who is asking; services are not told when it is nil.
	Key *wire.IdentityKey
	// Prepare brings the services into a state before an operation is sent; nil when they stay as they are.
	Prepare func(state string) error
	// Note is told of operations that are not recorded, and why; it may be nil.
	Note func(text string)
}

// exchange is a request of the router, and the answer.
type exchange struct {
	service        string
	path           string
	request        []byte
	status         int
	asked          string // the request's content type
	contentType    string
	response       []byte
	states         []ProviderState
	operation      Operation
	number, amount int
}

// recorder stands between router and services.
type recorder struct {
	mu        sync.Mutex
	exchanges []exchange
}

// take returns what was recorded since it was called last.
func (r *recorder) take() []exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	exchanges := r.exchanges
	r.exchanges = nil
	return exchanges
}

// between records what a service is asked.
func (r *recorder) between(name string, service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		inner := req.Clone(req.Context())
		inner.Body = io.NopCloser(bytes.NewReader(body))
		e := exchange{service: name, path: req.URL.Path, request: body, asked: req.Header.Get("Content-Type")}
		if strings.HasPrefix(req.Header.Get("Accept"), eventStream) {
			listening := &listener{ResponseWriter: w, heard: func(l *listener, event []byte) {
				e.status, e.contentType, e.response = http.StatusOK, l.Header().Get("Content-Type"), event
				r.keep(e)
			}}
			service.ServeHTTP(listening, inner)
			return
		}
		answer := httptest.NewRecorder()
		service.ServeHTTP(answer, inner)
		e.status, e.contentType, e.response = answer.Code, answer.Header().Get("Content-Type"), answer.Body.Bytes()
		r.keep(e)
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // the router's own response, which is memory
	})
}

func (r *recorder) keep(e exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, e)
}

// Record sends the operations through a router, and returns one pact for each service that is asked.
func Record(ctx context.Context, recording Recording) ([]*Pact, error) {
	shapes, err := newShapes(recording.Supergraph)
	if err != nil {
		return nil, err
	}
	events, stop, err := recording.events(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	rec := &recorder{}
	r, err := recording.router(rec, events)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	note := recording.Note
	if note == nil {
		note = func(string) {}
	}
	byName := map[string]Operation{}
	for _, o := range recording.Operations {
		byName[o.Name] = o
	}
	var all []exchange
	var failures []error
	for _, o := range recording.Operations {
		switch {
		case o.Skip != "":
			note(fmt.Sprintf("%s is not recorded: %s", o.Name, o.Skip))
			continue
		case o.Type == "subscription" && !o.said():
			note(o.Name + " is not recorded: it is a subscription, and nothing is said of how it is sent")
			continue
		}
		exchanges, err := recording.send(ctx, r, rec, events, o, byName)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", o.Name, err))
			continue
		}
		all = append(all, exchanges...)
	}
	pacts := map[string]*Pact{}
	for _, e := range all {
		interaction, err := e.interaction(recording.Client, shapes)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %s: %w", e.operation.Name, e.service, err))
			continue
		}
		p := pacts[e.service]
		if p == nil {
			p = &Pact{Consumer: Party{recording.Client}, Provider: Party{e.service}}
			p.Metadata.Specification.Version = "4.0"
			if recording.Version != "" {
				p.Metadata.Client = &ClientVersion{recording.Version}
			}
			pacts[e.service] = p
		}
		p.Interactions = append(p.Interactions, *interaction)
	}
	var list []*Pact
	for _, name := range sortedKeys(pacts) {
		list = append(list, pacts[name])
	}
	return list, errors.Join(failures...)
}

// router makes the router that operations go through.
func (recording *Recording) router(rec *recorder, events *bus.Bus) (*router.Router, error) {
	settings := config.Source{Environ: []string{}, Override: func(c *config.Config) { c.Supergraph.Path = "in memory" }}
	list := append(slices.Clone(modules.List()), saidInfo)
	if recording.Key != nil {
		signing := identity.With(recording.Key)
		for i, info := range list {
			if info.Name == signing.Name {
				list[i].New = func() module.Module {
					m := signing.New().(*identity.Identity)
					m.On, m.Claims = true, []string{"roles"}
					return m
				}
			}
		}
	}
	settings.Sections = modules.Sections(list)
	c, err := config.Load(settings)
	if err != nil {
		return nil, err
	}
	files := modules.In[*uploads.Uploads](c, uploads.Info)
	for _, o := range recording.Operations {
		files.MaxFiles = max(files.MaxFiles, len(o.files))
	}
	handlers := map[string]http.Handler{}
	for name, service := range recording.Services {
		handlers[name] = rec.between(name, service)
	}
	return router.New(c, router.Options{
		Supergraph: recording.Supergraph, Handlers: handlers, Modules: list, Events: events,
		Logger: slog.New(slog.DiscardHandler),
	})
}

// send sends one operation and returns what services were asked for it.
func (recording *Recording) send(
	ctx context.Context, r http.Handler, rec *recorder, events *bus.Bus, o Operation, byName map[string]Operation,
) ([]exchange, error) {
	state := SampleData
	if o.Type == "mutation" || len(o.Given) > 0 {
		state = Untouched
	}
	if recording.Prepare != nil {
		if err := recording.Prepare(state); err != nil {
			return nil, err
		}
	}
	before, kept, err := recording.sendGiven(ctx, r, rec, o, byName)
	if err != nil {
		return nil, err
	}
	var exchanges []exchange
	if o.Type == "subscription" {
		if exchanges, err = recording.listen(ctx, events, o, kept); err != nil {
			return nil, err
		}
	} else {
		rec.take()
		if _, err := o.send(ctx, r, kept); err != nil {
			return nil, err
		}
		exchanges = rec.take()
	}
	slices.SortFunc(exchanges, func(a, b exchange) int {
		return strings.Compare(a.service+" "+string(a.request), b.service+" "+string(b.request))
	})
	exchanges = slices.CompactFunc(exchanges, func(a, b exchange) bool {
		return a.service == b.service && bytes.Equal(a.request, b.request)
	})
	amounts := map[string]int{}
	for i := range exchanges {
		e := &exchanges[i]
		amounts[e.service]++
		e.operation, e.number = o, amounts[e.service]
		e.states = append([]ProviderState{{Name: state}}, before[e.service]...)
		if o.Caller != nil {
			e.states = append(e.states, o.Caller.state())
		}
		e.request = kept.hide(e.request)
	}
	for i := range exchanges {
		exchanges[i].amount = amounts[exchanges[i].service]
	}
	return exchanges, nil
}

// state is the caller in a pact.
func (c *Caller) state() ProviderState {
	params := map[string]any{"sub": c.Subject}
	if c.Issuer != "" {
		params["iss"] = c.Issuer
	}
	if len(c.Roles) > 0 {
		params["roles"] = c.Roles
	}
	return ProviderState{Name: CallerState, Params: params}
}

// interaction makes the contract of one exchange.
func (e *exchange) interaction(client string, shapes *shapes) (*Interaction, error) {
	body, query, err := e.body()
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(e.response, &answer); err != nil || e.status != http.StatusOK || answer.Errors != nil {
		return nil, fmt.Errorf("the service answers %d: %.300s", e.status, e.response)
	}
	data, err := decode(answer.Data)
	if err != nil {
		return nil, err
	}
	rules, err := shapes.rulesOf(query, data)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(map[string]json.RawMessage{"data": answer.Data})
	if err != nil {
		return nil, err
	}
	if wrong, err := mismatches(rules, map[string]any{"data": data}, map[string]any{"data": data}); err != nil || len(wrong) > 0 {
		return nil, errors.Join(err, fmt.Errorf("the service's answer is not what its schema says: %s", strings.Join(wrong, "; ")))
	}
	description := e.operation.Name
	if e.amount > 1 {
		description = fmt.Sprintf("%s, request %d of %d", description, e.number, e.amount)
	}
	key := sha256.Sum256([]byte(client + " " + e.service + " " + description))
	i := &Interaction{
		Key: hex.EncodeToString(key[:8]), Description: description, States: e.states,
		Comments: Comments{Operation: e.operation.Name, Text: []string{
			"The " + e.operation.Type + " " + e.operation.Name + " of " + client + " needs this of " + e.service + ".",
		}},
	}
	request := Request{
		Method: http.MethodPost, Path: e.path, Headers: map[string][]string{"Content-Type": {body.ContentType}},
		Body: body, Generators: generatorsOf(body),
	}
	example := &Body{Content: content, ContentType: "application/json", Encoded: false}
	if strings.HasPrefix(e.contentType, eventStream) {
		request.Headers["Accept"] = []string{eventStream}
		i.Type, i.Message, i.Comments.Request = messageInteraction, &Message{example.ContentType}, &request
		i.Contents, i.Rules = example, Rules{Body: rules}
		return i, nil
	}
	i.Type, i.Transport, i.Request = httpInteraction, "http", request
	i.Response = Response{
		Status: http.StatusOK, Headers: map[string][]string{"Content-Type": {"application/json"}}, Body: example,
		Rules: Rules{Body: rules, Header: map[string]Rule{"Content-Type": {"AND", []Matcher{
			{Match: "regex", Regex: `^application/(graphql-response\+)?json\b.*$`},
		}}}},
	}
	return i, nil
}

// decode reads JSON without rounding numbers.
func decode(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}
