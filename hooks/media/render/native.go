package render

import (
	"context"
	"io"
	"os"
)

// native runs the machine's own ffmpeg, by the same arguments and limits: the child sets the limits and then becomes
// ffmpeg, so that they, and the kernel's orders to kill it, hold for that.
func (e *Engine) native(ctx context.Context, in *os.File, to io.Writer, container, second string) (int64, error) {
	c := child{job: jobNative, arguments: []string{e.config.FFmpeg, container, second, in.Name()}, in: in, out: to, limit: pictureLimit, timeout: e.config.Timeout}
	return e.run(ctx, c)
}
