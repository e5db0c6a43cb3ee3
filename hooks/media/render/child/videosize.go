package child

import (
	"fmt"
	"os"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
)

// checkVideoSize refuses a video whose container declares a frame larger than is decoded. For Matroska, ffmpeg itself
// reads the size and limits it.
func checkVideoSize(demuxer string, in *os.File) error {
	if demuxer != "mov" {
		return nil
	}
	info, err := in.Stat()
	if err != nil {
		return err
	}
	return isobmff.EachVideoSize(in, info.Size(), func(width, height int) error {
		if max(width, height) > maxLongSide || min(width, height) > maxShortSide {
			return fmt.Errorf("%w: a video of %dx%d", process.ErrUnreadable, width, height)
		}
		return nil
	})
}
