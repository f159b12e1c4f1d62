package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ReadFile is os.ReadFile with the one wording for files that cannot be read, which is meant for whoever named them.
func ReadFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, ExplainFile(path, err)
	}
	return text, nil
}

// ExplainFile says why the file cannot be used, by the error that the operating system gave.
func ExplainFile(path string, err error) error { return explain(path, "file", err) }

// ExplainDirectory says why the directory cannot be used, by the error that the operating system gave.
func ExplainDirectory(path string, err error) error { return explain(path, "directory", err) }

func explain(path, kind string, err error) error {
	var failed *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &fileError{fmt.Sprintf("%s: there is no such %s", path, kind), err}
	case errors.Is(err, fs.ErrPermission):
		return &fileError{fmt.Sprintf("%s: this user may not use the %s", path, kind), err}
	case errors.Is(err, syscall.EISDIR):
		return &fileError{path + " is a directory; name a file", err}
	case errors.Is(err, syscall.ENOTDIR):
		return &fileError{fmt.Sprintf("%s: there is no such %s, since a part of its path is a file", path, kind), err}
	case errors.As(err, &failed):
		return fmt.Errorf("%s: the %s cannot be used: %w", path, kind, failed.Err)
	default:
		return fmt.Errorf("%s: the %s cannot be used: %w", path, kind, err)
	}
}

// fileError is a sentence in place of the operating system's, which errors.Is still finds.
type fileError struct {
	text  string
	cause error
}

func (e *fileError) Error() string { return e.text }

func (e *fileError) Unwrap() error { return e.cause }
