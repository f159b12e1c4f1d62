package kit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// CheckDataDir makes the directory of the databases when it is missing, and says what is wrong when files cannot be
// made in it: the databases themselves would only report that they cannot be opened.
func CheckDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return unwritable("the data directory "+dir+" cannot be made", err)
	}
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return unwritable("the data directory "+dir+" cannot be written to", err)
	}
	_ = probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return unwritable("the data directory "+dir+" cannot be written to", err)
	}
	return nil
}

// checkWritable says what is wrong when the file is there and cannot be written.
func checkWritable(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unwritable("the database "+path+" cannot be written", err)
	}
	return file.Close()
}

// unwritable leaves out what the operating system says beside the cause: the path once more.
func unwritable(what string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s: %w", what, err)
}
