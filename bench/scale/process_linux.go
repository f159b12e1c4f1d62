package main

import "syscall"

// dieWithParent has the kernel end a process when this program ends, however it ends.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
