// Package telemetry holds the instruments by which the process counts what it does, in Prometheus' form. Whoever does it
// counts it here; package routes/metrics serves them, with what it reads from the database at each scrape.
//
// A label has few values, all known beforehand: never an id, a path or an address. Those that a test or a dashboard may
// look for are there from the start, with 0.
package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Requests.
var (
	requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_http_requests_total",
		Help: "HTTP requests that have ended, by the pattern of their route (none where no route was looked for), method and status; 499 is one that got no answer."},
		[]string{"route", "method", "status"})
	requestSeconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "privet_http_request_duration_seconds",
		Help:    "How long HTTP requests took from their headers to the end of the answer, by the pattern of their route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120}},
		[]string{"route"})
	RequestsInFlight = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_http_requests_in_flight",
		Help: "HTTP requests under way, the dashboard's open streams among them."})
	RateLimited = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_rate_limit_refusals_total",
		Help: "Requests that a rate limit refused, by the limit."}, []string{"limit"})
)

// Connections.
var (
	ConnectionsAccepted = prometheus.NewCounter(prometheus.CounterOpts{Name: "privet_connections_accepted_total",
		Help: "Connections that were accepted."})
	ConnectionsRefused = prometheus.NewCounter(prometheus.CounterOpts{Name: "privet_connections_refused_total",
		Help: "Connections that were closed at once, as too many were in use."})
	ConnectionsClosed = prometheus.NewCounter(prometheus.CounterOpts{Name: "privet_connections_evicted_total",
		Help: "Connections that were closed to make room for others."})
	AcceptFailures = prometheus.NewCounter(prometheus.CounterOpts{Name: "privet_connections_accept_failures_total",
		Help: "Times that a connection could not be accepted, such as for want of file descriptors."})
	ConnectionsOpen = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_connections_open",
		Help: "Connections that are open."})
	ConnectionsLimit = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_connections_limit",
		Help: "Connections that may be open at once."})
)

// Uploads and what is made of them.
var (
	UploadsRunning = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_uploads_running",
		Help: "Uploads under way through the API."})
	UploadBytes = prometheus.NewCounter(prometheus.CounterOpts{Name: "privet_uploads_received_bytes_total",
		Help: "Bytes of files that were received through the API, kept or not."})
	UploadsRefused = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_uploads_refused_total",
		Help: "Uploads through the API that were refused, by the reason."}, []string{"reason"})
	previewSeconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "privet_preview_duration_seconds",
		Help:    "How long a try to make a preview (still) took, by its outcome.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}}, []string{"outcome"})
	UnclaimedFiles = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_storage_unclaimed_files",
		Help: "Files in the storage that no media item has, as the last nightly sweep counted them; 0 before the first."})
	UnclaimedBytes = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_storage_unclaimed_bytes",
		Help: "Size of the files that no media item has."})
	SweepTime = prometheus.NewGauge(prometheus.GaugeOpts{Name: "privet_storage_sweep_timestamp_seconds",
		Help: "When the last sweep of the storage ended, as Unix time; 0 if there was none since the start."})
)

// Background work.
var (
	PushAttempts = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_push_attempts_total",
		Help: "Tries to send a push, by the answer."}, []string{"outcome"})
	MailAttempts = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_mail_attempts_total",
		Help: "Tries to send a mail of the outbox, by the answer."}, []string{"outcome"})
	WorkerFailures = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "privet_worker_failures_total",
		Help: "Failures of background workers: a queue that can't be read, an item that has to be tried again or panicked."},
		[]string{"worker"})
)

// The values of labels.
const (
	PushAccepted = "accepted"

	MailAccepted = "accepted"
	MailRefused  = "refused" // for good
	MailPutOff   = "put_off" // and is tried again

	RefusedLimit    = "limit"     // of the address
	RefusedDisk     = "disk_full" // too little is free
	RefusedUnclean  = "unclean"   // metadata can't be removed
	RefusedInvalid  = "invalid"   // by the rules of the input: another type, too large, or another field
	RefusedBusy     = "busy"      // too many wait to be cleaned, or for memory
	RefusedTooSlow  = "too_slow"
	RefusedAborted  = "aborted" // by the client, or the body is broken
	RefusedOther    = "other"
	PreviewMade     = "made"
	PreviewFailed   = "failed"   // and is tried again
	PreviewGivenUp  = "given_up" // the file is at fault
	PreviewHindered = "hindered" // by the set-up or the server, not by the file
)

func init() {
	for _, reason := range []string{RefusedLimit, RefusedDisk, RefusedUnclean, RefusedInvalid, RefusedBusy, RefusedTooSlow, RefusedAborted, RefusedOther} {
		UploadsRefused.WithLabelValues(reason)
	}
	for _, limit := range []string{"address", "user", "users", "attempts here", "attempts"} {
		RateLimited.WithLabelValues(limit)
	}
	for _, outcome := range []string{PushAccepted, "misconfigured", "transient"} {
		PushAttempts.WithLabelValues(outcome)
	}
	for _, outcome := range []string{MailAccepted, MailRefused, MailPutOff} {
		MailAttempts.WithLabelValues(outcome)
	}
	for _, outcome := range []string{PreviewMade, PreviewFailed, PreviewGivenUp, PreviewHindered} {
		previewSeconds.WithLabelValues(outcome)
	}
}

// Instruments returns all instruments, to be registered.
func Instruments() []prometheus.Collector {
	return []prometheus.Collector{
		requests, requestSeconds, RequestsInFlight, RateLimited,
		ConnectionsAccepted, ConnectionsRefused, ConnectionsClosed, AcceptFailures, ConnectionsOpen, ConnectionsLimit,
		UploadsRunning, UploadBytes, UploadsRefused, previewSeconds, UnclaimedFiles, UnclaimedBytes, SweepTime,
		PushAttempts, MailAttempts, WorkerFailures,
	}
}

// methods are those of requests that are counted by their names.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// CountRequest counts a request that has ended. route is a pattern, "" for none.
func CountRequest(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	if !methods[method] {
		method = "other"
	}
	requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	requestSeconds.WithLabelValues(route).Observe(took.Seconds())
}

// CountPreview counts a try to make a preview.
func CountPreview(outcome string, took time.Duration) {
	previewSeconds.WithLabelValues(outcome).Observe(took.Seconds())
}
