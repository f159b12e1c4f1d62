package jsontext

import "golang.org/x/sys/cpu"

// blockSize is how many bytes wideSpecial looks at in one step.
const blockSize = 32

var wide = cpu.X86.HasAVX2

// wideSpecial is Special for n bytes from p on, n being a positive multiple of blockSize, with the processor's AVX2
// registers. It returns n when there is none.
//
//go:noescape
func wideSpecial(p *byte, n int) int
