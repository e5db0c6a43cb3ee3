package desk

import (
	"context"
	"net/http"

	acts "github.com/privet/privet/hooks/desk"
	"github.com/privet/privet/hooks/store/desk"

	"github.com/pocketbase/pocketbase/core"
)

// onCase returns the handler of a change of a case, which answers the case.
func onCase[Body any](do func(e *core.RequestEvent, d *acts.Desk, id string, in *Body) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		id, err := recordID(e)
		if err != nil {
			return err
		}
		in := new(Body)
		if err := bind(e, in); err != nil {
			return err
		}
		if err := do(e, acts.Of(e.App), id, in); err != nil {
			return fail(e, err)
		}
		c, err := desk.ReadCase(e.Request.Context(), e.App, id)
		if err != nil {
			return fail(e, err)
		}
		return e.JSON(http.StatusOK, caseRow(e, c))
	}
}

func takeCase(e *core.RequestEvent, d *acts.Desk, id string, in *struct {
	Over bool `json:"over"`
}) error {
	return d.Take(e.Request.Context(), e.Auth.Email(), id, in.Over)
}

// lease is onCase for a change of a moderator's own lease, which takes no more than the case.
func lease(do func(d *acts.Desk, ctx context.Context, me, id string) error) func(*core.RequestEvent) error {
	return onCase(func(e *core.RequestEvent, d *acts.Desk, id string, _ *struct{}) error {
		return do(d, e.Request.Context(), e.Auth.Email(), id)
	})
}

func decideCase(e *core.RequestEvent, d *acts.Desk, id string, in *struct {
	reason
	Rev      *int   `json:"rev"`
	Verdict  string `json:"verdict"`
	Until    string `json:"until"`
	Over     bool   `json:"over"`
	Ban      string `json:"ban"`
	OrderRev *int   `json:"order_rev"`
}) error {
	rev, err := revOf(e, "rev", in.Rev)
	if err != nil {
		return err
	}
	until, err := endOfBan(e, in.Until)
	if err != nil {
		return err
	}
	decision := acts.Decision{Rev: rev, Verdict: in.Verdict, Until: until, Over: in.Over, OrderRev: acts.NoRev}
	if decision.Ban, err = shownBan(e, in.Ban); err != nil {
		return err
	}
	if in.OrderRev != nil {
		if decision.OrderRev, err = revOf(e, "order_rev", in.OrderRev); err != nil {
			return err
		}
	}
	return d.Decide(e.Request.Context(), acts.By{Email: e.Auth.Email(), Text: in.Text}, id, decision)
}
