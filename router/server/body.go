package server

import (
	"unicode/utf8"

	"github.com/weft-graphql/weft/router/jsontext"
)

// badBody is why a request body cannot be read; its text is shown to the client.
type badBody string

func (e badBody) Error() string { return string(e) }

const (
	errNotUTF8      = badBody("The request body is not valid UTF-8.")
	errNotObject    = badBody("The request body must be a JSON object with a \"query\" member.")
	errTooDeep      = badBody("The request body is nested too deeply.")
	errQueryType    = badBody("The \"query\" member of the request must be a string.")
	errDocumentType = badBody("The \"documentId\" member of the request must be a string or null.")
	errNameType     = badBody("The \"operationName\" member of the request must be a string or null.")
	errVarsType     = badBody("The \"variables\" member of the request must be an object or null.")
	errExtType      = badBody("The \"extensions\" member of the request must be an object or null.")
	errSyntax       = badBody("The request body is not valid JSON.")
	errSyntaxEnd    = badBody("The request body is not valid JSON: it ends too early.")
	errSyntaxAfter  = badBody("The request body is not valid JSON: something follows the end of the value.")
)

// unreadable is the failure for a body that parseBody does not take.
func unreadable(err error) *failure {
	switch err {
	case errNotObject, errQueryType, errDocumentType, errNameType, errVarsType, errExtType:
		return illFormed(err.Error())
	}
	return badRequest(err.Error())
}

// parseBody reads the members of a GraphQL request from a JSON object. Nothing is copied: the request's fields point
// into body, whose strings are unescaped in place. Unknown members are ignored, as the specification asks; of a
// repeated member the last one counts, as in most JSON parsers.
//
// Specification: GraphQL over HTTP, section 5.2 "JSON encoding".
func parseBody(body []byte, req *Request) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}
	p := reading(body)
	if err := p.request(req); err != nil {
		return err
	}
	if !p.AtEnd() {
		return errSyntaxAfter
	}
	return nil
}

// bodyReader reads GraphQL requests from JSON text.
type bodyReader struct{ jsontext.Reader }

func reading(text []byte) bodyReader { return bodyReader{jsontext.Reader{Data: text}} }

// request reads a JSON object as a GraphQL request.
func (p *bodyReader) request(req *Request) error {
	if p.Peek() != '{' {
		if p.Value() == nil {
			return p.fault()
		}
		return errNotObject
	}
	p.Accept('{')
	for more := !p.Accept('}'); more; more = p.More('}') {
		key, ok := p.Key()
		if !ok {
			break
		}
		if err := p.member(jsontext.Text(key), req); err != nil {
			return err
		}
	}
	return p.fault()
}

func (p *bodyReader) member(key []byte, req *Request) error {
	switch string(key) {
	case "query":
		return p.optionalText(&req.Query, errQueryType)
	case "documentId":
		return p.optionalText(&req.DocumentID, errDocumentType)
	case "operationName":
		return p.optionalText(&req.OperationName, errNameType)
	case "variables":
		return p.optionalObject(&req.Variables, errVarsType)
	case "extensions":
		return p.optionalObject(&req.Extensions, errExtType)
	case "onError":
		return p.optionalWord(&req.OnError)
	default:
		p.Value()
		return p.fault()
	}
}

// optionalText reads a string, or null as nothing, into target.
func (p *bodyReader) optionalText(target *[]byte, wrongType error) error {
	value := p.Value()
	switch {
	case value == nil:
		return p.fault()
	case value[0] == '"':
		end := len(value) - 1
		*target = jsontext.Unescape(value[1:end:end])
		return nil
	}
	return null(value, target, wrongType)
}

// optionalWord reads a string, or null as nothing, into target; anything else as it stands. It is for members that
// count only when the configuration says so: what they may be is for the engine to say.
func (p *bodyReader) optionalWord(target *[]byte) error {
	value := p.Value()
	switch {
	case value == nil:
		return p.fault()
	case value[0] == '"':
		end := len(value) - 1
		value = jsontext.Unescape(value[1:end:end])
	case string(value) == "null":
		value = nil
	}
	*target = value
	return nil
}

// optionalObject reads an object as it stands, or null as nothing, into target.
func (p *bodyReader) optionalObject(target *[]byte, wrongType error) error {
	value := p.Value()
	switch {
	case value == nil:
		return p.fault()
	case value[0] == '{':
		*target = value
		return nil
	}
	return null(value, target, wrongType)
}

func null(value []byte, target *[]byte, wrongType error) error {
	if string(value) != "null" {
		return wrongType
	}
	*target = nil
	return nil
}

// fault is why reading broke off; nil when it did not.
func (p *bodyReader) fault() error {
	switch {
	case !p.Bad():
		return nil
	case p.At >= len(p.Data):
		return errSyntaxEnd
	case p.TooDeep():
		return errTooDeep
	}
	return errSyntax
}
