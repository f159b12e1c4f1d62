package contracts

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFile bounds a file that is sent along, in bytes: it stands in the pact.
const maxFile = 1 << 20

// boundary parts the forms in pacts, so that they are the same each time they are recorded.
const boundary = "weft-contract"

// readFiles reads what is sent along with an operation.
func readFiles(files map[string]string, dir string) (map[string][]byte, error) {
	if len(files) == 0 {
		return nil, nil
	}
	contents := map[string][]byte{}
	for place, path := range files {
		if !strings.HasPrefix(place, "variables.") {
			return nil, fmt.Errorf("the file %s stands for %q, which is no variable; write it as variables.name", path, place)
		}
		file := filepath.Join(dir, filepath.FromSlash(path))
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if len(text) > maxFile {
			return nil, fmt.Errorf("%s has %d bytes; at most %d are sent along", path, len(text), maxFile)
		}
		contents[place] = text
	}
	return contents, nil
}

// form is the operation with its files.
//
// Specification: https://github.com/jaydenseric/graphql-multipart-request-spec.
func (o *Operation) form(operations []byte) (body []byte, contentType string, err error) {
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	places := slices.Sorted(maps.Keys(o.files))
	names := map[string][]string{}
	for i, place := range places {
		names[fmt.Sprint(i)] = []string{place}
	}
	list, err := json.Marshal(names)
	if err != nil {
		return nil, "", err
	}
	if err := errors.Join(w.WriteField("operations", string(operations)), w.WriteField("map", string(list))); err != nil {
		return nil, "", err
	}
	for i, place := range places {
		part, err := w.CreateFormFile(fmt.Sprint(i), filepath.Base(o.Files[place]))
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(o.files[place]); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return text.Bytes(), w.FormDataContentType(), nil
}

// body is what a service was sent, as it stands in a pact, and the document in it.
func (e *exchange) body() (body *Body, document string, err error) {
	kind, params, err := mime.ParseMediaType(e.asked)
	if err != nil {
		return nil, "", fmt.Errorf("the request's content type %q: %w", e.asked, err)
	}
	operations := e.request
	body = &Body{Content: e.request, ContentType: "application/json", Encoded: false}
	if kind == "multipart/form-data" {
		var form []byte
		if form, operations, err = rewritten(e.request, params["boundary"]); err != nil {
			return nil, "", err
		}
		content, err := json.Marshal(base64.StdEncoding.EncodeToString(form))
		if err != nil {
			return nil, "", err
		}
		body = &Body{Content: content, ContentType: "multipart/form-data; boundary=" + boundary, Encoded: base64Encoded}
	}
	var sent struct{ Query string }
	if err := json.Unmarshal(operations, &sent); err != nil {
		return nil, "", fmt.Errorf("the request is no JSON: %w", err)
	}
	return body, sent.Query, nil
}

// rewritten is a form with the boundary of pacts, and what stands under "operations" in it.
func rewritten(text []byte, old string) (form, operations []byte, err error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.SetBoundary(boundary); err != nil {
		return nil, nil, err
	}
	for r := multipart.NewReader(bytes.NewReader(text), old); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("the form cannot be read: %w", err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() == "operations" {
			operations = content
		}
		to, err := w.CreatePart(textproto.MIMEHeader(part.Header))
		if err != nil {
			return nil, nil, err
		}
		if _, err := to.Write(content); err != nil {
			return nil, nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, nil, err
	}
	return out.Bytes(), operations, nil
}
