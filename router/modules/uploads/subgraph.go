package uploads

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graphql/weft/router/supergraph"
	"github.com/weft-graphql/weft/router/upstream"
)

// WrapSubgraph implements module.SubgraphClient: a request with marks in it becomes one with files.
func (u *Uploads) WrapSubgraph(s *supergraph.Subgraph, next upstream.Subgraph) upstream.Subgraph {
	return &subgraph{next: next, name: s.Name, takesFiles: u.scalar.In[s.ID] != nil}
}

type subgraph struct {
	next       upstream.Subgraph
	name       string
	takesFiles bool
}

// Do implements upstream.Subgraph.
func (s *subgraph) Do(ctx context.Context, req *upstream.Request, resp *upstream.Response) error {
	f := filesOf(ctx)
	if f == nil || !bytes.Contains(req.Body, []byte(f.marks)) {
		return s.next.Do(ctx, req, resp)
	}
	if !s.takesFiles {
		return fmt.Errorf("%w: the subgraph declares no scalar for files", upstream.ErrRejected)
	}
	form, err := f.form(req.Body)
	if err != nil {
		return fmt.Errorf("%w: %w", upstream.ErrRejected, err)
	}
	defer form.close()
	once := *req
	once.Query = false
	once.Content = &upstream.Content{Type: "multipart/form-data; boundary=" + form.boundary, Reader: form}
	err = s.next.Do(ctx, &once, resp)
	if err != nil && form.err != nil {
		return fmt.Errorf("%w: %w", upstream.ErrRejected, form.err)
	}
	return err
}

// form is the body of a request with files: the operations, the map, and the files as they come.
type form struct {
	files    *files
	boundary string
	// text is what is to be sent before anything else; numbers are the files that are to come.
	text    []byte
	numbers []int
	open    io.ReadCloser
	ended   bool
	err     error
}

// form makes a form of a request in JSON.
func (f *files) form(body []byte) (*form, error) {
	var request struct {
		Variables any `json:"variables"`
	}
	if err := decode(body, &request); err != nil {
		return nil, err
	}
	paths := map[int][]string{}
	f.find(request.Variables, "variables", paths)
	made := &form{files: f, boundary: boundary(f.marks)}
	for number := range paths {
		made.numbers = append(made.numbers, number)
	}
	slices.Sort(made.numbers)
	named := make(map[string][]string, len(paths))
	for number, at := range paths {
		slices.Sort(at)
		named[strconv.Itoa(number)] = at
		body = bytes.ReplaceAll(body, []byte(`"`+f.marks+strconv.Itoa(number)+`"`), []byte("null"))
	}
	where, err := json.Marshal(named)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string][]byte{"operations": body, "map": where} {
		if bytes.Contains(value, []byte(made.boundary)) {
			return nil, fmt.Errorf("the %s has the boundary in it", name)
		}
	}
	made.field("operations", body)
	made.field("map", where)
	return made, nil
}

// boundary separates the parts of a request. It comes of the marks, which nobody outside knows.
func boundary(marks string) string {
	return "weft-" + strings.Trim(strings.TrimPrefix(marks, "weft-file"), ":")
}

// find lists the paths of the marks in a value, by the file's number.
func (f *files) find(value any, path string, found map[int][]string) {
	switch value := value.(type) {
	case string:
		text, is := strings.CutPrefix(value, f.marks)
		if number, err := strconv.Atoi(text); is && err == nil && number < len(f.list) {
			found[number] = append(found[number], path)
		}
	case []any:
		for i, element := range value {
			f.find(element, path+"."+strconv.Itoa(i), found)
		}
	case map[string]any:
		for key, element := range value {
			f.find(element, path+"."+key, found)
		}
	}
}

// field appends a part that is no file.
func (m *form) field(name string, value []byte) {
	m.text = append(m.text, "--"+m.boundary+"\r\nContent-Disposition: form-data; name=\""+name+"\"\r\n\r\n"...)
	m.text = append(append(m.text, value...), "\r\n"...)
}

// Read implements io.Reader.
func (m *form) Read(p []byte) (int, error) {
	for {
		switch {
		case m.err != nil:
			return 0, m.err
		case len(m.text) > 0:
			n := copy(p, m.text)
			m.text = m.text[n:]
			return n, nil
		case m.open != nil:
			n, err := m.open.Read(p)
			if err == io.EOF {
				m.close()
				m.text, err = append(m.text, "\r\n"...), nil
			}
			if m.err = err; n > 0 || err != nil {
				return n, err
			}
		case len(m.numbers) > 0:
			m.err = m.begin(m.numbers[0])
			m.numbers = m.numbers[1:]
		case !m.ended:
			m.text, m.ended = append(m.text, "--"+m.boundary+"--\r\n"...), true
		default:
			return 0, io.EOF
		}
	}
}

// begin goes to a file: its part has the head that the client gave it, under the number that the map has.
func (m *form) begin(number int) error {
	head, open, err := m.files.open(number)
	if err != nil {
		return err
	}
	m.open = open
	_, params, _ := mime.ParseMediaType(head.Get("Content-Disposition")) // what is none has no name
	disposition := mime.FormatMediaType("form-data", map[string]string{
		"name": strconv.Itoa(number), "filename": params["filename"],
	})
	m.text = append(m.text, "--"+m.boundary+"\r\nContent-Disposition: "+disposition+"\r\n"...)
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		if value := head.Get(name); value != "" && !strings.ContainsAny(value, "\r\n") {
			m.text = append(m.text, name+": "+value+"\r\n"...)
		}
	}
	m.text = append(m.text, "\r\n"...)
	return nil
}

// close lets others read the client's body.
func (m *form) close() {
	if m.open != nil {
		_ = m.open.Close() // it never fails
		m.open = nil
	}
}
