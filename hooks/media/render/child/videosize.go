package child

import (
	"fmt"
	"os"

	"github.com/privet/privet/hooks/media/render/isobmff"
	"github.com/privet/privet/hooks/media/render/process"
)

// videoLimits is what the container says about a video, as far as ffmpeg has to be told.
type videoLimits struct {
	maxPixels int    // that a frame may have
	decoder   string // by its name in the embedded ffmpeg; "" for the one that ffmpeg takes by itself
}

// checkVideo refuses a video whose container declares a frame larger than is decoded with this memory in MiB. For Matroska,
// in which hardly anything records 8K, ffmpeg itself reads the size and limits it.
func checkVideo(demuxer string, memory int, in *os.File) (videoLimits, error) {
	v := videoLimits{maxPixels: usualFrame.pixels()}
	if demuxer != "mov" {
		return v, nil
	}
	info, err := in.Stat()
	if err != nil {
		return v, err
	}
	err = isobmff.EachVideoSize(in, info.Size(), func(kind string, width, height int) error {
		switch {
		case usualFrame.holds(width, height):
		case memory >= largeFrameMemory && largeFrame.holds(width, height):
			v.maxPixels = largeFrame.pixels()
		default:
			return fmt.Errorf("%w: a video of %dx%d", process.ErrUnreadable, width, height)
		}
		if kind == "dav1" { // AV1 in Dolby Vision, a name that ffmpeg 5.1 doesn't know
			v.decoder = "libaom-av1"
		}
		return nil
	})
	return v, err
}
