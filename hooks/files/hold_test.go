package files_test

import (
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/routes/testkit"
)

// While another process holds removals, as a backup does, replaced pictures stay in the storage; the server stops all the same, and
// they are gone afterwards.
func TestHoldRemovals(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process")
	}
	p := testkit.Process(t)
	client := p.Client()
	stored := p.StoredFiles()
	release, err := files.HoldRemovals(t.Context(), p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do().Want(http.StatusOK)
	time.Sleep(300 * time.Millisecond)
	held := p.StoredFiles()
	for _, file := range stored {
		if !slices.Contains(held, file) {
			t.Errorf("%s was removed", file)
		}
	}
	began := time.Now()
	if status := p.Stop(syscall.SIGTERM); status != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("the server stopped with status %d after %v", status, time.Since(began))
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	p.Start()
	if left := p.AwaitStored(len(stored)); slices.ContainsFunc(stored, func(file string) bool { return slices.Contains(left, file) }) {
		t.Errorf("stored are %v, as before: %v", left, stored)
	}
}
