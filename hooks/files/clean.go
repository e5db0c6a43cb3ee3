package files

import (
	"os"
	"runtime"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/media/metadata"
)

// cleaning admits the uploads that are cleaned: on at most half of the cores, so that hostile files delay no request, and of
// one sender on at most half of these. An upload that was received is worth a wait of as long as clients wait for an
// answer.
var cleaning = func() *admission.Queue {
	slots := max(1, runtime.GOMAXPROCS(0)/2)
	return admission.New(admission.Limits{Slots: slots, SlotsPerKey: max(1, slots/2), Waiters: 256, MaxWait: 45 * time.Second})
}()

// CleaningStats returns the numbers of the queue in which uploads wait to be cleaned.
func CleaningStats() admission.Stats { return cleaning.Stats() }

// clean removes the metadata from the staged file, once it is the upload's turn.
func (u *Upload) clean() error {
	release, err := cleaning.Acquire(u.ctx, u.sender)
	if err != nil {
		return err
	}
	defer release()
	file, err := os.OpenFile(u.staged, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return metadata.Clean(file, info.Size(), u.Type.MIME)
}
