package mail_test

import (
	"testing"

	"github.com/privet/privet/routes/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
