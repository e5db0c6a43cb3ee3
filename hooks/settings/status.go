package settings

import "fmt"

// Status describes for operators which features are on or off and why, as pairs of a name and a text.
func (s *Settings) Status() [][2]string {
	push := "off: GOOGLE_APPLICATION_CREDENTIALS is not set"
	if s.Firebase.Credentials != nil {
		push = "on: Firebase project " + s.Firebase.ProjectID
	}
	rustore := "off: PRIVET_RUSTORE_TOKEN is not set"
	if s.RuStore.Token != "" {
		rustore = "on: project " + s.RuStore.Project
	}
	google := "off: PRIVET_GOOGLE_CLIENT_IDS is not set"
	if n := len(s.Google.ClientIDs); n > 0 {
		google = "on: for " + counted(n, "client id")
	}
	vk := "off: PRIVET_VK_APPS is not set"
	if n := len(s.VK.Apps); n > 0 {
		vk = "on: for " + counted(n, "app")
	}
	apple := "off: PRIVET_APPLE_CLIENT_IDS is not set"
	if n := len(s.Apple.ClientIDs); n > 0 {
		apple = "on: for " + counted(n, "client id")
	}
	limit := "off: PRIVET_RATE_LIMIT is 0"
	if s.RateLimit > 0 {
		limit = fmt.Sprintf("%d requests a minute", s.RateLimit)
	}
	reminders := "off: PRIVET_REMINDERS is 0"
	if s.Reminders {
		reminders = "on: the dates of orders are meant in " + s.Zone().String()
	}
	return [][2]string{{"push", push}, {"RuStore", rustore}, {"reminders", reminders}, {"Google", google}, {"VK", vk}, {"Apple", apple}, {"limit", limit}}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
