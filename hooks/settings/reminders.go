package settings

import (
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // the image has no database of time zones
)

func parseReminders(s *Settings, value string) error {
	switch value {
	case "on", "1", "true":
		s.Reminders = true
	case "off", "0", "false":
		s.Reminders = false
	default:
		return errors.New("must be 1 or 0")
	}
	return nil
}

// Zone returns the time zone in which an order's date_till is meant.
func (s *Settings) Zone() *time.Location {
	if s.OrderZone == nil {
		return time.UTC
	}
	return s.OrderZone
}

// parseZone refuses the machine's own time zone: a backup that is restored elsewhere would change its meaning.
func parseZone(s *Settings, value string) error {
	zone, err := time.LoadLocation(value)
	if err != nil || strings.EqualFold(value, "local") {
		return errors.New("must be the name of a time zone, such as Europe/Moscow or UTC")
	}
	s.OrderZone = zone
	return nil
}
