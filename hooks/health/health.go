// Package health knows what keeps a running server from doing its work: a disk that is full, a folder of another user, an
// object store that does not answer. Whoever meets such a fault reports it here, and whoever finds that it is over. The
// operator is told of each once, then every ten minutes, and when it is over; /api/health, metrics and commands ask for
// those that last.
package health

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Part is a part of the server that can be at fault by itself.
type Part string

// The parts. Without one of Database, Files and Storage the server is not healthy; the others wait until they can work.
const (
	Database Part = "database" // data.db can't be written
	Files    Part = "files"    // the data folder's folders for uploads and temporary files can't be written
	Storage  Part = "storage"  // the object store does not take files
	Log      Part = "log"      // the database's write-ahead log can't be moved into it
	Pushes   Part = "pushes"   // what became of pushes can't be written down
	Mails    Part = "mails"    // what became of mails can't be written down
	Previews Part = "previews" // no preview can be rendered
)

// Parts returns all parts, sorted by name.
func Parts() []Part { return slices.Sorted(maps.Keys(messages)) }

// Serious reports whether the server is not healthy without the part.
func (p Part) Serious() bool { return p == Database || p == Files || p == Storage }

// messages are what the log says of a fault, and of its end.
var messages = map[Part][2]string{
	Database: {"the database can't be written to: changes are refused", "the database can be written to again"},
	Files:    {"files can't be stored: uploads are refused", "files can be stored again"},
	Storage:  {"the object store does not work: uploads are refused, and media may be missing", "the object store works again"},
	Log:      {"the write-ahead log can't be moved into the database, and grows", "the write-ahead log is moved into the database again"},
	Pushes:   {"no push is sent, as it can't be written down what was sent", "pushes are sent again"},
	Mails:    {"no mail is sent, as it can't be written down what was sent", "mails are sent again"},
	Previews: {"no preview can be rendered: all wait, and none is given up", "previews are rendered again"},
}

// Fault is what a part suffers from.
type Fault struct {
	Part Part
	Err  error
}

// repeat is how long after a line about a fault the next one follows, if it lasts.
const repeat = 10 * time.Minute

// Monitor holds the faults of one server. It is safe for concurrent use.
type Monitor struct {
	log func() *slog.Logger

	mu     sync.Mutex
	faults map[Part]*fault
}

type fault struct {
	Fault
	told time.Time
}

// storeKey is where an app's store holds its Monitor.
const storeKey = "privet_health"

// Of returns the monitor of an app.
func Of(app core.App) *Monitor {
	monitor, _ := app.Store().GetOrSet(storeKey, func() any { return New(app.Logger) }).(*Monitor)
	return monitor
}

// New returns a monitor without faults, which tells of them to the logger that log returns.
func New(log func() *slog.Logger) *Monitor { return &Monitor{log: log, faults: map[Part]*fault{}} }

// Report tells that a part is at fault or, with a nil error, that it works.
func (m *Monitor) Report(part Part, err error) {
	m.mu.Lock()
	known, now := m.faults[part], time.Now()
	switch {
	case err == nil && known == nil, err != nil && known != nil && now.Sub(known.told) < repeat:
		if known != nil {
			known.Err = err
		}
		m.mu.Unlock()
		return
	case err == nil:
		delete(m.faults, part)
	case known == nil:
		m.faults[part] = &fault{Fault{part, err}, now}
	default:
		known.Err, known.told = err, now
	}
	m.mu.Unlock()
	// Outside of the lock: a logger may write to the database whose fault this is.
	if err != nil {
		m.log().Error(messages[part][0], "error", err)
	} else {
		m.log().Warn(messages[part][1])
	}
}

// Fault returns what a part suffers from, nil for nothing.
func (m *Monitor) Fault(part Part) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.faults[part]; known != nil {
		return known.Err
	}
	return nil
}

// Faults returns what is at fault now, serious ones first.
func (m *Monitor) Faults() []Fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Fault
	for _, f := range m.faults {
		all = append(all, f.Fault)
	}
	slices.SortFunc(all, func(a, b Fault) int {
		if a.Part.Serious() != b.Part.Serious() {
			if a.Part.Serious() {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Part, b.Part)
	})
	return all
}
