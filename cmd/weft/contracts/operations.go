package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/modules/persisted/collect"
)

// Operation is one operation of a client, as it is sent once.
type Operation struct {
	// Name is the operation's, and Type is query, mutation or subscription.
	Name, Type, Body string
	Case
	// files are the contents of Case.Files.
	files map[string][]byte
}

// Case is how an operation is sent.
type Case struct {
	// Variables are the operation's.
	Variables map[string]any `json:"variables,omitempty"`
	// Caller is who sends it; nobody in particular when it is nil.
	Caller *Caller `json:"caller,omitempty"`
	// Given are operations that are sent before it, in this order: what it is about comes of them.
	Given []Given `json:"given,omitempty"`
	// Event is what a subscription hears of, for those that the router feeds from the event bus.
	Event *Event `json:"event,omitempty"`
	// Files are sent along, by the place of the variable that each stands for ("variables.input.picture"): paths,
	// from where the file with the cases is.
	Files map[string]string `json:"files,omitempty"`
	// Skip says why the operation is not recorded; empty when it is.
	Skip string `json:"skip,omitempty"`
}

// Given is an operation that is sent before another, with the variables of its own case and by its caller.
type Given struct {
	// Operation is its name.
	Operation string `json:"operation"`
	// Nobody sends it as nobody in particular instead.
	Nobody bool `json:"nobody,omitempty"`
	// Keep says what of its answer the other one's variables need, under the names by which they stand there (${name}): a
	// path of response keys, such as checkout.order.id or addresses.0.id.
	Keep map[string]string `json:"keep,omitempty"`
}

// Event is a change that a service tells of.
type Event struct {
	// Subgraph is the service, and Type and Key name the entity.
	Subgraph string         `json:"subgraph"`
	Type     string         `json:"type"`
	Key      map[string]any `json:"key"`
}

// Caller is somebody who sends operations.
type Caller struct {
	Issuer  string   `json:"iss,omitempty"`
	Subject string   `json:"sub"`
	Roles   []string `json:"roles,omitempty"`
}

// ReadOperations reads a client's operations: a manifest of persisted documents (.json), or folders and files of
// documents. cases is a file that says by the operations' names how they are sent; it may be empty.
func ReadOperations(paths []string, cases string) ([]Operation, error) {
	documents, err := readDocuments(paths)
	if err != nil {
		return nil, err
	}
	given := map[string]Case{}
	if cases != "" {
		if err := readStrictly(cases, &given); err != nil {
			return nil, err
		}
	}
	var operations []Operation
	for _, d := range documents {
		o := Operation{d.Name, d.Type, d.Body, given[d.Name], nil}
		if o.files, err = readFiles(o.Files, filepath.Dir(cases)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", cases, d.Name, err)
		}
		operations = append(operations, o)
		delete(given, d.Name)
	}
	if len(given) > 0 {
		return nil, fmt.Errorf("%s: there is no operation %s", cases, strings.Join(sortedKeys(given), ", "))
	}
	slices.SortFunc(operations, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
	return operations, nil
}

func readDocuments(paths []string) ([]collect.Operation, error) {
	var all []collect.Operation
	var sources []string
	for _, path := range paths {
		if !strings.HasSuffix(path, ".json") {
			sources = append(sources, path)
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var manifest struct{ Operations []collect.Operation }
		if err := json.Unmarshal(text, &manifest); err != nil || len(manifest.Operations) == 0 {
			return nil, fmt.Errorf("%s is no manifest of persisted documents as weft persist writes it: %w", path,
				errors.Join(err, errors.New("it has a list of operations")))
		}
		all = append(all, manifest.Operations...)
	}
	if len(sources) > 0 {
		read, err := collect.Read(sources)
		if err != nil {
			return nil, err
		}
		operations, problems := read.Operations(false)
		if len(problems) > 0 {
			return nil, errors.New(problems[0].String())
		}
		all = append(all, operations...)
	}
	return all, nil
}

// readStrictly reads a JSON file in which nothing stands that means nothing.
func readStrictly(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%s: something stands behind its end", file)
	}
	return nil
}
