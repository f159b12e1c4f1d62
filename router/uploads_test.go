package router_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/router/compose"
	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/modules"
	"github.com/weft-graphql/weft/router/modules/uploads"
	"github.com/weft-graphql/weft/router/server/http1"
)

const (
	photosSDL = link + `
scalar Upload
input Photo { title: String file: Upload! }
type Query { photo: String }
type Mutation {
  add(file: Upload!): String addAll(files: [Upload!]!, title: String): String addPhoto(photo: Photo!): String
}`
	notesSDL = link + `scalar JSON type Query { note: String } type Mutation { write(text: String, more: JSON): String }`
)

// uploading is a router with a subgraph that takes files.
type uploading struct {
	*testing.T
	ctx context.Context
	url string
	// pieces is told of each piece of a file that the subgraph receives, and broken of a request that broke off.
	pieces chan string
	broken chan error
}

func newUploading(t *testing.T, change func(*uploads.Uploads)) *uploading {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	u := &uploading{T: t, ctx: ctx, pieces: make(chan string, 1000), broken: make(chan error, 10)}
	photos := httptest.NewServer(http.HandlerFunc(u.photos))
	t.Cleanup(photos.Close)
	result, errs := compose.Compose([]compose.Subgraph{
		{Name: "photos", URL: photos.URL, SDL: photosSDL}, {Name: "notes", URL: "http://notes.invalid", SDL: notesSDL},
	}, compose.Options{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	cfg := config.Default()
	cfg.GraphQL.Batching.Enabled = true
	settings := modules.In[*uploads.Uploads](&cfg, uploads.Info)
	settings.MaxFiles = 3
	if change != nil {
		change(settings)
	}
	notes := &subgraph{answers: map[string]string{"write": `{"data":{"write":"written"}}`, "note": `{"data":{"note":"noted"}}`}}
	r, err := router.New(&cfg, router.Options{
		Supergraph: result.SupergraphSDL, Logger: slog.New(slog.DiscardHandler),
		Handlers: map[string]http.Handler{"notes": notes},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := http1.New(&http.Server{Handler: r})
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() {
		r.Close()
		_ = s.Close()
	})
	u.url = "http://" + listener.Addr().String() + "/graphql"
	return u
}

// photos answers with the operations, the map and the files that it got.
func (u *uploading) photos(w http.ResponseWriter, r *http.Request) {
	reader, err := r.MultipartReader()
	if err != nil {
		_, _ = io.WriteString(w, `{"data":{"photo":"plain"}}`)
		return
	}
	var got []string
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			u.broken <- err
			return
		}
		var text strings.Builder
		piece := make([]byte, 64<<10)
		for {
			n, err := part.Read(piece)
			text.Write(piece[:n])
			if part.FileName() != "" && n > 0 {
				u.pieces <- string(piece[:n])
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				u.broken <- err
				return
			}
		}
		if name := part.FormName(); name != "operations" {
			kind := part.Header.Get("Content-Type")
			got = append(got, fmt.Sprintf("%s|%s|%s|%s", name, part.FileName(), kind, text.String()))
		} else if !strings.Contains(text.String(), "null") || strings.Contains(text.String(), "weft-file") {
			u.Errorf("operations: %s", text.String())
		}
	}
	said := strings.ReplaceAll(strings.Join(got, "; "), `"`, `'`)
	key := "add"
	for _, k := range []string{"addAll", "addPhoto"} {
		if strings.Contains(said, k) {
			key = k
		}
	}
	_, _ = fmt.Fprintf(w, `{"data":{%q:%q,"addAll":%q,"addPhoto":%q}}`, key, said, said, said)
}

// send sends a request whose body write writes.
func (u *uploading) send(header string, write func(w *multipart.Writer)) (*http.Response, error) {
	body, to := io.Pipe()
	form := multipart.NewWriter(to)
	go func() {
		write(form)
		_ = to.Close()
	}()
	req, _ := http.NewRequestWithContext(u.ctx, http.MethodPost, u.url, body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	if header != "" {
		req.Header.Set(header, "1")
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	return transport.RoundTrip(req)
}

// ask sends operations with files, each a name and a content, and returns the answer.
func (u *uploading) ask(operations, paths string, files ...string) string {
	u.Helper()
	resp, err := u.send("Apollo-Require-Preflight", func(w *multipart.Writer) {
		_ = w.WriteField("operations", operations)
		_ = w.WriteField("map", paths)
		for i := 0; i+1 < len(files); i += 2 {
			part, _ := w.CreateFormFile(files[i], files[i]+".txt")
			_, _ = io.WriteString(part, files[i+1])
		}
		_ = w.Close()
	})
	if err != nil {
		u.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return string(text)
}

const (
	addFile = `{"query":"mutation($f:Upload!){add(file:$f)}","variables":{"f":null}}`
	oneFile = `{"a":["variables.f"]}`
)

func TestFilesGoOnWhileTheyCome(t *testing.T) {
	u := newUploading(t, nil)
	large := strings.Repeat("x", 3<<20)
	resp, err := u.send("X-Apollo-Operation-Name", func(w *multipart.Writer) {
		_ = w.WriteField("operations", addFile)
		_ = w.WriteField("map", oneFile)
		part, _ := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="a"; filename="ä.png"`}, "Content-Type": {"image/png"},
		})
		_, _ = io.WriteString(part, "begin")
		// The subgraph has the beginning before the client sends the rest.
		select {
		case piece := <-u.pieces:
			if piece != "begin" {
				t.Errorf("the subgraph got %q", piece)
			}
		case <-u.ctx.Done():
			t.Error("the subgraph got nothing")
		}
		_, _ = io.WriteString(part, large)
		_ = w.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, _ := io.ReadAll(resp.Body)
	want := `{"data":{"add":"map|||{'0':['variables.f']}; 0|ä.png|image/png|begin` + large + `"}}`
	if string(got) != want {
		t.Errorf("got %d bytes: %.200s", len(got), got)
	}
}

func TestFilesWhereverTheyStand(t *testing.T) {
	u := newUploading(t, nil)
	for _, c := range []struct{ operations, paths, want string }{
		{`{"query":"mutation($f:[Upload!]!){addAll(files:$f,title:\"t\")}","variables":{"f":[null,null]}}`,
			`{"a":["variables.f.0"],"b":["variables.f.1"]}`,
			`{"data":{"addAll":"map|||{'0':['variables.f.0'],'1':['variables.f.1']}; ` +
				`0|a.txt|application/octet-stream|A; 1|b.txt|application/octet-stream|B"}}`},
		{`{"query":"mutation($p:Photo!){addPhoto(photo:$p)}","variables":{"p":{"title":"<t>","file":null}}}`,
			`{"a":["variables.p.file"]}`,
			`{"data":{"addPhoto":"map|||{'0':['variables.p.file']}; 0|a.txt|application/octet-stream|A"}}`},
		// Mutations run one after the other: the second file is needed first, and the first is kept.
		{`{"query":"mutation($f:Upload!,$g:Upload!){x:add(file:$f) write add(file:$g)}","variables":{"f":null,"g":null}}`,
			`{"a":["variables.g"],"b":["variables.f"]}`,
			`"add":"map|||{'0':['variables.g']}; 0|a.txt|application/octet-stream|A"`},
		{`[` + addFile + `,{"query":"{photo}"}]`, `{"a":["0.variables.f"]}`,
			`[{"data":{"add":"map|||{'0':['variables.f']}; 0|a.txt|application/octet-stream|A"}},{"data":{"photo":"plain"}}]`},
	} {
		if got := u.ask(c.operations, c.paths, "a", "A", "b", "B"); !strings.Contains(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.operations, got, c.want)
		}
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	u := newUploading(t, func(s *uploads.Uploads) { s.MaxFileBytes, s.BufferBytes, s.MaxOperationsBytes = 100, 10, 1000 })
	long := strings.Repeat("x", 101)
	two := `{"query":"mutation($f:Upload!,$g:Upload!){add(file:$f) write x:add(file:$g)}","variables":{"f":null,"g":null}}`
	for _, c := range []struct {
		operations, paths, want string
		files                   []string
	}{
		{addFile, oneFile, "has more than the allowed 100 bytes (uploads.max_file_bytes)",
			[]string{"a", strings.Repeat("x", 90000)}},
		{addFile, oneFile, "has more than the allowed 100 bytes", []string{"a", long}},
		{addFile, oneFile, "the file \\\"a\\\" is missing", nil},
		{addFile, oneFile, "the file \\\"a\\\" is missing", []string{"b", "B"}},
		{addFile, `{"a":["variables.g"]}`, "where the operations have no null", []string{"a", "A"}},
		{addFile, `{"a":["query"]}`, "where the operations have no null", []string{"a", "A"}},
		{addFile, `["variables.f"]`, "The field map must be", []string{"a", "A"}},
		{`{"query"`, oneFile, "The field operations is not JSON", []string{"a", "A"}},
		{addFile, `{"a":[],"b":[],"c":[],"d":[]}`, `"code":"TOO_MANY_FILES"`, nil},
		{`{"query":"` + strings.Repeat(" ", 70000) + `"}`, oneFile, `"code":"PAYLOAD_TOO_LARGE"`, nil},
		{`{"query":"mutation($f:String){write(text:$f)}","variables":{"f":null}}`, oneFile, `"code":"FILE_NOT_ALLOWED"`,
			[]string{"a", "A"}},
		{`{"query":"mutation($f:JSON){write(more:$f)}","variables":{"f":null}}`, oneFile, `"code":"FILE_NOT_ALLOWED"`,
			[]string{"a", "A"}},
		{two, `{"a":["variables.g"],"b":["variables.f"]}`, "is too large to be kept (uploads.buffer_bytes)",
			[]string{"a", "more than ten bytes", "b", "B"}},
		{`{"query":"mutation($f:Upload!){add(file:$f) write x:add(file:$f)}","variables":{"f":null}}`, oneFile,
			"was sent to another subgraph", []string{"a", "A"}},
	} {
		if got := u.ask(c.operations, c.paths, c.files...); !strings.Contains(got, c.want) {
			t.Errorf("%.100s %s:\ngot  %.300s\nwant %s", c.operations, c.paths, got, c.want)
		}
	}
	resp, err := u.send("", func(w *multipart.Writer) { _ = w.WriteField("operations", addFile) })
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusForbidden || !bytes.Contains(got, []byte("CSRF_PREVENTED")) {
		t.Errorf("without a header: %d %s", resp.StatusCode, got)
	}
}

// TestCompressedUploadsAreRefused: files are counted as they come.
func TestCompressedUploadsAreRefused(t *testing.T) {
	u := newUploading(t, nil)
	for encoding, want := range map[string]int{"gzip": 415, "br": 415, "identity, gzip": 415, "Identity": 400} {
		req, err := http.NewRequestWithContext(u.ctx, http.MethodPost, u.url, strings.NewReader("--x--"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		req.Header.Set("Content-Encoding", encoding)
		req.Header.Set("Apollo-Require-Preflight", "1")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if accepted := resp.Header.Get("Accept-Encoding"); resp.StatusCode != want || (want == 415) != (accepted == "identity") {
			t.Errorf("%s: %d, Accept-Encoding %q, want %d", encoding, resp.StatusCode, accepted, want)
		}
	}
}

func TestUnfinishedUploadsLeaveNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("", func(t *testing.T) {
		u := newUploading(t, nil)
		ctx, hangUp := context.WithCancel(u.ctx)
		body, to := io.Pipe()
		form := multipart.NewWriter(to)
		go func() {
			_ = form.WriteField("operations", addFile)
			_ = form.WriteField("map", oneFile)
			part, _ := form.CreateFormFile("a", "a.txt")
			_, _ = io.WriteString(part, "half")
			<-u.pieces
			hangUp()
			_ = to.CloseWithError(io.ErrUnexpectedEOF)
		}()
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, u.url, body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		req.Header.Set("Apollo-Require-Preflight", "1")
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Error("the client got an answer")
		}
		select {
		case <-u.broken:
		case <-u.ctx.Done():
			t.Error("the subgraph still waits for the rest")
		}
	})
	goleak.VerifyNone(t, before)
}

// TestApolloUploadsAndBatches runs Apollo Client with apollo-upload-client's link, and with its own link for batches:
// two queries and one that is not valid, in one request.
func TestApolloUploadsAndBatches(t *testing.T) {
	u := newUploading(t, nil)
	packages, err := filepath.Abs("../.weft/npm")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(u.ctx, "node", "clienttest/testdata/uploads.mjs", packages, u.url).CombinedOutput()
	if err != nil {
		t.Fatalf("%v (make packages installs what this needs)\n%s", err, out)
	}
	want := `{"one":{"add":"map|||{'0':['variables.f']}; 0|a.txt|text/plain|A"},` +
		`"two":{"addAll":"map|||{'0':['variables.f.0'],'1':['variables.f.1']}; 0|a.txt|text/plain|A; 1|b.txt|text/plain|B"},` +
		`"requests":1,"answers":[{"photo":"plain"},{"note":"noted"},"Cannot query field \"nothing\" on type \"Query\"."]}`
	if !reflect.DeepEqual(decoded(t, string(out)), decoded(t, want)) {
		t.Errorf("got  %s\nwant %s", out, want)
	}
}
