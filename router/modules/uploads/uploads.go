// Package uploads takes files along with operations and passes them on to subgraphs as they come: nothing is written to
// disk, and no file is held in memory as a whole.
//
// Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
package uploads

import (
	_ "embed" // the settings' descriptions are their doc comments
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/router/config"
	"github.com/weft-graphql/weft/router/module"
	"github.com/weft-graphql/weft/router/server"
	"github.com/weft-graphql/weft/router/supergraph"
)

//go:embed uploads.go
var source string

// Info describes the module.
var Info = module.Info{
	Name: "uploads", Source: source,
	New: func() module.Module {
		return &Uploads{
			Scalar: "Upload", MaxFileBytes: 10 << 20, MaxOperationsBytes: 1 << 20, BufferBytes: 1 << 20,
			RequireHeaders: server.PreflightHeaders,
		}
	},
}

// Uploads says which files clients may send.
type Uploads struct {
	// How many files a request may have (multipart/form-data, the GraphQL multipart request specification); 0 switches
	// uploads off.
	MaxFiles int `yaml:"max_files"`
	// How large each file may be.
	MaxFileBytes config.ByteSize `yaml:"max_file_bytes"`
	// The scalar that stands for a file. Files go to subgraphs that declare it, and no others.
	Scalar string `yaml:"scalar"`
	// How large the fields "operations" and "map" may be together.
	MaxOperationsBytes config.ByteSize `yaml:"max_operations_bytes"`
	// How much of files may be kept in memory for one request, because a subgraph needs another one first.
	BufferBytes config.ByteSize `yaml:"buffer_bytes"`
	// Requests with files must carry one of these headers, with any value: browsers do not send them to another origin
	// without asking first. None lets pages of any origin send files in the name of their visitors.
	RequireHeaders []string `yaml:"require_headers"`

	schema *ast.Schema
	scalar *supergraph.Type
}

// Enabled implements module.Module.
func (u *Uploads) Enabled() bool { return u.MaxFiles > 0 }

// Check reports settings that cannot work.
func (u *Uploads) Check(report func(key, format string, args ...any)) {
	if u.MaxFiles < 0 {
		report("max_files", "%d is negative", u.MaxFiles)
	}
	if u.MaxFileBytes <= 0 {
		report("max_file_bytes", "%d is not a positive number", int64(u.MaxFileBytes))
	}
	if u.MaxOperationsBytes <= 0 {
		report("max_operations_bytes", "%d is not a positive number", int64(u.MaxOperationsBytes))
	}
	if u.BufferBytes < 0 {
		report("buffer_bytes", "%d is negative", int64(u.BufferBytes))
	}
	if u.Scalar == "" {
		report("scalar", "name the scalar that stands for a file, such as Upload")
	}
}

// Provision implements module.Module.
func (u *Uploads) Provision(host module.Host) error {
	host.VariesBy().Nothing()
	u.schema = host.Supergraph().API
	u.scalar = host.Supergraph().Type(u.Scalar)
	switch {
	case u.scalar == nil:
		return fmt.Errorf("uploads: no subgraph declares the scalar %s (uploads.scalar)", u.Scalar)
	case u.scalar.Kind != ast.Scalar:
		return errors.New("uploads: " + u.Scalar + " (uploads.scalar) is not a scalar")
	}
	return nil
}
