package files_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/routes/testkit"
)

// An upload that can't be cleaned soon, as too many others are, is refused with the time of another try, and leaves nothing.
func TestBusyCleaning(t *testing.T) {
	s := testkit.Start(t)
	client := s.Client()
	queue := admission.New(admission.Limits{Slots: 1})
	t.Cleanup(files.SetCleaning(queue))
	release, err := queue.Acquire(t.Context(), "somebody else")
	if err != nil {
		t.Fatal(err)
	}
	stored := s.StoredFiles()
	upload := func() *testkit.Answer {
		return s.Post("user/update").As(client.Token).Multipart([]testkit.File{testkit.Picture()}).Do()
	}
	refused := upload().Want(http.StatusServiceUnavailable)
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 1 {
		t.Errorf("Retry-After: %q", refused.Header.Get("Retry-After"))
	}
	if now := s.StoredFiles(); !slices.Equal(now, stored) {
		t.Errorf("it left %v", now)
	}
	s.Post("user/update").As(client.Token).JSON(`{"name":"Without a file"}`).Do().Want(http.StatusOK)
	release()
	upload().Want(http.StatusOK)
}
