// Package pb_migrations creates privet's collections.
//
// 1763900000_schema.go is the first migration. It creates the whole schema from a list of parts; each part has a file
// of its own, schema_<name>.go, which reads from top to bottom as the collection does in the dashboard: its fields in
// the order of the form, each with its help text, then its indexes with the query that each one serves.
//
// # Rules for the next migration
//
// A released migration is never edited: data folders that have run it would not get the change. A change of the
// schema is a new file whose name begins with the time in seconds, and which registers an up and a down migration.
// This holds for what a released migration calls, too: the helpers of the first one are frozen with it. released.txt has a
// hash of each file, which a test compares; the test says by which command a new one is added.
//
// For the same reason names of collections and fields are literals here, not the constants of package store: a
// migration describes the past and must not follow later renames in the code.
//
// The down migration undoes the up migration on a folder with data, and an up migration runs on a folder that was
// rolled back. The collection users belongs to PocketBase: the people in it stay when all of ours is rolled back, and
// get their defaults again when it is migrated up.
package pb_migrations

import "embed"

// Sources has the files of this package as they were compiled, by which tests know whether a data folder that they keep is still
// what the migrations make. The server does not contain it, as nothing else names it.
//
//go:embed *.go
var Sources embed.FS
