package persisted

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/server"
)

// document is one that the router knows.
type document struct {
	ids        []string
	file       string
	name, text string
}

// use makes it the document of a request.
func (d *document) use(req *server.Request) {
	req.Query = []byte(d.text)
	if len(req.OperationName) == 0 {
		req.OperationName = []byte(d.name)
	}
}

// library are the documents of all files. It does not change once it was read.
type library struct {
	documents []*document
	byID      map[string]*document
	// byTokens has the documents by what is left of them without white space and comments.
	byTokens map[[sha256.Size]byte]*document
	// folders has the files of each folder.
	folders map[string][]string
}

func newLibrary() *library {
	return &library{
		byID:     map[string]*document{},
		byTokens: map[[sha256.Size]byte]*document{},
		folders:  map[string][]string{},
	}
}

// find lists the files to read, and the folders whose files can come and go.
func (l *library) find(d *Documents) (watched []string, err error) {
	watched = slices.Clone(d.Manifests)
	for _, folder := range d.Folders {
		walkErr := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			isDocument := strings.HasSuffix(path, ".graphql") || strings.HasSuffix(path, ".gql")
			if entry.IsDir() || isDocument {
				watched = append(watched, path)
			}
			if !entry.IsDir() && isDocument {
				l.folders[folder] = append(l.folders[folder], path)
			}
			return nil
		})
		if walkErr != nil {
			watched = append(watched, folder)
			err = config.ExplainDirectory(folder, walkErr)
		}
	}
	return watched, err
}

// read reads the files.
func (l *library) read(d *Documents) error {
	for _, file := range d.Manifests {
		text, err := config.ReadFile(file)
		if err != nil {
			return err
		}
		if err := l.readManifest(file, text); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, folder := range d.Folders {
		for _, file := range l.folders[folder] {
			text, err := config.ReadFile(file)
			if err != nil {
				return err
			}
			base := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".graphql"), ".gql")
			sum := sha256.Sum256(text)
			if err := l.add(&document{ids: []string{hex.EncodeToString(sum[:]), base}, file: file, text: string(text)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// add takes in a document.
func (l *library) add(d *document) error {
	if len(d.text) == 0 {
		return fmt.Errorf("%s: the document %q is empty", d.file, d.ids[0])
	}
	for _, id := range d.ids {
		if id == "" || len(id) > maxID {
			return fmt.Errorf("%s: a document has the id %q; ids have 1 to %d bytes", d.file, quote(id), maxID)
		}
		if other := l.byID[id]; other != nil && other.text != d.text {
			return fmt.Errorf("%s: the document %q is another one than in %s; ids must be unique", d.file, id, other.file)
		}
		l.byID[id] = d
	}
	l.documents = append(l.documents, d)
	l.byTokens[tokenSum([]byte(d.text))] = d
	return nil
}

// byText returns the listed document that is the same as a text but for white space and comments; nil when there is
// none.
func (l *library) byText(text []byte) *document { return l.byTokens[tokenSum(text)] }

// format is what a manifest of Apollo's says it is.
const format = "apollo-persisted-query-manifest"

// readManifest reads a manifest of Apollo's or of Relay's.
func (l *library) readManifest(file string, text []byte) error {
	switch text = bytes.TrimSpace(text); {
	case len(text) > 0 && text[0] == '[':
		var pairs [][]string
		if err := json.Unmarshal(text, &pairs); err != nil {
			return fmt.Errorf("an array must have pairs of id and text: %w", err)
		}
		for i, pair := range pairs {
			if len(pair) != 2 {
				return fmt.Errorf("entry %d has %d elements; it must be a pair of id and text", i+1, len(pair))
			}
			if err := l.add(&document{ids: pair[:1], file: file, text: pair[1]}); err != nil {
				return err
			}
		}
		return nil
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("this is not a manifest, which is JSON: %w", err)
	}
	if _, ok := head["format"]; ok {
		return l.readApollo(file, text)
	}
	for id, value := range head {
		d := &document{ids: []string{id}, file: file}
		if err := json.Unmarshal(value, &d.text); err != nil {
			return fmt.Errorf("%q must be the text of a document; a manifest of Apollo's has a %q", id, "format")
		}
		if err := l.add(d); err != nil {
			return err
		}
	}
	return nil
}

func (l *library) readApollo(file string, text []byte) error {
	var manifest struct {
		Format     string
		Version    int
		Operations []struct{ ID, Name, Type, Body string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	if manifest.Format != format || manifest.Version != 1 {
		return fmt.Errorf(
			"the format is %q, version %d; only %q, version 1, can be read",
			manifest.Format,
			manifest.Version,
			format,
		)
	}
	for _, o := range manifest.Operations {
		if err := l.add(&document{ids: []string{o.ID}, file: file, name: o.Name, text: o.Body}); err != nil {
			return err
		}
	}
	return nil
}
