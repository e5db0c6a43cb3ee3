//go:build !linux && !darwin

package child

import (
	"errors"
	"os"
	"os/exec"

	"github.com/privet/privet/hooks/media/render/process"
)

// limitResources can do nothing here: the time and the guest's memory are bounded everywhere.
func limitResources(process.Job) error { return nil }

// execFFmpeg runs the other program, as no process can become another one here.
func execFFmpeg(program string, arguments []string) error {
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.Join(process.ErrUnreadable, err)
	}
	return err
}
