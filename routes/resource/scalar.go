package resource

import (
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel/php"
)

// Number is printed as PHP prints a float: 4.0 is 4.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(php.FormatFloat(float64(n))), nil }

// Stamp is printed as Laravel prints a timestamp: to the second, which is what the original's database kept, with
// the microseconds that its clients expect.
type Stamp store.Moment

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if len(s) < len(dateTime) {
		return []byte("null"), nil
	}
	return []byte(`"` + s[:10] + "T" + s[11:19] + `.000000Z"`), nil
}

// dateTime is the form of dates without a zone: date_till and cancel_date.
const dateTime = "2006-01-02 15:04:05"

// zoneless is how a moment is shown without its fraction and zone; none is "".
func zoneless(m store.Moment) string { return string(m[:min(len(m), len(dateTime))]) }
