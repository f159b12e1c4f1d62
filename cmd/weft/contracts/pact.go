// Package contracts records what a router sends to each service for the operations of a client, and verifies a service
// alone against that. Contracts are files in the form of Pact, version 4, which other tools read.
//
// Specification: https://github.com/pact-foundation/pact-specification/tree/version-4.
package contracts

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxPact bounds the file of a pact, in bytes.
const maxPact = 64 << 20

// Pact is what one client needs of one service.
type Pact struct {
	Consumer     Party         `json:"consumer"`
	Provider     Party         `json:"provider"`
	Interactions []Interaction `json:"interactions"`
	Metadata     Metadata      `json:"metadata"`
}

// Party is a client or a service.
type Party struct {
	Name string `json:"name"`
}

// Metadata says how the file is to be read, and which version of the client was recorded.
type Metadata struct {
	Specification struct {
		Version string `json:"version"`
	} `json:"pactSpecification"`
	Client *ClientVersion `json:"client,omitempty"`
}

// ClientVersion is the version of the client that was recorded.
type ClientVersion struct {
	Version string `json:"version"`
}

// Interaction is one request and what has to be true of its answer.
type Interaction struct {
	Type        string          `json:"type"`
	Key         string          `json:"key,omitempty"`
	Description string          `json:"description"`
	States      []ProviderState `json:"providerStates,omitempty"`
	Request     Request         `json:"request,omitzero"`
	Response    Response        `json:"response,omitzero"`
	// Contents is an event of a subscription, Message what is said beside it, and Rules are the event's.
	Contents  *Body    `json:"contents,omitempty"`
	Message   *Message `json:"metadata,omitempty"`
	Rules     Rules    `json:"matchingRules,omitzero"`
	Comments  Comments `json:"comments"`
	Transport string   `json:"transport,omitempty"`
}

// ProviderState is what has to be true of a service before it is asked.
type ProviderState struct {
	Name   string         `json:"name"`
	Params map[string]any `json:"params,omitempty"`
}

// Message is the metadata of an event. Other tools hold all of it against what comes with the event.
type Message struct {
	ContentType string `json:"contentType"`
}

// Comments name the client's operation that an interaction is part of, and the request of which an event is the first
// answer.
type Comments struct {
	Operation string   `json:"testname,omitempty"`
	Text      []string `json:"text,omitempty"`
	Request   *Request `json:"request,omitempty"`
}

// Request is what the router sends.
type Request struct {
	Method  string              `json:"method"`
	Path    string              `json:"path"`
	Headers map[string][]string `json:"headers,omitempty"`
	Body    *Body               `json:"body,omitempty"`
	// Generators say where the body has something of a state, in the form ${name}.
	Generators *Generators `json:"generators,omitempty"`
}

// Generators are those of the body, by path.
type Generators struct {
	Body map[string]Generator `json:"body"`
}

// Generator makes a value: of the type ProviderState, it is what a state has kept.
type Generator struct {
	Type       string `json:"type"`
	Expression string `json:"expression"`
}

// Response is an answer, and by which rules another one is held against it.
type Response struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers,omitempty"`
	Body    *Body               `json:"body,omitempty"`
	Rules   Rules               `json:"matchingRules,omitzero"`
}

// Body is JSON, or the form of an upload.
type Body struct {
	Content     json.RawMessage `json:"content"`
	ContentType string          `json:"contentType"`
	// Encoded is false, or a text that names the encoding of the content, which is a text then: base64.
	Encoded any `json:"encoded"`
}

// bytes are what is sent.
func (b *Body) bytes() ([]byte, error) {
	if b.Encoded != base64Encoded {
		return b.Content, nil
	}
	var text string
	if err := json.Unmarshal(b.Content, &text); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// base64Encoded is the encoding of what is not JSON.
const base64Encoded = "base64"

// Rules are matching rules by path for the body, and by name for headers.
type Rules struct {
	Body   map[string]Rule `json:"body,omitempty"`
	Header map[string]Rule `json:"header,omitempty"`
}

// Rule is one or several matchers, of which all must match (AND) or one (OR).
type Rule struct {
	Combine  string    `json:"combine"`
	Matchers []Matcher `json:"matchers"`
}

// Matcher is one condition.
type Matcher struct {
	Match string `json:"match"`
	Regex string `json:"regex,omitempty"`
	Value string `json:"value,omitempty"`
	Min   *int   `json:"min,omitempty"`
	Max   *int   `json:"max,omitempty"`
}

// The types of interactions: requests with their answers, and events.
const (
	httpInteraction    = "Synchronous/HTTP"
	messageInteraction = "Asynchronous/Messages"
)

// Read reads the pact in a file.
func Read(file string) (*Pact, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxPact {
		return nil, fmt.Errorf("%s has %d bytes; a pact has at most %d", file, info.Size(), maxPact)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := &Pact{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("%s is no pact: %w", file, err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// check reports what cannot be verified here, instead of leaving it out.
func (p *Pact) check() error {
	if v := p.Metadata.Specification.Version; !strings.HasPrefix(v, "4") {
		return fmt.Errorf("its version is %q; only Pact 4 is read", v)
	}
	if p.Consumer.Name == "" || p.Provider.Name == "" {
		return errors.New("it does not name consumer and provider")
	}
	for _, i := range p.Interactions {
		switch {
		case i.Type == httpInteraction:
		case i.Type == messageInteraction && i.Comments.Request != nil && i.Contents != nil:
		case i.Type == messageInteraction:
			return fmt.Errorf("the interaction %q does not say what is asked for its event (comments.request)", i.Description)
		default:
			return fmt.Errorf("the interaction %q is of the type %s; only %s and %s are verified", i.Description, i.Type,
				httpInteraction, messageInteraction)
		}
		for _, rules := range []map[string]Rule{i.Response.Rules.Body, i.Response.Rules.Header, i.Rules.Body} {
			for path, rule := range rules {
				if err := rule.check(); err != nil {
					return fmt.Errorf("the interaction %q: the rule of %s: %w", i.Description, path, err)
				}
			}
		}
	}
	return nil
}

// File is the name of the pact's file.
func (p *Pact) File() string { return p.Consumer.Name + "-" + p.Provider.Name + ".json" }

// Write writes the pact into a directory, under its name, and returns the file.
func (p *Pact) Write(dir string) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(p); err != nil {
		return "", err
	}
	file := filepath.Join(dir, p.File())
	return file, os.WriteFile(file, text.Bytes(), 0o644)
}
