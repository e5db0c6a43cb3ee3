// Package superuser knows the roles of PocketBase's superusers. An owner may do everything. A moderator works at the desk,
// and reaches nothing else.
package superuser

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Role is what a superuser may do.
type Role string

// The roles.
const (
	Owner     Role = "owner"
	Moderator Role = "moderator"
)

// FieldRole is the field of the collection _superusers that has the role.
const FieldRole = "role"

// ParseRole returns the role that a text names.
func ParseRole(text string) (Role, error) {
	switch role := Role(text); role {
	case Owner, Moderator:
		return role, nil
	}
	return "", fmt.Errorf("a superuser's role is %s or %s, and not %q", Owner, Moderator, text)
}

// RoleOf returns a superuser's role, "" if there is none yet.
func RoleOf(superuser *core.Record) Role { return Role(superuser.GetString(FieldRole)) }

// SetRole sets a superuser's role.
func SetRole(superuser *core.Record, role Role) { superuser.Set(FieldRole, string(role)) }

// IsOwner reports whether a record is that of an owner. Whoever is not known to be one has a moderator's rights at most.
func IsOwner(record *core.Record) bool {
	return record != nil && record.IsSuperuser() && RoleOf(record) == Owner
}

// IsPerson reports whether a superuser is one that somebody uses: not the account by which PocketBase's installer creates
// the first one.
func IsPerson(superuser *core.Record) bool { return superuser.Email() != core.DefaultInstallerEmail }

// HasRoles reports whether a superuser can have a role: in a new folder superusers may be created before privet's
// migrations have run.
func HasRoles(superuser *core.Record) bool {
	return superuser.Collection().Fields.GetByName(FieldRole) != nil
}

// HasOwner reports whether somebody else than the superuser with an id is an owner; "" for anybody at all.
func HasOwner(app core.App, besides string) (bool, error) {
	count, err := app.CountRecords(core.CollectionNameSuperusers, dbx.HashExp{FieldRole: string(Owner)},
		dbx.Not(dbx.HashExp{core.FieldNameId: besides}), dbx.Not(dbx.HashExp{core.FieldNameEmail: core.DefaultInstallerEmail}))
	if err != nil {
		return false, fmt.Errorf("count the owners: %w", err)
	}
	return count > 0, nil
}
