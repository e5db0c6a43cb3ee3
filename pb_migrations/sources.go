package pb_migrations

import "embed"

// Sources has the files of this package as they were compiled, by which tests tell whether a data folder that they keep is still
// what the migrations make. The server does not contain it, as nothing else names it.
//
//go:embed *.go
var Sources embed.FS
