package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/excerpt"
	"github.com/weft-graphql/weft/router/syntax"
)

type queryCommand struct {
	Document  string   `arg:"" optional:"" help:"The document; standard input when left out." placeholder:"DOCUMENT"`
	File      string   `short:"f" help:"File of the document." type:"existingfile" placeholder:"FILE"`
	Endpoint  string   `help:"Address of the GraphQL endpoint." default:"${endpoint}" placeholder:"URL"`
	Variables string   `help:"Variables as JSON, or @FILE." placeholder:"JSON"`
	Header    []string `help:"A header of the request; can be repeated." placeholder:"NAME:VALUE" sep:"none"`
	Operation string   `help:"Which operation of the document." placeholder:"NAME"`
	Plan      bool     `help:"Print the query plan to standard error, too, where the router shows it."`
	Raw       bool     `help:"Print each answer in one line on a terminal, too."`
}

// Help shows what can be sent.
func (queryCommand) Help() string {
	return `
    weft query '{ topProducts { name } }'               to the running weft dev
    weft query --plan '{ topProducts { name } }'        the query plan, too, where the router shows it
    weft query -f top.graphql --variables '{"n": 3}'    a file, and variables
    weft query --header 'Authorization: Bearer …' --endpoint https://example.com/graphql < top.graphql

Events of subscriptions and deferred parts (@defer) are printed as they arrive; Ctrl-C ends a subscription.

The exit status is 1 when an answer has errors, and 2 when there is none or it breaks off.
`
}

// statusNoAnswer is the exit status when there was no answer, or it broke off.
const statusNoAnswer = 2

// Run sends the operation and prints what comes.
func (c queryCommand) Run(ctx context.Context) error {
	failed, err := c.send(ctx)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "weft:", excerpt.Of(err.Error()))
		return exitError(statusNoAnswer)
	case failed:
		return exitError(1)
	default:
		return nil
	}
}

// send returns whether an answer had errors; an error is that there was none, or that it broke off.
func (c queryCommand) send(ctx context.Context) (failed bool, err error) {
	document, err := c.document()
	if err != nil {
		return false, err
	}
	body, err := c.body(document)
	if err != nil {
		return false, err
	}
	req, err := newRequest(ctx, http.MethodPost, c.Endpoint, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	kind := kindOf(document, c.Operation)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", acceptFor(kind, document, c.Plan))
	if c.Plan {
		req.Header.Set("Weft-Query-Plan", "true")
	}
	if err := setHeaders(req, c.Header); err != nil {
		return false, err
	}
	printer := &answerPrinter{pretty: !c.Raw && isatty.IsTerminal(os.Stdout.Fd()), out: os.Stdout, takePlan: c.Plan}
	err = receive(req, answerLimit, printer.print)
	if ctx.Err() != nil && kind == ast.Subscription {
		// Who pressed Ctrl-C has seen enough.
		return printer.failed, nil
	}
	if err == nil && printer.printed == 0 {
		err = fmt.Errorf("%s ends its answer without any part of it", c.Endpoint)
	}
	if err == nil && c.Plan {
		err = printer.printPlan(os.Stderr)
	}
	if err != nil && c.Endpoint == localRouter && printer.printed == 0 {
		err = fmt.Errorf("%w (weft dev would answer there; name another endpoint with --endpoint)", err)
	}
	return printer.failed, err
}

// documentLimit bounds the document on standard input, in bytes.
const documentLimit = 16 << 20

// document reads the document that the command line names.
func (c queryCommand) document() (string, error) {
	switch {
	case c.File != "" && c.Document != "":
		return "", errors.New("--file and a document are both given; the operation is in one of them")
	case c.File != "":
		text, err := config.ReadFile(c.File)
		return string(text), err
	case c.Document != "" && c.Document != "-":
		if !strings.Contains(c.Document, "{") {
			return "", fmt.Errorf("%q is no document, which has braces; a file is named with -f", c.Document)
		}
		return c.Document, nil
	case c.Document == "" && isatty.IsTerminal(os.Stdin.Fd()):
		return "", errors.New("there is no document: write one behind weft query, or name a file with -f")
	}
	text, err := io.ReadAll(io.LimitReader(os.Stdin, documentLimit+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("standard input cannot be read: %w", err)
	case len(text) > documentLimit:
		return "", fmt.Errorf("standard input has more than %d MB; is it a GraphQL document?", documentLimit>>20)
	case strings.TrimSpace(string(text)) == "":
		return "", errors.New("standard input is empty; there is no document")
	}
	return string(text), nil
}

// body is the request's body.
//
// Specification: GraphQL over HTTP, "Request Parameters".
func (c queryCommand) body(document string) ([]byte, error) {
	params := struct {
		Query         string          `json:"query"`
		OperationName string          `json:"operationName,omitempty"`
		Variables     json.RawMessage `json:"variables,omitempty"`
	}{Query: document, OperationName: c.Operation}
	if c.Variables != "" {
		text, err := readVariables(c.Variables)
		if err != nil {
			return nil, err
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			return nil, fmt.Errorf("--variables is not a JSON object: %w", err)
		}
		params.Variables = text
	}
	return json.Marshal(params)
}

// kindOf is the kind of the operation that runs. What does not parse, or has no such operation, is sent as a query:
// what is wrong with it is for the endpoint to say.
func kindOf(document, name string) ast.Operation {
	parsed, err := syntax.ParseExecutable(&ast.Source{Input: document}, 0)
	if err != nil {
		return ast.Query
	}
	for _, operation := range parsed.Operations {
		if name == "" || operation.Name == name {
			return operation.Operation
		}
	}
	return ast.Query
}

// acceptFor is the Accept header: what an answer can come as, best first.
func acceptFor(kind ast.Operation, document string, plan bool) string {
	const whole = "application/graphql-response+json, application/json;q=0.9"
	switch {
	case kind == ast.Subscription:
		return "text/event-stream, multipart/mixed;subscriptionSpec=1.0;q=0.9, application/json;q=0.1"
	case strings.Contains(document, "@defer") && !plan: // plans are shown with whole answers only
		return "multipart/mixed;deferSpec=20220824, " + whole
	default:
		return whole
	}
}

// notInNames are the visible characters that names of headers do not have (RFC 9110, section 5.6.2), and white space.
const notInNames = " \t\r\n\"(),/;<=>?@[\\]{}"

// setHeaders adds the headers that flags name.
func setHeaders(req *http.Request, headers []string) error {
	for _, header := range headers {
		name, value, ok := strings.Cut(header, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(name, notInNames) || strings.ContainsAny(value, "\r\n\x00") {
			return fmt.Errorf("--header %q: write it as NAME: VALUE", header)
		}
		switch name = textproto.CanonicalMIMEHeaderKey(name); name {
		case "Host":
			req.Host = value
		case "Accept", "Content-Type":
			req.Header.Set(name, value)
		default:
			req.Header.Add(name, value)
		}
	}
	return nil
}
