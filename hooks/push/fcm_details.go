package push

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// fcmDetails is what the "details" of an error of FCM say, which decides whom it is about.
type fcmDetails struct {
	code       string      // of the FcmError, "" if there is none
	fields     []string    // of the message that google.rpc.BadRequest finds wrong
	badRequest bool        // there is a google.rpc.BadRequest, possibly without fields
	violations []violation // of google.rpc.QuotaFailure
	reason     string      // of google.rpc.ErrorInfo
	apns       string      // why Apple refuses
}

type violation struct {
	Subject     string `json:"subject"`
	Description string `json:"description"`
}

// parseFCMDetails reads the details of an answer's body. What is not of their form is left out.
func parseFCMDetails(body []byte) (d fcmDetails) {
	var answer struct {
		Error struct {
			Details []json.RawMessage `json:"details"`
		} `json:"error"`
	}
	_ = json.Unmarshal(body, &answer) // an answer that is no JSON has no details
	for _, raw := range answer.Error.Details {
		var detail struct {
			Type            string `json:"@type"`
			ErrorCode       string `json:"errorCode"`
			Reason          string `json:"reason"`
			FieldViolations []struct {
				Field string `json:"field"`
			} `json:"fieldViolations"`
			Violations []violation `json:"violations"`
		}
		_ = json.Unmarshal(raw, &detail) // the type may be read all the same
		switch _, name, _ := strings.Cut(detail.Type, "/"); name {
		case "google.firebase.fcm.v1.FcmError":
			d.code = detail.ErrorCode
		case "google.firebase.fcm.v1.ApnsError":
			d.apns = truncate(detail.Reason, 100)
		case "google.rpc.BadRequest":
			d.badRequest = true
			for _, field := range detail.FieldViolations {
				d.fields = append(d.fields, field.Field)
			}
		case "google.rpc.QuotaFailure":
			d.violations = append(d.violations, detail.Violations...)
		case "google.rpc.ErrorInfo":
			d.reason = detail.Reason
		}
	}
	return d
}

// blamesAddress reports whether a 400 is about the address: FCM says so of one that it does not take by an FcmError alone,
// or by naming the address as the only wrong field. Any other BadRequest is about the message, which is ours.
func (d fcmDetails) blamesAddress() bool {
	if !d.badRequest {
		return d.code == "INVALID_ARGUMENT"
	}
	return len(d.fields) > 0 && !slices.ContainsFunc(d.fields, func(field string) bool {
		return field != "message.token" && field != "message.fid"
	})
}

// quotaOfDevice reports whether a 429 is about the device alone. The project's own limit comes without an FcmError, or its
// QuotaFailure names the project.
func (d fcmDetails) quotaOfDevice() bool {
	if d.reason == "RATE_LIMIT_EXCEEDED" || d.code == "" && len(d.violations) == 0 {
		return false
	}
	return !slices.ContainsFunc(d.violations, func(v violation) bool {
		return strings.Contains(strings.ToLower(v.Subject), "project") ||
			!strings.Contains(strings.ToLower(v.Subject), "device") && strings.Contains(strings.ToLower(v.Description), "project")
	})
}

// apple returns Apple's own reason in brackets, "" without one.
func (d fcmDetails) apple() string {
	if d.apns == "" {
		return ""
	}
	return " (" + d.apns + ")"
}

// installationID matches the ids of app installations, which take the place of registration tokens: those hold a colon.
var installationID = regexp.MustCompile(`^[cdef][A-Za-z0-9_-]{21}$`)

// addressAsFID returns the body of a request to FCM with an address that is an installation id under the key that FCM
// expects it, "fid". The SDK knows "token" alone. It returns any other body as it is.
func addressAsFID(body []byte) []byte {
	var request, message map[string]json.RawMessage
	var address string
	if json.Unmarshal(body, &request) != nil || json.Unmarshal(request["message"], &message) != nil ||
		json.Unmarshal(message["token"], &address) != nil || !installationID.MatchString(address) {
		return body
	}
	message["fid"] = message["token"]
	delete(message, "token")
	renamed, err := json.Marshal(message)
	if err != nil {
		return body
	}
	request["message"] = renamed
	if renamed, err = json.Marshal(request); err != nil {
		return body
	}
	return renamed
}
