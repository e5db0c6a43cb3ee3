package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// uncaught are the functions that start goroutines which don't catch panics themselves, and why they need not.
var uncaught = map[string]string{
	"hooks/desk/events.go broadcast":       "PocketBase's Send recovers",
	"hooks/files/idle.go newIdleTimeout":   "ends a context",
	"hooks/logs/repeat.go handle":          "prints a line; slog recovers from what attributes do",
	"hooks/mail/client.go options":         "closes a connection",
	"hooks/preview/worker.go Start":        "compiles the codecs and runs a statement, both without clients' data",
	"hooks/push/worker.go Start":           "waits for workers",
	"hooks/server/hangup.go DrainOnHangup": "waits for a signal",
	"hooks/server/watch.go RegisterWatch":  "each check is caught",
	"hooks/server/watch.go begin":          "each check is caught",
	"hooks/worker/worker.go Start":         "each call of the queue is caught",
	"hooks/worker/worker.go startDue":      "runItem catches",
	"routes/bodydrain/exchange.go discard": "sets a deadline",
	"routes/gate/streams.go register":      "ends a stream",
	"routes/graceful/connections.go close": "closes a connection",
	"routes/graceful/turns.go await":       "frees a slot",
	"routes/metrics/metrics.go Register":   "net/http recovers",
	"routes/social/keys.go find":           "refill catches",
}

// A panic ends the process in a goroutine that belongs to no request. Whatever starts one, or has one started, catches panics by package
// panics, or says above why there can be none.
func TestGoroutinesCatchPanics(t *testing.T) {
	unseen := map[string]bool{}
	for name := range uncaught {
		unseen[name] = true
	}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if slices.Contains(testOnly, name) {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, ".ci/") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			where := name + " " + function.Name.Name
			ast.Inspect(function, func(n ast.Node) bool {
				if !startsGoroutine(n) || catches(n) {
					return true
				}
				delete(unseen, where)
				if uncaught[where] == "" {
					t.Errorf("%s starts a goroutine in which a panic would end the process", where)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range unseen {
		t.Errorf("%s starts no such goroutine any more", name)
	}
}

// startsGoroutine reports whether a node starts a goroutine: the statement, or a call of what starts one for a function.
func startsGoroutine(n ast.Node) bool {
	if _, ok := n.(*ast.GoStmt); ok {
		return true
	}
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	called, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"AfterFunc", "DoChan", "Go"}, called.Sel.Name)
}

// catches reports whether a node calls package panics.
func catches(n ast.Node) (is bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		called, ok := n.(*ast.SelectorExpr)
		if ok {
			from, named := called.X.(*ast.Ident)
			is = is || named && from.Name == "panics"
		}
		return !is
	})
	return is
}
