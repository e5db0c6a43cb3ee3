//go:build !linux && !darwin

package child

import (
	"errors"
	"os"
	"os/exec"

	"github.com/privet/privet/hooks/media/render/process"
)

// limitResources does nothing here. The server's timeout and the guest's memory limit apply everywhere.
func limitResources(process.Job, int) error { return nil }

// execFFmpeg runs ffmpeg as another process, as there is no exec here.
func execFFmpeg(program string, arguments []string) error {
	command := exec.Command(program, arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.Join(process.ErrUnreadable, err)
	}
	if err != nil {
		return errors.Join(process.ErrNotStarted, err)
	}
	return nil
}
