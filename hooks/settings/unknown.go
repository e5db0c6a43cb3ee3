package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// planned are the variables of the contract (section 5) that this version does not know yet. Whoever sets one expects
// something of it, and is told.
var planned = []string{
	"PRIVET_APPLE_CLIENT_IDS", "PRIVET_APPLE_JWKS_URL", "PRIVET_RUSTORE_PROJECT", "PRIVET_RUSTORE_TOKEN", "PRIVET_RUSTORE_URL",
	"PRIVET_VK_ID_KEY", "PRIVET_VK_ID_URL", "PRIVET_REPLICA_URL", "PRIVET_REPLICA_ACK", "PRIVET_WRITER_URL", "PRIVET_STANDBY", "PRIVET_LEASE",
	"PRIVET_REMINDERS", "PRIVET_ORDER_ZONE", "PRIVET_CONTACT", "PRIVET_TERMS_URL", "PRIVET_DESK_WEBHOOK",
	"PRIVET_UPLOAD_LIFE", "PRIVET_UPLOAD_OPEN", "PRIVET_UPLOAD_DAY", "PRIVET_METRICS", "PRIVET_LOG",
}

// injected matches what Kubernetes puts into each container for the services of its namespace: a service privet makes
// PRIVET_SERVICE_HOST, PRIVET_PORT (tcp://10.0.0.1:8090), PRIVET_PORT_8090_TCP_ADDR and others, a service privet-api
// PRIVET_API_SERVICE_HOST. They are nobody's settings.
var injected = regexp.MustCompile(`^PRIVET_([A-Z0-9_]+_)?(SERVICE_HOST=|SERVICE_PORT(_[A-Z0-9_]+)?=|PORT=[a-z]+://|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?=)`)

// CheckNames refuses variables that begin with PRIVET_ and are none of the settings, as a misspelled one would be ignored
// otherwise. environ has the form of os.Environ; an empty variable counts as unset. The error has one line for each.
func CheckNames(environ []string) error {
	var wrong []error
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, "PRIVET_"), strings.TrimSpace(value) == "", injected.MatchString(pair):
		case slices.ContainsFunc(variables, func(v variable) bool { return v.name == name }):
		case slices.Contains(planned, name):
			wrong = append(wrong, fmt.Errorf("%s: this version does not have that setting yet", name))
		default:
			wrong = append(wrong, errors.New(name+": there is no such setting; privet --help lists all of them"))
		}
	}
	return errors.Join(wrong...)
}
