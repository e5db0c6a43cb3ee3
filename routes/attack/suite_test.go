package attack

import (
	"slices"
	"time"
)

// attack is a hostile use of the server.
type attack struct {
	kind, name string
	workers    int           // that call run at once
	run        func(*worker) // sends a request; called again and again until the attack ends
	prepare    func()        // if set, called before
	extra      bool          // a variant of another one, for the flag all
	flood      bool          // the number of requests is the attack: no pause after a refusal
	length     time.Duration // if more than the usual
	env        []string      // variables of the server
}

// suite lists all attacks.
func suite() []attack {
	return slices.Concat(texts(), passwords(), door(), files(), connections(), disk())
}

// find returns the attack kind/name, nil if there is none.
func find(name string) *attack {
	for _, a := range suite() {
		if a.kind+"/"+a.name == name {
			return &a
		}
	}
	return nil
}
