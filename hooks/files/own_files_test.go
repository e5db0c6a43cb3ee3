package files_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

// Nothing is left of the files of deleted records and collections of the owner's own, also where a first try to remove them fails.
// What has been made anew under the same id by then keeps its files.
func TestFilesOfOwnCollections(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a second try")
	}
	store := newObjectStore(t)
	s := testkit.Start(t)
	dashboard := s.Dashboard()
	store.use(dashboard)
	collection := func(name string, fields ...map[string]any) (id string) {
		return dashboard.Request(http.MethodPost, "collections").JSON(map[string]any{"name": name, "type": "base", "fields": append(fields,
			map[string]any{"name": "scan", "type": "file", "maxSelect": 1, "maxSize": 1 << 20})}).Do().Want(http.StatusOK).Map().String("id")
	}
	record := func(collection, id string, pairs ...string) {
		picture := testkit.Picture()
		picture.Field = "scan"
		dashboard.Request(http.MethodPost, "collections/"+collection+"/records").Multipart([]testkit.File{picture}, append(pairs, "id", id)...).Do().
			Want(http.StatusOK)
	}
	id := func(n int) string { return fmt.Sprintf("scan%011d", n) }
	scans := collection("scans")
	pages := collection("pages", map[string]any{"name": "of", "type": "relation", "collectionId": scans, "cascadeDelete": true, "maxSelect": 1})
	letters := collection("letters")
	for n := range 3 {
		record(scans, id(n))
	}
	record(pages, id(0), "of", id(0))
	record(letters, id(0))
	if keys := store.keys(t); len(keys) != 5 {
		t.Fatalf("stored: %v", keys)
	}

	dashboard.Delete(scans, id(0)).Want(http.StatusNoContent)
	if keys := store.await(t, 3); len(keys) != 3 {
		t.Errorf("after a record and what belongs to it: %v", keys)
	}
	dashboard.Request(http.MethodDelete, "collections/"+pages).Do().Want(http.StatusNoContent)
	dashboard.Request(http.MethodDelete, "collections/"+scans+"/truncate").Do().Want(http.StatusNoContent)
	if keys := store.await(t, 1); len(keys) != 1 {
		t.Errorf("after all records of a collection: %v", keys)
	}

	for n := range 3 {
		record(scans, id(n))
	}
	store.fail(failing)
	dashboard.Delete(scans, id(1)).Want(http.StatusNoContent)
	dashboard.Delete(scans, id(2)).Want(http.StatusNoContent)
	dashboard.Request(http.MethodDelete, "collections/"+letters).Do().Want(http.StatusNoContent)
	s.WantLog(`msg="a file that should be gone can't be removed, and will be tried again" key=` + letters + "/ ")
	testkit.Await(t, testkit.Soon, "a removal was not tried", func() bool { return s.Count("file_removals WHERE tries > 0") == 3 })
	s.Exec(`UPDATE file_removals SET next_try = '2100-01-01 00:00:00.000Z'`)
	store.mode.Store(nil) // it works, and no connection ends, as fail would have it
	record(scans, id(2))
	s.Exec(`UPDATE file_removals SET next_try = created`)
	dashboard.Delete(scans, id(0)).Want(http.StatusNoContent) // wakes the worker
	testkit.Await(t, testkit.Soon, "removals wait", func() bool { return s.Count("file_removals") == 0 })
	if keys := store.keys(t); len(keys) != 2 || !strings.HasPrefix(keys[0], scans+"/"+id(2)+"/") { // with its attributes
		t.Errorf("after the second try: %v", keys)
	}
}
