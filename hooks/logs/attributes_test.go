package logs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each attribute of a warning or an error in privet's own code is printed. One that may hold what belongs on no standard
// error is logged as information, or not at all.
func TestAttributesAreShown(t *testing.T) {
	t.Parallel()
	calls := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Warn", "Error", "WarnContext", "ErrorContext", "LogServerError"}, method.Sel.Name) {
				return true
			}
			logger, ok := method.X.(*ast.CallExpr)
			if isLogger := ok && strings.HasSuffix(name(logger.Fun), "ogger"); !isLogger && method.Sel.Name != "LogServerError" {
				return true
			}
			calls++
			first := 1 // after the message
			if strings.HasSuffix(method.Sel.Name, "Context") {
				first = 2
			}
			if method.Sel.Name == "LogServerError" {
				first = 3
			}
			for i := first; i < len(call.Args); i += 2 {
				literal, ok := call.Args[i].(*ast.BasicLit)
				if !ok {
					continue
				}
				if key, _ := strconv.Unquote(literal.Value); !slices.Contains(shown, key) {
					t.Errorf("%s: the attribute %q is not printed", files.Position(literal.Pos()), key)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || calls < 40 {
		t.Fatalf("%d calls: %v", calls, err)
	}
}

func name(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}
