//go:build !amd64

package jsontext

const (
	blockSize = 32
	wide      = false
)

func wideSpecial(*byte, int) int { panic("this processor has no wide registers that are known here") }
