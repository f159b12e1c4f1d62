package contracts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/weft-graphql/weft/schema/wire"
)

// maxAnswer bounds the answer of a service, in bytes.
const maxAnswer = 64 << 20

// requestTimeout bounds one request.
const requestTimeout = 30 * time.Second

// Provider is a service that is verified.
type Provider struct {
	// URL is its GraphQL endpoint; without a path, that of the pact counts.
	URL string
	// Key signs who is asking; the service is not told when it is nil.
	Key *wire.IdentityKey
	// Prepare brings the service into a state before a request; nil when it stays as it is.
	Prepare func(state ProviderState) error
	// Client sends requests; http.DefaultClient when it is nil.
	Client *http.Client
}

// Failure is a request whose answer breaks the contract.
type Failure struct {
	// Client and Operation need it.
	Client, Operation string
	// Description names the request, and Problems are what is wrong.
	Description string
	Problems    []string
}

// String is the failure as a text of several lines.
func (f Failure) String() string {
	return fmt.Sprintf("%s: %s (%s)\n    %s", f.Client, f.Operation, f.Description, strings.Join(f.Problems, "\n    "))
}

// Verify asks the service all that the pact has, and returns what breaks it. The error says why it cannot be verified.
func Verify(ctx context.Context, p *Pact, provider Provider) (failures []Failure, err error) {
	endpoint, err := url.Parse(provider.URL)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" {
		return nil, fmt.Errorf("%q is not the address of a service; write one like http://localhost:4002/graphql", provider.URL)
	}
	for _, i := range p.Interactions {
		problems, err := provider.ask(ctx, p, &i, endpoint)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", p.Consumer.Name, i.Description, err)
		}
		if len(problems) > 0 {
			client := p.Consumer.Name
			if p.Metadata.Client != nil {
				client += " " + p.Metadata.Client.Version
			}
			failures = append(failures, Failure{client, i.operation(), i.Description, problems})
		}
	}
	return failures, nil
}

// operation is the client's operation that the interaction is part of.
func (i *Interaction) operation() string {
	if i.Comments.Operation != "" {
		return i.Comments.Operation
	}
	return i.Description
}

// ask sends the request of an interaction and holds the answer against the contract.
func (provider *Provider) ask(ctx context.Context, p *Pact, i *Interaction, endpoint *url.URL) ([]string, error) {
	var who wire.Identity
	known := kept{}
	for _, state := range i.States {
		switch {
		case state.Name == AskedBefore:
			if err := provider.askBefore(ctx, p, state, endpoint, known); err != nil {
				return nil, fmt.Errorf("the state %q: %w", state.Name, err)
			}
			continue
		case state.Name == CallerState:
			who = identityOf(state)
		}
		if provider.Prepare != nil {
			if err := provider.Prepare(state); err != nil {
				return nil, fmt.Errorf("the state %q: %w", state.Name, err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request := &i.Request
	if i.Type == messageInteraction {
		request = i.Comments.Request
	}
	resp, err := provider.send(ctx, p, request, who, endpoint, known)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if i.Type == messageInteraction {
		return i.compareEvent(resp)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(text) > maxAnswer {
		err = errors.New("the answer is too long")
	}
	if err != nil {
		return nil, err
	}
	return i.Response.compare(resp, text)
}

// send sends a request in somebody's name, with what is known put in.
func (provider *Provider) send(
	ctx context.Context, p *Pact, request *Request, who wire.Identity, endpoint *url.URL, known kept,
) (*http.Response, error) {
	address := *endpoint
	if strings.Trim(address.Path, "/") == "" {
		address.Path = request.Path
	}
	var body io.Reader
	if request.Body != nil {
		text, err := request.Body.bytes()
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(known.show(text))
	}
	req, err := http.NewRequestWithContext(ctx, request.Method, address.String(), body)
	if err != nil {
		return nil, err
	}
	for name, values := range request.Headers {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if provider.Key != nil {
		token, err := provider.Key.Sign(who, p.Provider.Name, time.Now())
		if err != nil {
			return nil, err
		}
		req.Header.Set(wire.IdentityHeader, token)
	}
	client := provider.Client
	if client == nil {
		client = http.DefaultClient
	}
	return client.Do(req)
}

// compare holds an answer against the one that is expected.
func (r *Response) compare(resp *http.Response, text []byte) (problems []string, err error) {
	if resp.StatusCode != r.Status {
		return []string{fmt.Sprintf("the status is %d, not %d: %.300s", resp.StatusCode, r.Status, text)}, nil
	}
	for name, values := range r.Headers {
		got := resp.Header.Get(name)
		if rule, ok := r.Rules.Header[name]; ok {
			for _, m := range rule.Matchers {
				if m.Match == "regex" && !regexp.MustCompile(m.Regex).MatchString(got) {
					problems = append(problems, fmt.Sprintf("the header %s is %q, not a match of %s", name, got, m.Regex))
				}
			}
		} else if want := strings.Join(values, ", "); got != want {
			problems = append(problems, fmt.Sprintf("the header %s is %q, not %q", name, got, want))
		}
	}
	if r.Body == nil {
		return problems, nil
	}
	wrong, err := compareJSON(r.Body, r.Rules.Body, text)
	return append(problems, wrong...), err
}

// compareJSON holds JSON against an example, by rules.
func compareJSON(example *Body, rules map[string]Rule, text []byte) ([]string, error) {
	expected, err := decode(example.Content)
	if err != nil {
		return nil, err
	}
	actual, err := decode(text)
	if err != nil {
		return []string{fmt.Sprintf("the answer is no JSON: %.300s", text)}, nil
	}
	wrong, err := mismatches(rules, expected, actual)
	if len(wrong) > 0 {
		wrong = append(wrong, errorsOf(text)...)
	}
	return wrong, err
}

// errorsOf are the GraphQL errors of an answer, which say why something is missing.
func errorsOf(text []byte) (told []string) {
	var answer struct{ Errors []struct{ Message string } }
	if json.Unmarshal(text, &answer) == nil {
		for _, e := range answer.Errors {
			told = append(told, fmt.Sprintf("the service says: %.300s", e.Message))
		}
	}
	return told[:min(len(told), maxMismatches)]
}

// identityOf is the caller that a state names.
func identityOf(state ProviderState) (id wire.Identity) {
	id.Subject, _ = state.Params["sub"].(string)
	id.Issuer, _ = state.Params["iss"].(string)
	roles, _ := state.Params["roles"].([]any)
	for _, role := range roles {
		if name, ok := role.(string); ok {
			id.Roles = append(id.Roles, name)
		}
	}
	return id
}
