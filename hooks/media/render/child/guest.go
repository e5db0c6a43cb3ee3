package child

import (
	"context"
	"errors"
	"path/filepath"
	"runtime/debug"

	"codeberg.org/gruf/go-ffmpreg/wasm"
	"github.com/privet/privet/hooks/media/render/process"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

// Limits of a module's memory in pages of 64 KiB, so that a child stays below 300 MB. Besides that memory, the program
// itself uses 25 MB, ffmpeg's code 77 MB, the photo codecs' code 4 MB, and a photo composed of tiles up to 90 MB.
const (
	videoPages = 176 << 4
	photoPages = 240 << 4
	avifPages  = 256 << 4
	tilePages  = 128 << 4
)

// guest is a compiled module, ready to be instantiated.
type guest struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

// load loads the module's compiled code from the cache folder; pages limit its memory. A child that renders a preview
// never compiles, which takes longer than it may live and more memory than it may have: without usable code, load
// returns process.ErrNotCompiled.
func (m module) load(ctx context.Context, cache string, pages uint32) (*guest, error) {
	folder := filepath.Join(cache, m.folder())
	before, outline, err := cached(folder)
	if err != nil {
		return nil, errors.Join(process.ErrNotCompiled, err)
	}
	g, err := compile(ctx, folder, outline, pages)
	if after, _, _ := cached(folder); err == nil && after != before {
		err = errors.New("its code is another machine's or release's")
	}
	if err != nil {
		return nil, errors.Join(process.ErrNotCompiled, err)
	}
	process.ReleaseProgram()
	debug.FreeOSMemory()
	return g, nil
}

// compile compiles a module into a cache folder, or loads the code that is there.
func compile(ctx context.Context, folder string, wasmCode []byte, pages uint32) (*guest, error) {
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err != nil {
		return nil, err
	}
	runtime, err := wasm.NewRuntime(ctx, wazero.NewRuntimeConfig().WithCompilationCache(cache).WithMemoryLimitPages(pages))
	if err != nil {
		return nil, err
	}
	code, err := runtime.CompileModule(ctx, wasmCode)
	if err != nil {
		return nil, err
	}
	return &guest{runtime, code}, nil
}

// withLinearMemory makes guests use memory that never moves and lies outside of Go's heap: growing it copies nothing,
// and it doesn't affect the pace of the garbage collector.
func withLinearMemory(ctx context.Context) context.Context {
	reserve := func(_, limit uint64) experimental.LinearMemory { return reserveMemory(limit) }
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(reserve))
}

// linearMemory is a reserved range of memory, of which only the pages that were touched take up space.
type linearMemory struct{ all []byte }

// Reallocate returns the first size bytes; nil if less is reserved.
func (r *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}
