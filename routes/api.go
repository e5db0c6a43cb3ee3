package routes

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/disk"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/preview"
	"github.com/privet/privet/hooks/push"
	"github.com/privet/privet/hooks/settings"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/access"
	"github.com/privet/privet/routes/graceful"
	"github.com/privet/privet/routes/laravel/body"
	"github.com/privet/privet/routes/limits"
	"github.com/privet/privet/routes/metrics"
	"github.com/privet/privet/routes/profiles"
	"github.com/privet/privet/routes/social"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/singleflight"
)

// api is what the handlers share.
type api struct {
	app       core.App
	settings  *settings.Settings
	pushes    *push.Worker
	previews  *preview.Worker
	limiter   *limits.Limiter
	lastUsed  *access.LastUsed
	requests  *graceful.Requests
	bodies    *body.Memory
	providers map[int]social.Provider // by social_type
	profiles  *profiles.Fetcher
	space     *disk.Guard
	readings  singleflight.Group // of the media that are reported at this moment, by their id
}

func newAPI(app core.App, s *settings.Settings, pushes *push.Worker, previews *preview.Worker) *api {
	lastUsed := access.NewLastUsed(app)
	app.Cron().MustAdd("privet_last_used", "* * * * *", lastUsed.Flush)
	requests := graceful.Register(app, lastUsed.Flush)
	graceful.LimitConnections(app, s.TrustedProxies.Contains)
	providers := social.NewProviders(s.Google, s.VK, s.Apple)
	return &api{
		space:     disk.NewGuard(s.UploadFloor, app.Logger, app.DataDir(), filepath.Join(app.DataDir(), core.LocalStorageDirName)),
		app:       app,
		settings:  s,
		pushes:    pushes,
		previews:  previews,
		limiter:   limits.New(s.RateLimit, time.Now),
		lastUsed:  lastUsed,
		requests:  requests,
		bodies:    body.NewMemory(16<<20, 2<<20),
		providers: providers,
		profiles:  profiles.New(app, social.NewPictures(s.Google, s.VK), providers),
	}
}

// registerMetrics serves the metrics if the settings name an address.
func (a *api) registerMetrics(build metrics.Build) {
	if a.settings.Metrics == "" {
		return
	}
	queues := map[string]func() admission.Stats{
		"sign_in":      func() admission.Stats { stats, _ := store.HashingStats(); return stats },
		"new_password": func() admission.Stats { _, stats := store.HashingStats(); return stats },
		"short_search": store.ScanStats,
		"cleaning":     files.CleaningStats,
		"checksum":     checksums.Stats,
	}
	for _, provider := range a.providers {
		queues[strings.ToLower(provider.Title)] = provider.Calls.Stats
	}
	metrics.Register(a.app, a.settings.Metrics, metrics.Sources{Build: build, Disk: a.space, Queues: queues})
}
