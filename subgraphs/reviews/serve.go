package reviews

import (
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
)

// PicturesPath is where pictures are, at the service and wherever it is passed on.
const PicturesPath = "/pictures/"

var pictureFile = regexp.MustCompile(`^([0-9a-f]{64})\.jpg$`)

// URL is where the picture is, at the address of the shop. It has the hash of what is there, which never changes.
func (p *ReviewPicture) URL() string { return PicturesPath + p.Hash + ".jpg" }

// ServePicture answers with the file of a picture.
func (c *Core) ServePicture(logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "same-site")
		name := pictureFile.FindStringSubmatch(r.PathValue("file"))
		var data []byte
		if name != nil {
			var err error
			if data, err = c.PictureFile(r.Context(), name[1]); err != nil {
				logger.ErrorContext(r.Context(), "a picture cannot be read", "error", err)
				h.Set("Cache-Control", "no-store")
				http.Error(w, "the picture cannot be read at the moment", http.StatusServiceUnavailable)
				return
			}
		}
		if data == nil {
			h.Set("Cache-Control", "no-store")
			http.Error(w, "there is no such picture", http.StatusNotFound)
			return
		}
		h.Set("Content-Type", "image/jpeg")
		h.Set("Content-Length", strconv.Itoa(len(data)))
		h.Set("Content-Disposition", "inline")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", `"`+name[1]+`"`)
		_, _ = w.Write(data) // the peer has gone; there is nobody to tell
	})
}
