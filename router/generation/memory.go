package generation

import (
	"fmt"

	"github.com/weft-graphql/weft/router/memory"
)

// boundMemory makes the bound of the process's memory, which generations with the same one share, if there is one.
func (g *Generation) boundMemory() error {
	bytes := int64(g.config.Limits.Memory)
	if bytes == 0 {
		return nil
	}
	most, warn := memory.Bounds(bytes, g.config.Limits.WarnOnly)
	process, err := g.acquire(fmt.Sprint("memory/", most, "/", warn), func() (any, func(), error) {
		return memory.NewProcess(most, warn), func() {}, nil
	})
	if err != nil {
		return err
	}
	g.memory = process.(*memory.Process)
	return nil
}
