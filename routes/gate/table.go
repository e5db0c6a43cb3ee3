package gate

// who may use a route. Superusers sign in by the header Authorization.
type who int

const (
	nobody     who = iota // what the table does not list
	signingIn             // everybody, to sign in as a superuser; the routes of other collections are nobody's
	listening             // everybody: a browser's EventSource sends no headers; streams.go bounds what is nobody's
	owner                 // an owner
	fileReader            // an owner, by a file token in the query as well: a browser's <img> sends no headers
	superusers            // owners and moderators

	// What moderators may use in part; owners as a whole.
	shell       // what the dashboard asks by itself: moderators get an empty answer
	ownRow      // moderators their own account
	ownPassword // moderators theirs, who know the old one
	ownTopics   // moderators the topics of the desk

	// The desk's own routes, with limits of their own for moderators and owners.
	desk      // by the header
	signedURL // by a URL that the desk has signed as well (routes/desk/link)
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
	"POST /api/collections/{collection}/auth-refresh":           superusers,

	"GET /api/collections/{collection}/records":         owner,
	"POST /api/collections/{collection}/records":        owner,
	"GET /api/collections/{collection}/records/{id}":    ownRow,
	"PATCH /api/collections/{collection}/records/{id}":  ownPassword,
	"DELETE /api/collections/{collection}/records/{id}": owner,
	"POST /api/batch":       owner,
	"GET /api/realtime":     listening,
	"POST /api/realtime":    ownTopics,
	"POST /api/files/token": owner,
	"GET /api/files/{collection}/{recordId}/{filename}": fileReader,

	"GET /api/collections":                          shell,
	"POST /api/collections":                         owner,
	"GET /api/collections/{collection}":             owner,
	"PATCH /api/collections/{collection}":           owner,
	"DELETE /api/collections/{collection}":          owner,
	"DELETE /api/collections/{collection}/truncate": owner,
	"PUT /api/collections/import":                   owner,
	"GET /api/collections/meta/scaffolds":           shell,
	"GET /api/collections/meta/oauth2-providers":    shell,
	"POST /api/collections/meta/dry-run-view":       owner,

	"GET /api/settings":               shell,
	"PATCH /api/settings":             owner,
	"POST /api/settings/test/s3":      owner,
	"POST /api/settings/test/email":   owner,
	"GET /api/logs":                   owner,
	"DELETE /api/logs":                owner,
	"GET /api/logs/stats":             owner,
	"GET /api/logs/{id}":              owner,
	"GET /api/crons":                  owner,
	"POST /api/crons/{id}":            owner,
	"POST /api/sql":                   owner,
	"GET /api/backups":                owner,
	"POST /api/backups":               owner,
	"POST /api/backups/upload":        owner,
	"GET /api/backups/{key}":          fileReader,
	"DELETE /api/backups/{key}":       owner,
	"POST /api/backups/{key}/restore": owner,

	"GET /api/desk/search":             desk,
	"GET /api/desk/figures/{name}":     desk,
	"GET /api/desk/media":              desk,
	"GET /api/desk/orders/{id}":        desk,
	"GET /api/desk/users/{id}":         desk,
	"GET /api/desk/users/{id}/orders":  desk,
	"GET /api/desk/users/{id}/media":   desk,
	"GET /api/desk/users/{id}/reports": desk,
	"GET /api/desk/users/{id}/devices": desk,
	"GET /api/desk/users/{id}/bans":    desk,
	"GET /api/desk/users/{id}/notes":   desk,
	"GET /api/desk/users/{id}/log":     desk,
	"GET /api/desk/log":                desk,
	"GET /api/desk/log.csv":            owner,
	"GET /api/desk/faults":             owner,
	"GET /api/desk/media/{id}/file":    signedURL,
	"GET /api/desk/media/{id}/still":   signedURL,

	"GET /api/desk/me":                      desk,
	"POST /api/desk/me":                     desk,
	"POST /api/desk/sign-out":               desk,
	"GET /api/desk/reasons":                 desk,
	"GET /api/desk/cases":                   desk,
	"GET /api/desk/cases/{id}":              desk,
	"POST /api/desk/cases/{id}/take":        desk,
	"POST /api/desk/cases/{id}/renew":       desk,
	"POST /api/desk/cases/{id}/release":     desk,
	"POST /api/desk/cases/{id}/verdict":     desk,
	"POST /api/desk/media/{id}/hide":        desk,
	"POST /api/desk/media/{id}/show":        desk,
	"POST /api/desk/media/{id}/remove":      desk,
	"POST /api/desk/orders/{id}/cancel":     desk,
	"POST /api/desk/orders/{id}/status":     desk,
	"POST /api/desk/orders/{id}/note":       desk,
	"GET /api/desk/users/{id}/consequences": desk,
	"POST /api/desk/users/{id}/warn":        desk,
	"POST /api/desk/users/{id}/ban":         desk,
	"POST /api/desk/users/{id}/unban":       desk,
	"POST /api/desk/users/{id}/sign-out":    desk,
	"POST /api/desk/users/{id}/erase":       desk,
	"POST /api/desk/users/{id}/edit":        desk,
	"POST /api/desk/users/{id}/note":        desk,
	"POST /api/desk/users/{id}/contacts":    desk,
}

// hashing are the routes on which PocketBase hashes a password if the body names one.
var hashing = map[string]bool{
	"POST /api/collections/{collection}/confirm-password-reset": true,
	"POST /api/collections/{collection}/records":                true,
	"PATCH /api/collections/{collection}/records/{id}":          true,
}
