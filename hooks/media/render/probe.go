package render

import (
	"bytes"
	"context"
	_ "embed" // of the sample
	"errors"
	"fmt"
	"image/jpeg"
	"os"
)

// sample is a video in H.264, as phones record it: one red frame of sampleSide pixels each way.
//
//go:embed probe.mp4
var sample []byte

const sampleSide = 32

// IsNative reports whether a program of the machine renders the previews of videos.
func (e *Engine) IsNative() bool { return e.config.FFmpeg != "" }

// Probe renders a small video that is known to be fine, in the same way as all others. The error is ErrSetup if that is not
// possible, so that what failed on a user's file need not be the file's fault, or ErrAttempt if the machine had no time for it or
// killed the child.
func (e *Engine) Probe(ctx context.Context) error {
	picture, err := e.renderSample(ctx)
	if err == nil {
		if shown, broken := jpeg.DecodeConfig(bytes.NewReader(picture)); broken != nil || shown.Width != sampleSide || shown.Height != sampleSide {
			err = errors.New("what it writes is not the picture")
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, ErrAttempt):
		return fmt.Errorf("a test video can't be rendered: %w", err)
	}
	return fmt.Errorf("%w: a test video can't be rendered: %v", ErrSetup, err) //nolint:errorlint // it must not be ErrUnreadable as well
}

func (e *Engine) renderSample(ctx context.Context) ([]byte, error) {
	file, err := os.CreateTemp("", "probe-*.mp4")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(sample); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, 0); err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	_, err = e.renderFrame(ctx, file, "mov", "0", &picture)
	return picture.Bytes(), err
}
