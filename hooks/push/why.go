package push

import (
	"strings"

	"github.com/privet/privet/hooks/store"
)

// Why a push is not with its receiver, in short.
const (
	WhyWaiting       = "waiting"       // it is its turn soon
	WhyHeld          = "held"          // it waited in a backup that was restored
	WhyOff           = "off"           // no push service is set up
	WhyLate          = "late"          // it could not be sent in time
	WhySignedOut     = "signed_out"    // the device is signed out, or somebody else's
	WhyNoAddress     = "no_address"    // the device has no push address
	WhyGone          = "app_gone"      // the app was removed, or its address has changed
	WhyReplaced      = "replaced"      // by a newer push of the same order
	WhyObsolete      = "obsolete"      // the order has changed since
	WhyBusy          = "busy"          // the service asks to wait
	WhyUnavailable   = "unavailable"   // the service does not answer
	WhyMisconfigured = "misconfigured" // the service refuses this server: only an owner can mend it
	WhyRefused       = "refused"       // the service refuses this push
)

// causes are parts of the sentences in the outbox, with what they come to. The first one that is found counts.
var causes = []struct{ part, why string }{
	{"could not be sent in time", WhyLate},
	{"signed out", WhySignedOut},
	{"no longer has a push token", WhyNoAddress},
	{"app was removed", WhyGone},
	{"does not take the push address", WhyGone},
	{"another Firebase project", WhyMisconfigured},
	{"newer push", WhyReplaced},
	{"finished, cancelled", WhyObsolete},
	{"to wait", WhyBusy},
	{"refuses the", WhyMisconfigured},
	{"refuses this server", WhyMisconfigured},
	{"PRIVET_", WhyMisconfigured},
	{"did not answer", WhyUnavailable},
	{"could not be reached", WhyUnavailable},
	{"is not well", WhyUnavailable},
	{"answer is not", WhyUnavailable},
}

// Why returns why a push has its state, of what the outbox has of it; "" where it was sent.
func Why(state, sentence string) string {
	switch state {
	case store.PushSent:
		return ""
	case store.PushOff:
		return WhyOff
	case store.PushHeld:
		return WhyHeld
	}
	for _, cause := range causes {
		if strings.Contains(sentence, cause.part) {
			return cause.why
		}
	}
	switch {
	case state == store.PushWaiting:
		return WhyWaiting
	case state == store.PushExpired && sentence == "":
		return WhyLate
	}
	return WhyRefused
}
