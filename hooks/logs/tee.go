package logs

import (
	"context"
	"log/slog"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/logger"
)

// Register prints the app's warnings and errors, from its bootstrap on or, if that is over, from now on.
func Register(app core.App, to *Output) {
	if app.IsBootstrapped() {
		install(app, to)
	}
	app.OnBootstrap().Bind(&hook.Handler[*core.BootstrapEvent]{
		Id:       "privet_logs",
		Priority: 10000, // the first to follow PocketBase's own bootstrap, which makes the logger
		Func: func(e *core.BootstrapEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			install(app, to)
			return nil
		},
	})
	// PocketBase sets the level of its own handler alone, which the tee hides from it.
	app.OnSettingsReload().Bind(&hook.Handler[*core.SettingsReloadEvent]{
		Id: "privet_logs",
		Func: func(e *core.SettingsReloadEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			setLevel(e.App)
			return nil
		},
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id:       "privet_logs",
		Priority: -20000, // around all others, which may log until the very end
		Func: func(e *core.TerminateEvent) error {
			defer to.Close()
			return e.Next()
		},
	})
}

// install tees the app's logger. PocketBase offers no way to replace it, but all copies of an app, those of transactions
// too, share the one logger, whose handler is exchanged in it.
func install(app core.App, to *Output) {
	shared := app.Logger()
	if batch := Batch(app); batch != nil {
		*shared = *slog.New(tee{kept: batch, out: to})
		setLevel(app)
	}
}

// setLevel has PocketBase keep what the dashboard's settings say, as PocketBase does itself where nothing is teed.
func setLevel(app core.App) {
	batch := Batch(app)
	if batch == nil || app.Settings() == nil {
		return
	}
	if level := slog.Level(app.Settings().Logs.MinLevel); app.IsDev() {
		batch.SetLevel(slog.LevelDebug - 100) // all are printed by --dev
	} else {
		batch.SetLevel(level)
	}
}

// Batch returns the handler that keeps the app's log in its database, nil before the app's bootstrap.
func Batch(app core.App) *logger.BatchHandler {
	switch h := app.Logger().Handler().(type) {
	case *logger.BatchHandler:
		return h
	case tee:
		batch, _ := h.kept.(*logger.BatchHandler)
		return batch
	}
	return nil
}

// tee is the handler of the app's logger.
type tee struct {
	kept slog.Handler // PocketBase's, which keeps records in its database
	out  *Output
	with []slog.Attr // of Logger.With
}

// Enabled implements slog.Handler.
func (t tee) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || t.kept.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (t tee) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record = record.Clone()
		record.AddAttrs(slog.String(RequestIDKey, id))
	}
	if record.Level >= slog.LevelWarn && !isRequest(record) {
		line := record.Clone()
		line.AddAttrs(t.with...)
		t.out.print(ctx, line)
	}
	if !t.kept.Enabled(ctx, record.Level) {
		return nil
	}
	return t.kept.Handle(ctx, record)
}

// isRequest reports whether a record is PocketBase's own of a request. They are not printed: package routes logs the
// failures, with their causes and without what belongs into no log.
func isRequest(record slog.Record) (is bool) {
	record.Attrs(func(a slog.Attr) bool {
		is = a.Key == "type" && a.Value.String() == "request"
		return !is
	})
	return is
}

// WithAttrs implements slog.Handler.
func (t tee) WithAttrs(attributes []slog.Attr) slog.Handler {
	t.kept = t.kept.WithAttrs(attributes)
	t.with = append(t.with[:len(t.with):len(t.with)], attributes...)
	return t
}

// WithGroup implements slog.Handler. What is printed knows no groups.
func (t tee) WithGroup(name string) slog.Handler {
	t.kept = t.kept.WithGroup(name)
	return t
}
