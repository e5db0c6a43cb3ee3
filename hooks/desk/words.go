package desk

import (
	"context"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/hooks/worker"

	"github.com/pocketbase/pocketbase/core"
)

// words are the watched words, folded as the search folds. They are read again when they were changed.
type words struct {
	mu     sync.Mutex
	known  bool
	folded []watched
}

type watched struct{ word, folded string }

func newWords(app core.App) *words {
	w := &words{}
	forget := func(e *core.RecordEvent) error {
		w.forget()
		return e.Next()
	}
	app.OnRecordAfterCreateSuccess(store.WatchedWords).BindFunc(forget)
	app.OnRecordAfterUpdateSuccess(store.WatchedWords).BindFunc(forget)
	app.OnRecordAfterDeleteSuccess(store.WatchedWords).BindFunc(forget)
	worker.OnForeignChange(app, w.forget)
	return w
}

func (w *words) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = false
}

func (w *words) all(ctx context.Context, tx core.App) ([]watched, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known {
		return w.folded, nil
	}
	found, err := desk.WatchedWords(ctx, tx)
	if err != nil {
		return nil, err
	}
	w.folded = nil
	for _, word := range found {
		if folded := store.SearchKey(strings.TrimSpace(word)); folded != "" {
			w.folded = append(w.folded, watched{word, folded})
		}
	}
	w.known = true
	return w.folded, nil
}

// any reports whether there are watched words at all.
func (w *words) any(ctx context.Context, tx core.App) (bool, error) {
	all, err := w.all(ctx, tx)
	return len(all) > 0, err
}

// find returns a watched word that a text has, as a part of a word too, and that it did not have before, with what stands around it.
func (w *words) find(ctx context.Context, tx core.App, text, before string) (word, around string, err error) {
	all, err := w.all(ctx, tx)
	if err != nil || len(all) == 0 || text == "" || text == before {
		return "", "", err
	}
	folded, was := store.SearchKey(text), store.SearchKey(before)
	for _, one := range all {
		if at := strings.Index(folded, one.folded); at >= 0 && !strings.Contains(was, one.folded) {
			return one.word, excerpt(text, utf8.RuneCountInString(folded[:at])), nil
		}
	}
	return "", "", nil
}

// excerpt returns the part of a text around a character. Folding may have moved it a little.
func excerpt(text string, at int) string {
	const ahead, behind = 60, 120
	runes := []rune(text)
	from, to := max(0, min(at, len(runes))-ahead), min(len(runes), at+behind)
	shown := string(runes[from:to])
	if from > 0 {
		shown = "…" + shown
	}
	if to < len(runes) {
		shown += "…"
	}
	return shown
}
