// Package upload has the scalar Upload as the services take it in: a file that came along with an operation.
package upload

import (
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// File is a file of a request. It is gone when the request has been answered.
type File struct {
	io.ReadSeeker
	// Size is how long it is, in bytes.
	Size int64
}

// MarshalUpload writes a file, which nobody asks for.
func MarshalUpload(File) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads a file.
func UnmarshalUpload(v any) (File, error) {
	came, err := graphql.UnmarshalUpload(v)
	return File{ReadSeeker: came.File, Size: came.Size}, err
}
