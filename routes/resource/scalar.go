package resource

import (
	"encoding/json/jsontext"

	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/routes/laravel/php"
)

// Number is a float that encodes to JSON as in PHP: 4.0 is 4.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(php.FormatFloat(float64(n))), nil }

// Timestamp is a time that encodes to JSON as in Laravel: to the second, the precision of the original's database,
// but with the microseconds that the apps expect.
type Timestamp store.Moment

// MarshalJSONTo implements json.MarshalerTo.
func (t Timestamp) MarshalJSONTo(out *jsontext.Encoder) error {
	if len(t) < len(dateTime) {
		return out.WriteToken(jsontext.Null)
	}
	return out.WriteToken(jsontext.String(string(t[:10] + "T" + t[11:19] + ".000000Z")))
}

// dateTime is the layout of date_till and cancel_date, which have no time zone.
const dateTime = "2006-01-02 15:04:05"

// dateTimeOf returns a time in the layout dateTime, "" for none.
func dateTimeOf(m store.Moment) string { return string(m[:min(len(m), len(dateTime))]) }
