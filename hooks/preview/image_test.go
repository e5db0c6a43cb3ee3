package preview_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// The container image's user has no home folder to keep the compiled preview engine in: it is kept in the data folder.
func TestPreviewsInTheImage(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the preview engine")
	}
	t.Parallel()
	p := testkit.ImageProcess(t)
	client, performer := p.Client(), p.Performer()
	done := p.Post(fmt.Sprintf("order/update/%d", p.Order(client, performer))).As(performer.Token).
		Multipart([]testkit.File{testkit.PhoneVideo(t)}, "status", "2").Do().Want(200).Map()
	preview := testkit.PathOf(done.String("data", "media", 0, "preview_url"))
	testkit.WantColours(t, p.AwaitPreview(preview).Body, 240, 320, "blue", "red")
	compiled, err := os.ReadDir(filepath.Join(p.Dir, "privet", "engine"))
	if err != nil || len(compiled) == 0 {
		t.Errorf("the cache: %v %v", compiled, err)
	}
}
