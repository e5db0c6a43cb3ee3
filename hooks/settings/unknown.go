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
	"PRIVET_REPLICA_URL", "PRIVET_REPLICA_ACK", "PRIVET_WRITER_URL", "PRIVET_STANDBY", "PRIVET_LEASE",
	"PRIVET_UPLOAD_LIFE", "PRIVET_UPLOAD_OPEN", "PRIVET_UPLOAD_DAY",
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
			hint := "privet --help lists all of them"
			if known := similar(name); known != "" {
				hint = "did you mean " + known + "?"
			}
			wrong = append(wrong, errors.New(name+": there is no such setting; "+hint))
		}
	}
	return errors.Join(wrong...)
}

// similar returns the setting that a misspelled name most likely means, "" if none is close.
func similar(name string) (known string) {
	least := 1 + len(bare(name))/5
	for _, v := range variables {
		if d := distance(bare(name), bare(v.name)); d < least {
			least, known = d, v.name
		}
	}
	return known
}

// bare returns a name without what is misspelled most often.
func bare(name string) string { return strings.ReplaceAll(strings.ToUpper(name), "_", "") }

// distance returns how many letters must be added, removed or replaced to make one text of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := above
			if a[i] != b[j] {
				replaced++
			}
			above = row[j+1]
			row[j+1] = min(replaced, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// keyLength is the length of the key by which PocketBase encrypts its settings, in bytes.
const keyLength = 32

// CheckEncryption checks the variable that the flag --encryptionEnv names, "" for none: without it PocketBase would store
// the passwords and keys of its settings in clear text, and with one of another length it can't store them.
func CheckEncryption(name string, lookup func(string) (string, bool)) error {
	if name == "" {
		return nil
	}
	switch key, _ := lookup(name); len(key) {
	case keyLength:
		return nil
	case 0:
		return fmt.Errorf("--encryptionEnv: %s is not set; it must hold the key of %d characters that encrypts the settings", name, keyLength)
	default:
		return fmt.Errorf("--encryptionEnv: %s must hold a key of %d characters, and holds %d bytes", name, keyLength, len(key))
	}
}
