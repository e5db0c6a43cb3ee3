package store

import (
	"time"

	"github.com/pocketbase/pocketbase/tools/types"
)

// stampLayout is how PocketBase writes times into the database, where they sort as text.
const stampLayout = types.DefaultDateLayout

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }
