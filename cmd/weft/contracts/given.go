package contracts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// kept are values that services have made, by the names that cases have for them. In pacts they stand as ${name}, since
// they are others each time.
type kept map[string]string

// show puts values in the places of their names.
func (k kept) show(text []byte) []byte {
	for name, value := range k {
		text = bytes.ReplaceAll(text, []byte("${"+name+"}"), []byte(value))
	}
	return text
}

// hide puts names in the places of values.
func (k kept) hide(text []byte) []byte {
	for name, value := range k {
		text = bytes.ReplaceAll(text, []byte(`"`+value+`"`), []byte(`"${`+name+`}"`))
	}
	return text
}

// keep takes values out of an answer.
func (k kept) keep(names map[string]string, answer []byte) error {
	var tree struct{ Data any }
	if err := json.Unmarshal(answer, &tree); err != nil {
		return err
	}
	for name, path := range names {
		value := tree.Data
		for key := range strings.SplitSeq(path, ".") {
			switch at := value.(type) {
			case map[string]any:
				value = at[key]
			case []any:
				value = nil
				if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(at) {
					value = at[i]
				}
			default:
				value = nil
			}
		}
		text, ok := value.(string)
		if !ok || text == "" {
			return fmt.Errorf("there is no text at %s, which is to be kept as %s: %.300s", path, name, answer)
		}
		// It is put into JSON again.
		quoted, err := json.Marshal(text)
		if err != nil {
			return err
		}
		k[name] = string(quoted[1 : len(quoted)-1])
	}
	return nil
}

// generatorsOf says to other tools where a body has something of a state.
func generatorsOf(body *Body) *Generators {
	tree, err := decode(body.Content)
	if err != nil || body.Encoded != false {
		return nil
	}
	found := map[string]Generator{}
	var look func(place []string, value any)
	look = func(place []string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, below := range value {
				look(append(slices.Clone(place), name), below)
			}
		case []any:
			for i, below := range value {
				look(append(slices.Clone(place), fmt.Sprint(i)), below)
			}
		case string:
			if strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}") {
				found[written(place)] = Generator{Type: "ProviderState", Expression: value}
			}
		}
	}
	look(nil, tree)
	if len(found) == 0 {
		return nil
	}
	return &Generators{Body: found}
}

// sendGiven sends what comes before an operation. It returns the states that services are in then, and what was kept.
func (recording *Recording) sendGiven(
	ctx context.Context, r http.Handler, rec *recorder, o Operation, byName map[string]Operation,
) (map[string][]ProviderState, kept, error) {
	states, known := map[string][]ProviderState{}, kept{}
	for _, given := range o.Given {
		before, ok := byName[given.Operation]
		if !ok || before.Type == "subscription" {
			return nil, nil, fmt.Errorf("%s comes before it, which is no query or mutation of this client", given.Operation)
		}
		if given.Nobody {
			before.Caller = nil
		}
		rec.take()
		answer, err := before.send(ctx, r, known)
		if err != nil {
			return nil, nil, fmt.Errorf("%s, which comes before it: %w", given.Operation, err)
		}
		if err := known.keep(given.Keep, answer); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", given.Operation, err)
		}
		for _, e := range rec.take() {
			state, err := before.stateAfter(e, given.Keep, known)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", given.Operation, err)
			}
			states[e.service] = append(states[e.service], state)
		}
	}
	return states, known, nil
}

// stateAfter is the state of a service that was sent its part of the operation.
func (o *Operation) stateAfter(e exchange, keep map[string]string, known kept) (state ProviderState, err error) {
	if len(o.files) > 0 {
		return state, errors.New("it has files, and cannot come before others")
	}
	var request any
	if request, err = decode(known.hide(e.request)); err != nil {
		return state, err
	}
	state = ProviderState{Name: AskedBefore, Params: map[string]any{"path": e.path, "request": request}}
	if o.Caller != nil {
		state.Params["caller"] = o.Caller.state().Params
	}
	// Only the service that has made a value tells it.
	own := map[string]any{}
	for name, path := range keep {
		if (kept{}).keep(map[string]string{name: path}, e.response) == nil {
			own[name] = path
		}
	}
	if len(own) > 0 {
		state.Params["keep"] = own
	}
	return state, nil
}

// request is the operation as clients send it.
func (o *Operation) request(ctx context.Context, address string, known kept) (*http.Request, error) {
	body, err := json.Marshal(map[string]any{"query": o.Body, "operationName": o.Name, "variables": o.Variables})
	if err != nil {
		return nil, err
	}
	body, contentType := known.show(body), "application/json"
	if len(o.files) > 0 {
		if body, contentType, err = o.form(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	if len(o.files) > 0 {
		req.Header.Set("Apollo-Require-Preflight", "contracts")
	}
	// As clients ask that take parts of an answer later, and those that do not: the requests are the same.
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// send sends the operation through a router, and returns an answer without errors.
func (o *Operation) send(ctx context.Context, r http.Handler, known kept) ([]byte, error) {
	req, err := o.request(context.WithValue(ctx, callerKey{}, o.Caller), "http://router/graphql", known)
	if err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, req)
	return answer.Body.Bytes(), refusedWith(answer.Body.Bytes())
}

// refusedWith is the first error of an answer.
func refusedWith(answer []byte) error {
	var told struct {
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(answer, &told); err != nil {
		return fmt.Errorf("the router's answer cannot be read: %w", err)
	}
	if len(told.Errors) > 0 {
		return fmt.Errorf("it is answered with an error, of which no contract can be made: %s; give it other variables, "+
			"or a caller who may do it, or say in skip why it is left out", told.Errors[0].Message)
	}
	return nil
}

// askBefore brings the service into the state of one that was asked something before.
func (provider *Provider) askBefore(
	ctx context.Context, p *Pact, state ProviderState, endpoint *url.URL, known kept,
) error {
	body, err := json.Marshal(state.Params["request"])
	if err != nil {
		return err
	}
	path, _ := state.Params["path"].(string)
	who, _ := state.Params["caller"].(map[string]any)
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := provider.send(ctx, p, &Request{
		Method: http.MethodPost, Path: path, Headers: map[string][]string{"Content-Type": {"application/json"}},
		Body: &Body{Content: body, ContentType: "application/json", Encoded: false},
	}, identityOf(ProviderState{Params: who}), endpoint, known)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	names := map[string]string{}
	keep, _ := state.Params["keep"].(map[string]any)
	for name, at := range keep {
		names[name], _ = at.(string)
	}
	return known.keep(names, text)
}
