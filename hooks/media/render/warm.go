package render

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// warmTimeout bounds the compiling: 6 to 12 seconds on a common machine.
const warmTimeout = 3 * time.Minute

// Warm compiles the engine into the cache, in a child: at first 6 to 12 seconds and up to 715 MB, so it is worth
// calling in the background after the start. Later it sees to it that the cache is whole, which takes half a second
// once a process. Several processes may share a cache.
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
		return fmt.Errorf("the cache folder %q is no absolute path", e.config.CacheDir)
	}
	if err := os.MkdirAll(e.config.CacheDir, 0o700); err != nil {
		return err
	}
	modules := []string{e.config.CacheDir, string(heifModule), string(avifModule)}
	if e.config.FFmpeg == "" {
		modules = append(modules, string(ffmpegModule))
	}
	if _, err := e.run(ctx, child{job: jobWarm, arguments: modules, timeout: warmTimeout}); err != nil {
		return fmt.Errorf("compiling the engine: %w", err)
	}
	e.warm = true
	return nil
}

// cool forgets that the cache was whole.
func (e *Engine) cool() {
	e.warming <- struct{}{}
	defer func() { <-e.warming }()
	e.warm = false
}

// warm compiles into the cache folder what it lacks; this is the child's part.
func warm(ctx context.Context, cache string, wanted []string) error {
	sweep(cache)
	for _, name := range wanted {
		m := module(name)
		g, err := m.load(ctx, cache, videoPages)
		if err != nil {
			if err := m.store(ctx, cache); err != nil {
				return err
			}
			g, err = m.load(ctx, cache, videoPages)
		}
		if err != nil {
			return err
		}
		if err := g.runtime.Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes other releases' code, 80 MB each, and what a killed compiler left half done.
func sweep(cache string) {
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		name := entry.Name()
		current := slices.ContainsFunc(modules, func(m module) bool { return name == m.folder() })
		info, err := entry.Info()
		if err != nil || !belongs(name) || current {
			continue
		}
		if strings.Contains(name, unfinished) && time.Since(info.ModTime()) < warmTimeout {
			continue // somebody is at it
		}
		_ = os.RemoveAll(filepath.Join(cache, name))
	}
}
