// Package metrics serves the process' numbers to Prometheus, at /metrics on an address of its own (PRIVET_METRICS): they
// are the operator's, and the API's port is everybody's.
//
//   - metrics.go: the server
//   - collector.go: what is read at each scrape; package telemetry has what is counted as it happens
//
// A new part of the program that has numbers, such as a replica with its lag, is one more reader in collector.go.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/telemetry"
	"github.com/privet/privet/routes/graceful"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	path = "/metrics"

	// scrapeTimeout is how long a scrape may take: Prometheus' own limit is 10 seconds.
	scrapeTimeout = 8 * time.Second

	// scrapesAtOnce bounds what scrapes may cost, whoever sends them.
	scrapesAtOnce = 3

	stopTimeout = 2 * time.Second
)

// Register serves the metrics on an address, as host:port, while the app serves. An address that can't be listened on
// stops the start.
func Register(app core.App, address string, sources Sources) {
	server := &http.Server{
		Handler:           newHandler(app, sources),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id:       "privet_metrics",
		Priority: graceful.ListenPriority - 1, // when nothing else can fail any more but the main address
		Func: func(e *core.ServeEvent) error {
			listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
			if err != nil {
				return fmt.Errorf("PRIVET_METRICS: %w", err) // which names the address
			}
			server.ErrorLog = slog.NewLogLogger(app.Logger().Handler(), slog.LevelDebug)
			go func() {
				if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					app.Logger().Error("the metrics are not served any more", "error", err)
				}
			}()
			if err := e.Next(); err != nil {
				_ = server.Close() // the start has failed
				return err
			}
			return nil
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_metrics",
		Priority: graceful.Priority + 1, // once the requests under way have ended, and before the database closes
		Func: func(e *core.TerminateEvent) error {
			ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				_ = server.Close()
			}
			return e.Next()
		},
	})
}

// newHandler returns the handler of the metrics, and of no other path.
func newHandler(app core.App, sources Sources) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newCollector(app, sources))
	registry.MustRegister(telemetry.Instruments()...)
	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: scrapesAtOnce,
		Timeout:             2 * scrapeTimeout,
	})
	mux := http.NewServeMux()
	mux.Handle("GET "+path, metrics)
	return mux
}
