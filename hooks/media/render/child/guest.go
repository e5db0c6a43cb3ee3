package child

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"

	"codeberg.org/gruf/go-ffmpreg/wasm"
	"github.com/privet/privet/hooks/media/render/process"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

// Pages of 64 KiB that bound a module's memory, so that a child stays below 300 MB: beside it the program takes 25 MB,
// ffmpeg's code 77 MB, the photo codecs' 4 MB and a photo that is put together outside of it up to 90 MB.
const (
	videoPages = 176 << 4
	photoPages = 240 << 4
	avifPages  = 256 << 4
	tilePages  = 128 << 4
)

// guest is a module, compiled and ready to run.
type guest struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

// load takes the module's compiled code from the cache folder. A child that makes a picture never compiles: that takes
// longer than it lives and more memory than it may have.
func (m module) load(ctx context.Context, cache string, pages uint32) (*guest, error) {
	folder := filepath.Join(cache, m.folder())
	before, outline, err := cached(folder)
	if err != nil {
		return nil, errors.Join(process.ErrNotCompiled, err, os.RemoveAll(folder))
	}
	g, err := compile(ctx, folder, outline, pages)
	if after, _, _ := cached(folder); err == nil && after != before {
		err = errors.New("its code is another machine's or release's")
	}
	if err != nil {
		return nil, errors.Join(process.ErrNotCompiled, err, os.RemoveAll(folder))
	}
	process.ReleaseProgram()
	debug.FreeOSMemory()
	return g, nil
}

// compile compiles the program and puts its code into the folder, or takes what lies there.
func compile(ctx context.Context, folder string, program []byte, pages uint32) (*guest, error) {
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err != nil {
		return nil, err
	}
	runtime, err := wasm.NewRuntime(ctx, wazero.NewRuntimeConfig().WithCompilationCache(cache).WithMemoryLimitPages(pages))
	if err != nil {
		return nil, err
	}
	code, err := runtime.CompileModule(ctx, program)
	if err != nil {
		return nil, err
	}
	return &guest{runtime, code}, nil
}

// withLinearMemory gives guests a memory that never moves and lies outside of Go's: growing it copies nothing, and the
// collector's pace doesn't depend on it.
func withLinearMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(func(_, most uint64) experimental.LinearMemory {
		return reserveMemory(most)
	}))
}

// linearMemory is a guest's memory, of which only what was touched is there.
type linearMemory struct{ all []byte }

func (r *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}
