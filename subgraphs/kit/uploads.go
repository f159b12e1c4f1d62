package kit

import (
	"mime"
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/weft-graphql/weft/subgraphs/kit/fault"
)

// Uploads bound the files that come along with an operation (GraphQL multipart request).
type Uploads struct {
	// Files is how many there are at most, and Bytes how long each of them is.
	Files int
	Bytes int64
}

// uploadMemory is how much of files is kept in memory; the rest waits in files of the system's temporary directory.
const uploadMemory = 1 << 20

// take has a GraphQL server take files.
func (u Uploads) take(server *handler.Server, operation int64) {
	if u.Files > 0 {
		server.AddTransport(transport.MultipartForm{MaxUploadSize: u.size(operation), MaxMemory: uploadMemory})
	}
}

// size is how long a request may be, whose other parts may be as long as operation.
func (u Uploads) size(operation int64) int64 { return int64(u.Files)*u.Bytes + operation }

// withUploadLimit bounds requests with files by what files may have, and all others by limit. Files are read as they come.
func withUploadLimit(uploads Uploads, limit int64, next http.Handler) http.Handler {
	other := withBodyLimit(limit, next)
	most := uploads.size(limit)
	tooLong := fault.New(fault.BadUserInput, "the request body is longer than %d bytes", most)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/form-data" || uploads.Files == 0 {
			other.ServeHTTP(w, r)
			return
		}
		if r.ContentLength > most {
			refuse(w, http.StatusRequestEntityTooLarge, tooLong)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}
