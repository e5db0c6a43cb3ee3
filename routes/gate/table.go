package gate

// who says by whom a route may be used. A superuser, an owner or a moderator (package superuser), sends a token in the header
// Authorization; all others are strangers here, users of the app included.
type who int

const (
	nobody           who = iota // the route is not there: all that the table does not list
	signingIn                   // anybody, to sign in as a superuser; not for the accounts of users
	anybody                     // strangers as well
	ownerOnly                   // an owner
	ownerOrFileToken            // an owner, who may send a file token in the query instead, as a browser does for an <img>
	anySuperuser                // an owner or a moderator

	// An owner as a whole, a moderator in part (moderator.go).
	reducedForModerators // what the dashboard asks when it opens: a moderator's answer has the least that it needs
	ownAccount           // a moderator: their own account
	ownPassword          // a moderator: their own password, if they know the old one
	deskTopicsOnly       // a moderator: the events of the desk

	// An owner or a moderator, both within the limits of the desk.
	atDesk          // by the header
	deskOrSignedURL // by the header, or without one by a URL that the desk has signed, as for an <img> (routes/desk/link)
)

// authWithOTP is the route of signing in with a one-time password.
const authWithOTP = "POST /api/collections/{collection}/auth-with-otp"

// table lists the routes of PocketBase's API and of the desk that there are, and by whom each may be used. All others are answered
// 404, those too that a later PocketBase adds.
var table = map[string]who{
	"GET /api/collections/{collection}/auth-methods":        signingIn,
	"POST /api/collections/{collection}/auth-with-password": signingIn,
	"POST /api/collections/{collection}/request-otp":        signingIn,
	authWithOTP: signingIn,
	"POST /api/collections/{collection}/request-password-reset": signingIn,
	"POST /api/collections/{collection}/confirm-password-reset": signingIn,
	"POST /api/collections/{collection}/auth-refresh":           anySuperuser,

	"GET /api/collections/{collection}/records":         ownerOnly,
	"POST /api/collections/{collection}/records":        ownerOnly,
	"GET /api/collections/{collection}/records/{id}":    ownAccount,
	"PATCH /api/collections/{collection}/records/{id}":  ownPassword,
	"DELETE /api/collections/{collection}/records/{id}": ownerOnly,
	"POST /api/batch":       ownerOnly,
	"GET /api/realtime":     anybody, // a browser opens a stream without headers, and says who it is with its topics (streams.go)
	"POST /api/realtime":    deskTopicsOnly,
	"POST /api/files/token": ownerOnly,
	"GET /api/files/{collection}/{recordId}/{filename}": ownerOrFileToken,

	"GET /api/collections":                          reducedForModerators,
	"POST /api/collections":                         ownerOnly,
	"GET /api/collections/{collection}":             ownerOnly,
	"PATCH /api/collections/{collection}":           ownerOnly,
	"DELETE /api/collections/{collection}":          ownerOnly,
	"DELETE /api/collections/{collection}/truncate": ownerOnly,
	"PUT /api/collections/import":                   ownerOnly,
	"GET /api/collections/meta/scaffolds":           reducedForModerators,
	"GET /api/collections/meta/oauth2-providers":    reducedForModerators,
	"POST /api/collections/meta/dry-run-view":       ownerOnly,

	"GET /api/settings":               reducedForModerators,
	"PATCH /api/settings":             ownerOnly,
	"POST /api/settings/test/s3":      ownerOnly,
	"POST /api/settings/test/email":   ownerOnly,
	"GET /api/logs":                   ownerOnly,
	"DELETE /api/logs":                ownerOnly,
	"GET /api/logs/stats":             ownerOnly,
	"GET /api/logs/{id}":              ownerOnly,
	"GET /api/crons":                  ownerOnly,
	"POST /api/crons/{id}":            ownerOnly,
	"POST /api/sql":                   ownerOnly,
	"GET /api/backups":                ownerOnly,
	"POST /api/backups":               ownerOnly,
	"POST /api/backups/upload":        ownerOnly,
	"GET /api/backups/{key}":          ownerOrFileToken,
	"DELETE /api/backups/{key}":       ownerOnly,
	"POST /api/backups/{key}/restore": ownerOnly,

	"GET /api/desk/search":             atDesk,
	"GET /api/desk/figures/{name}":     atDesk,
	"GET /api/desk/media":              atDesk,
	"GET /api/desk/orders/{id}":        atDesk,
	"GET /api/desk/users/{id}":         atDesk,
	"GET /api/desk/users/{id}/orders":  atDesk,
	"GET /api/desk/users/{id}/media":   atDesk,
	"GET /api/desk/users/{id}/reports": atDesk,
	"GET /api/desk/users/{id}/devices": atDesk,
	"GET /api/desk/users/{id}/bans":    atDesk,
	"GET /api/desk/users/{id}/notes":   atDesk,
	"GET /api/desk/users/{id}/log":     atDesk,
	"GET /api/desk/bans":               atDesk,
	"GET /api/desk/log":                atDesk,
	"GET /api/desk/log.csv":            ownerOnly,
	"GET /api/desk/faults":             ownerOnly,
	"GET /api/desk/media/{id}/file":    deskOrSignedURL,
	"GET /api/desk/media/{id}/still":   deskOrSignedURL,
	"GET /api/desk/reports/{id}/still": deskOrSignedURL,

	"GET /api/desk/openapi.json":            atDesk,
	"GET /api/desk/me":                      atDesk,
	"POST /api/desk/me":                     atDesk,
	"POST /api/desk/sign-out":               atDesk,
	"GET /api/desk/reasons":                 atDesk,
	"GET /api/desk/cases":                   atDesk,
	"GET /api/desk/cases/{id}":              atDesk,
	"POST /api/desk/cases/{id}/take":        atDesk,
	"POST /api/desk/cases/{id}/renew":       atDesk,
	"POST /api/desk/cases/{id}/release":     atDesk,
	"POST /api/desk/cases/{id}/verdict":     atDesk,
	"POST /api/desk/media/{id}/hide":        atDesk,
	"POST /api/desk/media/{id}/show":        atDesk,
	"POST /api/desk/media/{id}/remove":      atDesk,
	"POST /api/desk/orders/{id}/cancel":     atDesk,
	"POST /api/desk/orders/{id}/status":     atDesk,
	"POST /api/desk/orders/{id}/note":       atDesk,
	"GET /api/desk/users/{id}/consequences": atDesk,
	"POST /api/desk/users/{id}/warn":        atDesk,
	"POST /api/desk/users/{id}/ban":         atDesk,
	"POST /api/desk/users/{id}/unban":       atDesk,
	"POST /api/desk/users/{id}/sign-out":    atDesk,
	"POST /api/desk/users/{id}/erase":       atDesk,
	"POST /api/desk/users/{id}/edit":        atDesk,
	"POST /api/desk/users/{id}/note":        atDesk,
	"POST /api/desk/users/{id}/contacts":    atDesk,
}

// hashing has the routes on which PocketBase hashes a password if the body names one.
var hashing = map[string]bool{
	"POST /api/collections/{collection}/confirm-password-reset": true,
	"POST /api/collections/{collection}/records":                true,
	"PATCH /api/collections/{collection}/records/{id}":          true,
}
