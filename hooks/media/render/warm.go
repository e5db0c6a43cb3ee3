package render

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/privet/privet/hooks/media/render/process"
)

// Warm compiles the embedded modules into the cache, in a child process. The first time that takes 6 to 12 seconds
// and up to 715 MB, so it is worth calling in the background after the start. Later it only checks that the cache is
// complete, which takes half a second, once per process. Several processes may share a cache.
func (e *Engine) Warm(ctx context.Context) error {
	select {
	case e.warming <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-e.warming }()
	if e.warm {
		return nil
	}
	if !filepath.IsAbs(e.config.CacheDir) {
		return fmt.Errorf("%w: the cache folder %q is not an absolute path", ErrSetup, e.config.CacheDir)
	}
	if err := os.MkdirAll(e.config.CacheDir, 0o700); err != nil {
		return fmt.Errorf("%w: create the cache folder: %w", ErrSetup, err)
	}
	arguments := []string{e.config.CacheDir, process.ModuleHEIF, process.ModuleAVIF}
	if e.config.FFmpeg == "" || e.all {
		arguments = append(arguments, process.ModuleFFmpeg)
	}
	if _, err := e.run(ctx, child{job: process.JobWarm, arguments: arguments, timeout: process.WarmTimeout}); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return fmt.Errorf("%w: compiling the engine: %w", ErrSetup, err)
	}
	e.warm = true
	return nil
}

// markCold makes the next Warm check the cache again; if a module was missing, for all of them.
func (e *Engine) markCold(missing bool) {
	e.warming <- struct{}{}
	defer func() { <-e.warming }()
	e.warm, e.all = false, e.all || missing
}
