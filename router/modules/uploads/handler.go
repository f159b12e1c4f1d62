package uploads

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graphql/weft/router/server"
)

// WrapHandler implements module.Handler: a request with files becomes one in JSON, in whose variables marks stand for
// the files, which are still on their way.
func (u *Uploads) WrapHandler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method != http.MethodPost || kind != "multipart/form-data" {
			next.ServeHTTP(w, r)
			return
		}
		if len(u.RequireHeaders) > 0 && !server.HasAny(r.Header, u.RequireHeaders) {
			server.WriteError(w, http.StatusForbidden, server.CodeCSRF,
				"A request with files must carry the header "+u.RequireHeaders[0]+"; any value will do.")
			return
		}
		if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
			w.Header().Set("Accept-Encoding", "identity")
			server.WriteError(w, http.StatusUnsupportedMediaType, server.CodeMediaType,
				"Requests with files are not taken compressed. Send them without Content-Encoding.")
			return
		}
		if err != nil || params["boundary"] == "" {
			server.WriteError(w, http.StatusBadRequest, server.CodeBadRequest, "The Content-Type has no boundary.")
			return
		}
		f := u.newFiles(w, r, params["boundary"])
		body, refused := f.begin()
		if refused != nil {
			w.Header().Set("Connection", "close")
			server.WriteError(w, refused.status, refused.code, refused.message)
			return
		}
		defer f.end()
		next.ServeHTTP(w, f.request(r, body))
	})
}

// refusal is why a request is not answered.
type refusal struct {
	status        int
	code, message string
}

func malformed(message string) *refusal {
	return &refusal{http.StatusBadRequest, server.CodeBadRequest, message}
}

// newFiles begins to read a request.
func (u *Uploads) newFiles(w http.ResponseWriter, r *http.Request, boundary string) *files {
	m := &meter{next: r.Body, control: http.NewResponseController(w)}
	f := &files{settings: u, meter: m, parts: multipart.NewReader(m, boundary)}
	f.turn.L = &f.mu
	return f
}

// begin reads what stands before the files: the operations, and which of their variables are files. It returns the
// operations with marks in place of the files.
func (f *files) begin() ([]byte, *refusal) {
	f.meter.left = int64(f.settings.MaxOperationsBytes) + maxHead
	var fields [2][]byte
	for i, name := range []string{"operations", "map"} {
		part, err := f.parts.NextRawPart()
		if err == nil && part.FormName() != name {
			return nil, malformed("The fields of the request must be operations, map, and then the files, in this order: " +
				strconv.Quote(name) + " is missing.")
		}
		if err == nil {
			fields[i], err = io.ReadAll(part)
		}
		switch {
		case errors.Is(err, errTooMuch):
			return nil, &refusal{http.StatusRequestEntityTooLarge, server.CodeTooLarge, "The fields operations and map have " +
				"more than the allowed " + strconv.FormatInt(int64(f.settings.MaxOperationsBytes), 10) + " bytes."}
		case err != nil:
			return nil, malformed("The request body could not be read: it is not multipart/form-data, or ends too early.")
		}
	}
	return f.mark(fields[0], fields[1])
}

// request is the request in JSON, in whose context the files are.
func (f *files) request(r *http.Request, body []byte) *http.Request {
	plain := r.WithContext(context.WithValue(r.Context(), filesKey{}, f))
	plain.Header = r.Header.Clone()
	plain.Header.Set("Content-Type", "application/json")
	plain.Header.Del("Transfer-Encoding")
	plain.Body, plain.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	plain.TransferEncoding = nil
	return plain
}

type filesKey struct{}

// filesOf are the files of the request that something is done for; nil when it has none.
func filesOf(ctx context.Context) *files {
	f, _ := ctx.Value(filesKey{}).(*files)
	return f
}

const (
	// maxHead bounds the head of a part, and what is read ahead.
	maxHead = 64 << 10
	// stall is how long a client may send nothing.
	stall = 10 * time.Second
)

var errTooMuch = errors.New("more than allowed")

// meter reads a request's body, as much of it as it may have at the moment, and gives up on clients that send nothing.
type meter struct {
	next    io.Reader
	left    int64
	control *http.ResponseController
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooMuch
	}
	_ = m.control.SetReadDeadline(time.Now().Add(stall)) // a writer without deadlines is a test's
	n, err := m.next.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	return n, err
}
