package gate

// who may use a route.
type who int

const (
	nobody     who = iota // what the table does not list
	superuser             // a superuser, by the header Authorization
	fileReader            // a superuser, by a file token in the query as well: a browser's <img> sends no headers
	signedURL             // a superuser, by a URL that the desk has signed as well (routes/desk/link)
	signingIn             // everybody, to sign in as a superuser; the routes of other collections are nobody's
)

// authWithOTP is the route of signing in with a one-time password.
const authWithOTP = "POST /api/collections/{collection}/auth-with-otp"

// table lists the routes of PocketBase's API that there are, and the desk's. All others are answered 404, those too that a later
// PocketBase adds.
var table = map[string]who{
	"GET /api/collections/{collection}/auth-methods":        signingIn,
	"POST /api/collections/{collection}/auth-with-password": signingIn,
	"POST /api/collections/{collection}/request-otp":        signingIn,
	authWithOTP: signingIn,
	"POST /api/collections/{collection}/request-password-reset": signingIn,
	"POST /api/collections/{collection}/confirm-password-reset": signingIn,
	"POST /api/collections/{collection}/auth-refresh":           superuser,

	"GET /api/collections/{collection}/records":         superuser,
	"POST /api/collections/{collection}/records":        superuser,
	"GET /api/collections/{collection}/records/{id}":    superuser,
	"PATCH /api/collections/{collection}/records/{id}":  superuser,
	"DELETE /api/collections/{collection}/records/{id}": superuser,
	"POST /api/batch":       superuser,
	"GET /api/realtime":     superuser,
	"POST /api/realtime":    superuser,
	"POST /api/files/token": superuser,
	"GET /api/files/{collection}/{recordId}/{filename}": fileReader,

	"GET /api/collections":                          superuser,
	"POST /api/collections":                         superuser,
	"GET /api/collections/{collection}":             superuser,
	"PATCH /api/collections/{collection}":           superuser,
	"DELETE /api/collections/{collection}":          superuser,
	"DELETE /api/collections/{collection}/truncate": superuser,
	"PUT /api/collections/import":                   superuser,
	"GET /api/collections/meta/scaffolds":           superuser,
	"GET /api/collections/meta/oauth2-providers":    superuser, // the dashboard loads it after each sign-in
	"POST /api/collections/meta/dry-run-view":       superuser,

	"GET /api/settings":               superuser,
	"PATCH /api/settings":             superuser,
	"POST /api/settings/test/s3":      superuser,
	"POST /api/settings/test/email":   superuser,
	"GET /api/logs":                   superuser,
	"DELETE /api/logs":                superuser,
	"GET /api/logs/stats":             superuser,
	"GET /api/logs/{id}":              superuser,
	"GET /api/crons":                  superuser,
	"POST /api/crons/{id}":            superuser,
	"POST /api/sql":                   superuser,
	"GET /api/backups":                superuser,
	"POST /api/backups":               superuser,
	"POST /api/backups/upload":        superuser,
	"GET /api/backups/{key}":          fileReader,
	"DELETE /api/backups/{key}":       superuser,
	"POST /api/backups/{key}/restore": superuser,

	"GET /api/desk/search":           superuser,
	"GET /api/desk/figures/{name}":   superuser,
	"GET /api/desk/media":            superuser,
	"GET /api/desk/media/{id}/file":  signedURL,
	"GET /api/desk/media/{id}/still": signedURL,
}

// hashing are the routes on which PocketBase hashes a password if the body names one.
var hashing = map[string]bool{
	"POST /api/collections/{collection}/confirm-password-reset": true,
	"POST /api/collections/{collection}/records":                true,
	"PATCH /api/collections/{collection}/records/{id}":          true,
}
