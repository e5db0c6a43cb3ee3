package metrics

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/health"
	"github.com/privet/privet/hooks/panics"
	"github.com/privet/privet/hooks/store"

	"github.com/pocketbase/pocketbase/core"
	"github.com/prometheus/client_golang/prometheus"
)

// Build is what the binary was built from.
type Build struct{ Version, Commit string }

// Sources are the parts of the program whose numbers are read at each scrape.
type Sources struct {
	Build  Build
	Disk   *disk.Guard                       // what of the disk is free
	Queues map[string]func() admission.Stats // of expensive operations, by the name that the metrics have
}

// collector reads the numbers of the sources and of the database when it is scraped.
type collector struct {
	app      core.App
	sources  Sources
	failures atomic.Int64
}

func newCollector(app core.App, sources Sources) *collector {
	return &collector{app: app, sources: sources}
}

// desc describes a metric that the collector reads.
func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("privet_"+name, help, labels, nil)
}

var (
	buildInfo = desc("build_info", "1, with what the binary was built from.", "version", "commit")
	faults    = desc("faulty", "1 where a part of the server can't do its work, see /api/health and the log; else 0.", "part")
	failures  = desc("scrape_failures_total", "Scrapes for which the database or the disk could not be read.")

	pushes      = desc("pushes", "Pushes in the outbox, by state. Old ones are deleted after a while.", "state")
	oldestPush  = desc("pushes_oldest_waiting_age_seconds", "Age of the oldest push that waits; 0 if none does.")
	mails       = desc("mails", "Mails in the outbox, by state. Old ones are deleted after a while.", "state")
	oldestMail  = desc("mails_oldest_waiting_age_seconds", "Age of the oldest mail that waits; 0 if none does.")
	previews    = desc("previews", "Media by the state of their preview (still).", "state")
	oldestMedia = desc("previews_oldest_waiting_age_seconds", "Age of the oldest media item that waits for its preview; 0 if none does.")
	removals    = desc("file_removals_waiting", "Files, or folders of a media item, that are to be removed from the storage.")

	queueSlots    = desc("queue_slots", "Expensive operations that may run at once.", "queue")
	queueRunning  = desc("queue_running", "Expensive operations that run.", "queue")
	queueWaiting  = desc("queue_waiting", "Callers that wait for their turn.", "queue")
	queueAdmitted = desc("queue_admitted_total", "Callers that got their turn.", "queue")
	queueRefused  = desc("queue_refused_total", "Callers that were refused, as too many waited or for too long.", "queue")

	databaseBytes = desc("database_size_bytes", "Size of a database's file: data is privet's own, auxiliary PocketBase's log.", "database")
	walBytes      = desc("database_wal_size_bytes", "Size of a database's write-ahead log.", "database")

	diskFree  = desc("disk_free_bytes", "Free bytes of the disk that a folder is on.", "folder")
	diskSize  = desc("disk_size_bytes", "Size of the disk that a folder is on.", "folder")
	diskFloor = desc("disk_floor_bytes", "Bytes of that disk that uploads leave free.", "folder")
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{buildInfo, faults, failures, pushes, oldestPush, mails, oldestMail, previews, oldestMedia, removals, queueSlots, queueRunning,
		queueWaiting, queueAdmitted, queueRefused, databaseBytes, walBytes, diskFree, diskSize, diskFloor} {
		to <- d
	}
}

// Collect implements prometheus.Collector. The registry calls it in a goroutine of its own.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	if panicked := panics.Try(func() { c.collect(to) }); panicked != nil {
		c.app.Logger().Error("the metrics are incomplete, as one of them panicked", "error", panicked.Cause, "stack", panicked.Stack)
	}
}

func (c *collector) collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	count := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, labels...)
	}
	gauge(buildInfo, 1, c.sources.Build.Version, c.sources.Build.Commit)
	for _, part := range health.Parts() {
		gauge(faults, oneIf(health.Of(c.app).Fault(part) != nil), string(part))
	}
	for name, stats := range c.sources.Queues {
		now := stats()
		gauge(queueSlots, float64(now.Slots), name)
		gauge(queueRunning, float64(now.Running), name)
		gauge(queueWaiting, float64(now.Waiting), name)
		count(queueAdmitted, float64(now.Admitted), name)
		count(queueRefused, float64(now.Refused), name)
	}
	for _, name := range []string{"data", "auxiliary"} {
		file := filepath.Join(c.app.DataDir(), name+".db")
		gauge(databaseBytes, sizeOf(file), name)
		gauge(walBytes, sizeOf(file+"-wal"), name)
	}
	for folder, space := range c.sources.Disk.Spaces() {
		gauge(diskFree, float64(space.Free), folder)
		gauge(diskSize, float64(space.Size), folder)
		gauge(diskFloor, float64(space.Floor), folder)
	}
	if err := c.readDatabase(gauge); err != nil {
		c.failures.Add(1)
		c.app.Logger().Warn("the database can't be read for the metrics", "error", err)
	}
	count(failures, float64(c.failures.Load()))
}

// readDatabase reads the queues' numbers, each by an index or from counts that triggers maintain, and by a connection for
// readers.
func (c *collector) readDatabase(gauge func(d *prometheus.Desc, value float64, labels ...string)) error {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	now, err := store.ReadQueueNumbers(ctx, c.app)
	if err != nil {
		return err
	}
	for state, number := range now.Pushes {
		gauge(pushes, float64(number), state)
	}
	for state, number := range now.Mails {
		gauge(mails, float64(number), state)
	}
	for state, number := range now.Previews {
		gauge(previews, float64(number), state)
	}
	gauge(removals, float64(now.Removals))
	gauge(oldestPush, age(now.OldestPush))
	gauge(oldestMail, age(now.OldestMail))
	gauge(oldestMedia, age(now.OldestMedia))
	return nil
}

func oneIf(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// age returns the age of a time in seconds, 0 for no time.
func age(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, time.Since(at).Seconds())
}

// sizeOf returns the size of a file in bytes, 0 if there is none.
func sizeOf(file string) float64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return float64(info.Size())
}
