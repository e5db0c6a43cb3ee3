package store

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// begun counts the statements. It starts anywhere, so that a clock that was set back does not bring the same ids again.
var begun = func() *atomic.Uint32 {
	var c atomic.Uint32
	c.Store(rand.Uint32())
	return &c
}()

// inMillisecond is how many statements of one millisecond have ids of their own: three digits to the base of 36.
const inMillisecond = 36 * 36 * 36

// newRowIDs begins the ids, of 15 characters as PocketBase's own, of the rows that one statement writes: it adds three
// hex digits that count them. Ids that ascend keep the rows of an hour on the same few pages; random ones would let each
// commit and each checkpoint write as many pages as rows. The time comes in milliseconds: a process that was killed and
// is back within the same second must not begin with its predecessor's.
func newRowIDs() string {
	moment := strconv.FormatInt(time.Now().UnixMilli(), 36)
	count := strconv.FormatUint(uint64(begun.Add(1)%inMillisecond), 36)
	return fmt.Sprintf("%09s%03s", moment, count)
}
