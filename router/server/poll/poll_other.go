//go:build !linux

package poll

import "errors"

func usable() bool { return false }

func (c *Conn) watch() error { return errors.ErrUnsupported }

func read(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func peek(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
