package uploads

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// mark puts marks into the operations in place of the files that the map names. A mark is a string that no client can
// guess, so that it stands for a file wherever it is found later.
func (f *files) mark(operations, paths []byte) ([]byte, *refusal) {
	var document any
	if err := decode(operations, &document); err != nil {
		return nil, malformed("The field operations is not JSON: " + err.Error() + ".")
	}
	named, err := orderedMap(paths)
	if err != nil {
		return nil, malformed("The field map must be a JSON object of lists of paths: " + err.Error() + ".")
	}
	if len(named) > f.settings.MaxFiles {
		return nil, &refusal{http.StatusRequestEntityTooLarge, CodeTooMany,
			fmt.Sprintf("The request has %d files, of the allowed %d (uploads.max_files).", len(named), f.settings.MaxFiles)}
	}
	f.marks = "weft-file:" + rand.Text() + ":"
	for i, n := range named {
		f.list = append(f.list, file{field: n.field})
		for _, path := range n.paths {
			if !place(document, strings.Split(path, "."), f.marks+strconv.Itoa(i)) {
				return nil, malformed("The field map names " + strconv.Quote(shorten(path)) +
					", where the operations have no null.")
			}
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, malformed("The field operations cannot be read.")
	}
	return out.Bytes(), nil
}

// CodeTooMany is the code of requests with more files than they may have; CodeNotAFile that of operations with a file
// where there can be none.
const (
	CodeTooMany  = "TOO_MANY_FILES"
	CodeNotAFile = "FILE_NOT_ALLOWED"
)

// shorten cuts what an error quotes.
func shorten(text string) string { return strings.ToValidUTF8(text[:min(len(text), 80)], "") }

// decode reads one JSON value.
func decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("there is something behind its end")
	}
	return nil
}

// naming is an entry of the map.
type naming struct {
	field string
	paths []string
}

// orderedMap reads the map in its order, which is that of the files.
func orderedMap(text []byte) ([]naming, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("it is no object")
	}
	var list []naming
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		n := naming{}
		n.field, _ = key.(string) // the key of an object is a string
		if err := d.Decode(&n.paths); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	_, err := d.Token()
	return list, err
}

// place puts a mark where a path leads, if there is a null below variables.
func place(at any, path []string, mark string) bool {
	last := len(path) - 1
	if last < 1 || !isVariables(path) {
		return false
	}
	for i, step := range path {
		switch container := at.(type) {
		case map[string]any:
			value, there := container[step]
			if i == last {
				if there && value == nil {
					container[step] = mark
				}
				return there && value == nil
			}
			at = value
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index < 0 || index >= len(container) {
				return false
			}
			if i == last {
				if container[index] != nil {
					return false
				}
				container[index] = mark
				return true
			}
			at = container[index]
		default:
			return false
		}
	}
	return false
}

// isVariables tells whether a path leads into the variables of an operation, alone or in a batch.
func isVariables(path []string) bool {
	if path[0] == "variables" {
		return true
	}
	_, err := strconv.Atoi(path[0])
	return err == nil && len(path) > 2 && path[1] == "variables"
}
