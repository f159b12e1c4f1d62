// Package newsubgraph writes the beginning of a subgraph: a Go module of its own that needs nothing of this repository.
package newsubgraph

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"golang.org/x/mod/module"
)

//go:generate go run ./pin

// sources has the files to write, each under its path with .tmpl behind it.
//
//go:embed template
var sources embed.FS

// Options say what to write.
type Options struct {
	// Name is the subgraph's name in the graph: words of small letters and digits with - or _ between them. The entity of
	// the example is named after it.
	Name string
	// Dir is the directory to write to. It may be there already when it is empty.
	Dir string
	// Module is the path of the Go module; example.com/NAME when empty.
	Module string
}

// Write writes a subgraph and returns how many files it has. Files that are there are never changed.
func Write(o Options) (int, error) {
	if o.Module == "" {
		o.Module = "example.com/" + o.Name
	}
	n, err := namesOf(o.Name, o.Module)
	if err != nil {
		return 0, err
	}
	if err := module.CheckPath(o.Module); err != nil {
		return 0, fmt.Errorf("%w; give one like github.com/you/%s with --module", err, o.Name)
	}
	files, err := render(n)
	if err != nil {
		return 0, err
	}
	if err := checkEmpty(o.Dir); err != nil {
		return 0, err
	}
	for path, text := range files {
		path = filepath.Join(o.Dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}

// render fills the sources in.
func render(n names) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(sources, "template", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		parsed, err := template.ParseFS(sources, path)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := parsed.Execute(&text, n); err != nil {
			return err
		}
		files[strings.TrimSuffix(strings.TrimPrefix(path, "template/"), ".tmpl")] = text.Bytes()
		return nil
	})
	return files, err
}

// checkEmpty refuses a directory that has something in it, and what is no directory.
func checkEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w; choose another directory with --dir", err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: it has %s; choose another directory with --dir", dir, entries[0].Name())
	}
	return nil
}
