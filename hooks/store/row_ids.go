package store

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

var rowsBegun = func() *atomic.Uint32 {
	var c atomic.Uint32
	c.Store(rand.Uint32())
	return &c
}()

// newRowIDs begins the ids, of 15 characters as PocketBase's own, of the rows that one statement writes: it adds three
// hex digits that count them. Ids that ascend keep the rows of an hour on the same few pages; random ones would let each
// commit and each checkpoint write as many pages as rows. They repeat after 65,536 statements in one second.
func newRowIDs() string {
	return fmt.Sprintf("%08x%04x", uint32(time.Now().Unix()), rowsBegun.Add(1)&0xffff)
}
