package kit

import (
	"io/fs"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// dialectFiles are the files of a directory without those in the folder of the other database: migrations that SQLite
// and PostgreSQL share lie beside the folders `sqlite` and `postgres`.
type dialectFiles struct {
	fs.FS
	other string
}

func filesFor(db *bun.DB, files fs.FS) fs.FS {
	if _, ok := db.Dialect().(*pgdialect.Dialect); ok {
		return dialectFiles{files, "sqlite"}
	}
	return dialectFiles{files, "postgres"}
}

// ReadDir leaves out the other database's folder.
func (d dialectFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(d.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() && e.Name() == d.other }), err
}
