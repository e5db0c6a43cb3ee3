package routes

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/privet/privet/hooks/admission"
	"github.com/privet/privet/hooks/files"
	"github.com/privet/privet/hooks/panics"
	"github.com/privet/privet/hooks/store"
	"github.com/privet/privet/hooks/store/desk"
	"github.com/privet/privet/routes/laravel"
	"github.com/privet/privet/routes/resource"

	"github.com/pocketbase/pocketbase/core"
)

type blockInput struct {
	UserID int `in:"user_id" rules:"required|integer"`
}

var blockSchema = laravel.MustCompile[blockInput]()

// userBlock makes the signed-in user block another: neither finds, views or orders from the other any more.
func (a *api) userBlock(c *call) error { return c.changeBlock(store.AddBlock) }

// userUnblock ends a block of the signed-in user, if there is one.
func (a *api) userUnblock(c *call) error { return c.changeBlock(store.RemoveBlock) }

func (c *call) changeBlock(change func(tx core.App, blocker, blocked string) error) error {
	in, err := read(c, blockSchema, nil)
	if err != nil {
		return err
	}
	return c.changeCurrentUser(http.StatusCreated, func(tx core.App, user *store.User) (any, error) {
		return success{"success"}, change(tx, user.Id, store.Key(int64(in.UserID)))
	})
}

// userBlocked lists the users whom the signed-in user has blocked.
func (a *api) userBlocked(c *call) error {
	if _, err := read(c, emptySchema, nil); err != nil {
		return err
	}
	page, err := store.SearchBlocked(c.req.Context(), c.app, c.principal.UserID, laravel.Page(c.req))
	if err != nil {
		return err
	}
	viewer := c.viewer()
	return c.answer(resource.List(page, func(row *store.BlockedRow) resource.User {
		return viewer.User(&row.UserRow, false)
	}, c.url(), laravel.QueryWithoutPage(c.req)))
}

// blockViewer returns the user for whom others are left out of what is read: the signed-in user if they have blocked somebody,
// or somebody them; else 0.
func (c *call) blockViewer() int64 {
	if c.principal == nil || c.principal.Invite || !c.principal.Blocks {
		return 0
	}
	return c.principal.UserID
}

// optionalBlockViewer is blockViewer for a public endpoint: if the request has an access token all the same, blocks hold. For
// the rest of the request nobody is signed in.
func (c *call) optionalBlockViewer() (int64, error) {
	defer func() { c.principal = nil }()
	err := c.authenticate()
	return c.blockViewer(), err
}

type reportInput struct {
	UserID  int    `in:"user_id" rules:"required_without_all:order_id,media_id|nullable|integer"`
	OrderID int    `in:"order_id" rules:"nullable|integer"`
	MediaID int    `in:"media_id" rules:"nullable|integer"`
	Reason  int    `in:"reason" rules:"required|integer|in:1,2,3,4"`
	Text    string `in:"text" rules:"nullable|string|max:2000"`
}

var reportSchema = laravel.MustCompile[reportInput]()

// reportPath is the path of reports, which have a limit of their own as sign-ins have.
const reportPath = "user/report"

// checksums lets one file at a time be read for reports, as it may be as long as any upload.
var checksums = admission.New(admission.Limits{Slots: 1, Waiters: 32, MaxWait: checksumWait})

const checksumWait = 10 * time.Second

// target returns which kind of target a report names, its number, and the input's field.
func (in *reportInput) target() (kind string, id int, field string) {
	switch {
	case in.MediaID != 0:
		return desk.TargetMedia, in.MediaID, "media_id"
	case in.OrderID != 0:
		return desk.TargetOrder, in.OrderID, "order_id"
	}
	return desk.TargetUser, in.UserID, "user_id"
}

// userReport tells moderators of a user, an order or a medium that the signed-in user sees. What cannot be seen is answered as
// what does not exist.
func (a *api) userReport(c *call) error {
	if err := c.limits.Endpoint(reportPath); err != nil {
		return err
	}
	in, err := read(c, reportSchema, nil)
	if err != nil {
		return err
	}
	kind, id, field := in.target()
	refused := func(err error) error {
		if errors.Is(err, store.ErrNotFound) {
			return laravel.NewBroken(field, "in:0")
		}
		return err
	}
	var kept keptMedium
	if kind == desk.TargetMedia { // before the transaction, as it reads a whole file
		seen, err := desk.ReadTarget(c.req.Context(), c.app, kind, int64(id), c.userID())
		if err != nil {
			return refused(err)
		}
		if kept, err = c.keepMedium(seen.ID); err != nil {
			return refused(err)
		}
	}
	return c.changeCurrentUser(http.StatusCreated, func(tx core.App, user *store.User) (any, error) {
		target, err := desk.ReadTarget(context.WithoutCancel(c.req.Context()), tx, kind, int64(id), user.Id)
		if err != nil {
			return nil, refused(err)
		}
		if kind == desk.TargetMedia {
			target.Snapshot.Media[0].SHA256 = kept.checksum
			target.ReportID, target.Source = kept.report, kept.source
		}
		return success{"success"}, desk.AddReport(tx, target, user.Id, resource.Reasons.Word(in.Reason), in.Text)
	})
}

// keptMedium is what a report keeps of a medium.
type keptMedium struct {
	checksum string // SHA-256 in hex
	report   string // the id that the report is to have
	source   string // of the report's files, the one that its still is to be made of
}

// keepMedium reads a media item's checksum, and puts the item where a report's still can be made of it even if it is removed. What can't
// be read is left out: a storage that fails keeps nobody from reporting.
func (c *call) keepMedium(id string) (kept keptMedium, err error) {
	file, err := store.ReadMediaFile(c.req.Context(), c.app, id)
	if err != nil {
		return kept, err
	}
	kept.report = core.GenerateDefaultRandomId()
	if kept.checksum, err = c.mediumChecksum(file); err == nil {
		kept.source, err = files.KeepSource(c.req.Context(), c.app, kept.report, file)
	}
	if gone := c.req.Context().Err(); gone != nil {
		return kept, gone
	}
	var busy *admission.Busy
	switch {
	case errors.As(err, &busy):
		return kept, err
	case err != nil:
		kept.source = ""
		c.app.Logger().WarnContext(c.req.Context(), "a reported medium could not be read", "id", id, "error", err)
	}
	return kept, nil
}

// mediumChecksum returns the SHA-256 of a medium, whose content never changes. It is read only if no open report keeps it, and then once
// for all who report the medium at the same moment.
func (c *call) mediumChecksum(file *store.MediaFile) (string, error) {
	ctx, sender := c.req.Context(), c.sender()
	if sum, err := desk.KeptChecksum(ctx, c.app, file.ID); err != nil || sum != "" {
		return sum, err
	}
	for since := time.Now(); ; {
		leads := false
		result := c.readings.DoChan(file.ID, func() (any, error) {
			leads = true
			shared := context.WithoutCancel(ctx) // it outlives the request that starts it, as others wait for it too
			return panics.Catch(func() (string, error) {
				release, err := checksums.Acquire(shared, sender)
				if err != nil {
					return "", err
				}
				defer release()
				return files.Checksum(shared, c.app, file)
			})
		})
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case read := <-result:
			var busy *admission.Busy
			if errors.As(read.Err, &busy) && !leads && time.Since(since) < checksumWait {
				continue // the one who waited for a turn had others before; this sender may have none
			}
			sum, _ := read.Val.(string)
			return sum, read.Err
		}
	}
}
