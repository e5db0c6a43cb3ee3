package metadata_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/privet/privet/hooks/media/metadata"
)

// Whatever a file is: Clean returns soon, never makes the file longer, and cleaning twice is cleaning once. By hand: go test -fuzz FuzzClean -fuzztime 10m ./hooks/media/metadata
func FuzzClean(f *testing.F) {
	mimes := []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "video/mp4", "video/webm"}
	same := map[string]string{"image/apng": "image/png", "image/avif": "image/heic", "video/quicktime": "video/mp4",
		"video/3gpp": "video/mp4", "video/3gpp2": "video/mp4", "video/x-m4v": "video/mp4", "video/matroska": "video/webm"}
	f.Add(uint8(5), sensorVideo(box("gpmd", make([]byte, 8))))
	worker := flag.Lookup("test.fuzzworker") // a fuzz worker gets the seeds from the first process
	for _, s := range samples {
		if testing.Short() || worker != nil && worker.Value.String() == "true" {
			break
		}
		path := filepath.Join(f.TempDir(), s.name)
		s.write(f, path)
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		mime := s.mime
		if other, ok := same[mime]; ok {
			mime = other
		}
		if len(b) <= 40<<10 {
			f.Add(uint8(slices.Index(mimes, mime)), b)
		}
	}
	only := os.Getenv("FUZZ_TYPE") // one media type for all
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		mime := mimes[int(which)%len(mimes)]
		if only != "" {
			mime = only
		}
		file := &memory{b: slices.Clone(b)}
		began := time.Now()
		err := metadata.Clean(file, int64(len(b)), mime)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("it took %v", took)
		}
		if len(file.b) > len(b) {
			t.Fatal("it grew")
		}
		if err != nil {
			if !errors.Is(err, metadata.ErrUnclean) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		once := slices.Clone(file.b)
		if err := metadata.Clean(file, int64(len(file.b)), mime); err != nil {
			t.Fatalf("what was cleaned is refused: %v", err)
		}
		if !bytes.Equal(once, file.b) {
			t.Fatal("cleaning twice is not cleaning once")
		}
	})
}
