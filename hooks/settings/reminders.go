package settings

import (
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // the image has no database of time zones
)

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
