package child

import (
	"fmt"
	"os"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
)

// checkVideoSize refuses a movie whose container says that its picture is larger than may be decoded. Of Matroska the
// engine itself reads and bounds the size.
func checkVideoSize(container string, in *os.File) error {
	if container != "mov" {
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
