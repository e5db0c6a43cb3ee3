package reminders_test

import (
	"os"
	"testing"

	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.Cleanup()
	os.Exit(code)
}
