package render

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/privet/privet/hooks/media/render/process"
)

// Still writes a small upright JPEG, at most 640 pixels on its longer side, of the local file source to to: of a video, of a photo that
// has a preview, and of the pictures that Render leaves alone. mime is the file's media type. temporary is the path of a file in which a
// preview may lie meanwhile. Errors are those of Render.
func (e *Engine) Still(ctx context.Context, source, mime, temporary string, to io.Writer) error {
	if demuxers[mime] != "" {
		return e.Render(ctx, source, mime, to)
	}
	if photoModules[mime] != "" {
		defer os.Remove(temporary)
		if err := e.renderFile(ctx, source, mime, temporary); err != nil {
			return err
		}
		source = temporary
	}
	in, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("%w: open the picture: %w", ErrAttempt, err)
	}
	defer in.Close()
	_, err = e.run(ctx, child{job: process.JobStill, in: in, out: to, limit: maxPreviewSize, timeout: e.config.Timeout})
	return err
}

// renderFile is Render to a new file.
func (e *Engine) renderFile(ctx context.Context, source, mime, name string) error {
	to, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := e.Render(ctx, source, mime, to); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}
