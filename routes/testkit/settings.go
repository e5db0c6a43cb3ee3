package testkit

import "github.com/pocketbase/pocketbase/core"

// SaveSettings changes PocketBase's settings while the server runs. Under the race detector the test is skipped: PocketBase
// reads its settings without a lock, which the detector would report. What can be set before the first request needs no
// saving, and a test of a process can save.
func (s *Server) SaveSettings(change func(*core.Settings)) {
	s.t.Helper()
	if raceDetector {
		s.t.Skip("saves PocketBase's settings while the server runs")
	}
	changed, err := s.App.Settings().Clone()
	if err != nil {
		s.t.Fatal(err)
	}
	change(changed)
	if err := s.App.Save(changed); err != nil {
		s.t.Fatal(err)
	}
}
