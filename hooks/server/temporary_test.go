package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/routes/testkit"
)

// What a kill leaves of an upload through the dashboard, which PocketBase keeps in temporary files, is removed at the
// next start. A backup that is made meanwhile contains neither that nor the uploads of the API.
func TestTemporaryFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	p := testkit.Process(t)
	dashboard := p.Dashboard()
	client, performer := p.Client(), p.Performer()
	order := p.Order(client, performer)
	upload := p.Post(fmt.Sprintf("order/update/%d", order)).As(performer.Token).SendHalf(8<<20, "status", "2")
	temporary := filepath.Join(p.Dir, "privet", "tmp")
	left := filepath.Join(temporary, "multipart-1234567")
	if err := os.WriteFile(left, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	dashboard.Request(http.MethodPost, "backups").JSON(map[string]any{"name": "during.zip"}).Do().Want(http.StatusNoContent)
	backup, err := os.ReadFile(filepath.Join(p.Dir, "backups", "during.zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		t.Fatal(err)
	}
	media := 0
	for _, file := range archive.File {
		if strings.HasPrefix(file.Name, "privet/") || strings.HasPrefix(file.Name, "storage/uploads/") {
			t.Errorf("in the backup: %s", file.Name)
		}
		if strings.HasSuffix(file.Name, ".png") {
			media++
		}
	}
	if media != 2 {
		t.Errorf("%d profile pictures are in the backup", media)
	}

	// PocketBase keeps in memory what is small.
	frame := testkit.FrameOf(testkit.Clip(0), "user", fmt.Sprint(performer.ID), "order", fmt.Sprint(order))
	reader, pipe := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = dashboard.Request(http.MethodPost, "collections/media/records").Raw(frame.Type, reader).Try() // ends with the process
	}()
	if _, err := io.Copy(pipe, io.MultiReader(bytes.NewReader(frame.Head), testkit.Movie(48<<20))); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if testkit.FolderSize(temporary) > 8<<20 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if left := testkit.FolderSize(temporary); left <= 8<<20 {
		t.Fatalf("PocketBase keeps %d bytes of an upload there", left)
	}
	p.Stop(syscall.SIGKILL)
	pipe.CloseWithError(io.ErrUnexpectedEOF)
	<-ended
	upload.Abort()
	p.Start()
	if left := testkit.FolderSize(temporary); left > 0 {
		t.Errorf("left: %d bytes", left)
	}
}
