package storefront

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// fileName is what files are called: an entry, the hash of its content, and what it is. They never change, so that
// browsers may keep them for ever.
var fileName = regexp.MustCompile(`^[a-z]+-[0-9a-f]{10}\.(js|css|svg)$`)

var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

// serveFile answers with a file of a package.
func (o *Options) serveFile(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	secure(h)
	folder, name := r.PathValue("package"), r.PathValue("file")
	if !fileName.MatchString(name) || !fs.ValidPath(folder) {
		http.Error(w, "there is no such file in the storefront", http.StatusNotFound)
		return
	}
	packed, err := fs.ReadFile(o.Files, path.Join(folder, name+".gz"))
	if err != nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "there is no such file in the storefront", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", contentTypes[path.Ext(name)])
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
		return
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		http.Error(w, "the file cannot be unpacked", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, unpacker)
}
