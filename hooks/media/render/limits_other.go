//go:build !linux && !darwin

package render

import (
	"errors"
	"os"
	"os/exec"
)

// neutral is the child's working directory; "" is the server's.
const neutral = ""

// restrict can do nothing here: the time and the guest's memory are bounded everywhere.
func restrict(job) error { return nil }

// replace runs the other program, as no process can become another one here.
func replace(program string, arguments []string) error {
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.Join(ErrUnreadable, err)
	}
	return err
}
