package standalone

import (
	"fmt"
	"os"
	"reflect"

	"github.com/alecthomas/kong"

	"github.com/weft-graphql/weft/router/config"
)

// Files lets flags of the types existingfile and existingdir name files and directories that must be there.
func Files() kong.Option {
	return kong.OptionFunc(func(k *kong.Kong) error {
		for name, mapper := range map[string]existing{"existingfile": {false}, "existingdir": {true}} {
			if err := kong.NamedMapper(name, mapper).Apply(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// existing reads flags whose values name files, or directories, that must be there.
type existing struct{ directory bool }

// Decode checks the path that comes next on the command line and writes it to target.
func (e existing) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("file", &path); err != nil {
		return err
	}
	path = kong.ExpandPath(path)
	info, err := os.Stat(path)
	switch {
	case err != nil && e.directory:
		return config.ExplainDirectory(path, err)
	case err != nil:
		return config.ExplainFile(path, err)
	case info.IsDir() && !e.directory:
		return fmt.Errorf("%s is a directory; name a file", path)
	case !info.IsDir() && e.directory:
		return fmt.Errorf("%s is a file; name a directory", path)
	}
	target.SetString(path)
	return nil
}
