package child

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/privet/privet/hooks/media/render/process"
)

// compileModules compiles those of the wanted modules that the cache folder lacks or holds broken.
func compileModules(ctx context.Context, cache string, wanted []string) error {
	removeStale(cache)
	for _, name := range wanted {
		m := module(name)
		g, err := m.load(ctx, cache, videoPages)
		if err != nil {
			if err := os.RemoveAll(filepath.Join(cache, m.folder())); err != nil {
				return err
			}
			if err := m.compile(ctx, cache); err != nil {
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

// removeStale removes the code of other releases, 80 MB each, and what interrupted compilers left behind.
func removeStale(cache string) {
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		name := entry.Name()
		current := slices.ContainsFunc(modules, func(m module) bool { return name == m.folder() })
		info, err := entry.Info()
		if err != nil || !isModuleFolder(name) || current {
			continue
		}
		if strings.Contains(name, partial) && time.Since(info.ModTime()) < process.WarmTimeout {
			continue // another process may still be compiling
		}
		_ = os.RemoveAll(filepath.Join(cache, name))
	}
}
