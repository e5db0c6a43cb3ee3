package personal

// byUser is the condition of the rows that name the person, or that are about them.
const byUser = `user = CAST(:user AS TEXT)`

// ofSignals is the condition of the signals about a person or about what they have ordered.
const ofSignals = `"case" IN (SELECT id FROM cases WHERE user = :user) OR target IN (SELECT 'order ' || id FROM orders WHERE client = :user)`

// Tables that are counted before an erasure, or named elsewhere.
var (
	// Devices are where people are signed in.
	Devices = Table{Name: "devices", Of: byUser, Erased: RowsRevoked, Columns: columns(Impersonal, "id user language last_used created updated",
		Column{Name: "device_id", Kind: Personal}, Column{Name: "firebase_token", Kind: Secret}, Column{Name: "token", Kind: Secret})}

	// ProfileMedia are the pictures and videos of profiles. Those of orders stay, for the other side.
	ProfileMedia = Table{Name: "media", Of: byUser + ` AND "order" = ''`, Erased: RowsRevoked,
		Columns: columns(Impersonal, "id user order type file preview still still_tries still_version hidden remove_at created updated",
			Column{Name: "hidden_by", Kind: Staff})}

	// Pushes are the outbox of pushes.
	Pushes = Table{Name: "pushes", Of: `receiver = CAST(:user AS TEXT)`, Erased: RowsDeleted,
		Columns: columns(Impersonal, "id state sender type receiver order device event tries sent next_try expires created updated",
			Column{Name: "error", Kind: Personal})}

	// Orders belong to two people: each one's texts go, and the rest stays for the other.
	Orders = Table{Name: "orders", Of: `client = :user`, Set: `rev = rev + 1, updated = :now`,
		Columns: columns(Impersonal, "id client performer status occasion price date_till cancel_date rating_rate created updated",
			Column{Name: "description", Kind: Personal, Erased: Emptied, Written: true},
			Column{Name: "rating_text", Kind: Personal, Erased: Emptied, Written: true},
			// Its writer is who has cancelled last.
			Column{Name: "cancel_text", Kind: Personal, Erased: Emptied, Written: true,
				Of: `id IN (SELECT id FROM orders WHERE client = :user UNION ALL SELECT id FROM orders WHERE performer = :user)
					AND cancel_text <> '' AND :user = (SELECT h.user FROM order_history h WHERE h."order" = orders.id AND h."to" = 'cancelled'
					ORDER BY h.time DESC, h.rowid DESC LIMIT 1)`},
			Column{Name: "rev", Kind: Impersonal, Derived: true}, Column{Name: "reminded", Kind: Impersonal, Derived: true},
			Column{Name: "delivered", Kind: Impersonal, Derived: true}, Column{Name: "took", Kind: Impersonal, Derived: true})}
)

// Tables are all tables but users, in the order in which an erasure goes through them.
var Tables = []*Table{
	&Devices, &ProfileMedia, &Pushes,
	{Name: "mails", Of: `user = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "id state kind user language tries sent next_try expires created updated",
		Column{Name: "superuser", Kind: Staff}, Column{Name: "data", Kind: Personal}, Column{Name: "error", Kind: Personal})},
	{Name: "account_links", Of: `user = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "user purpose expires", Column{Name: "hash", Kind: Secret})},
	{Name: "profile_fetches", Of: `user = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "user stage provider app language name created tries next_try",
		Column{Name: "identity", Kind: Personal}, Column{Name: "nickname", Kind: Personal}, Column{Name: "picture", Kind: Personal})},
	// The answers that were given to them, and to the other sides of their orders, who were shown their texts.
	{Name: "idempotency_keys", Erased: RowsDeleted,
		Of: `user = :user
			OR user IN (SELECT performer FROM orders WHERE client = :user UNION SELECT client FROM orders WHERE performer = :user)
			AND "order" IN (SELECT id FROM orders WHERE client = :user UNION ALL SELECT id FROM orders WHERE performer = :user)`,
		Columns: columns(Impersonal, "user status order created total",
			Column{Name: "key", Kind: Personal}, Column{Name: "request", Kind: Personal}, Column{Name: "answer", Kind: Personal})},
	{Name: "blocks", Of: `blocker = :user OR blocked = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "id blocker blocked created")},
	{Name: "reports", Of: `reporter = :user`, Columns: columns(Impersonal,
		"id case target reason reporter state verdict closed kept_until place still source source_tries created updated",
		Column{Name: "text", Kind: Personal, Erased: Emptied},
		Column{Name: "kept", Kind: Personal, Why: "sealed until the verdict, for 30 days at most"})},
	{Name: "warnings", Of: `user = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "id user created",
		Column{Name: "text", Kind: Personal}, Column{Name: "by", Kind: Staff})},
	{Name: "notes", Of: `user = :user AND user <> ''`, Erased: RowsDeleted, Columns: columns(Impersonal, "id user order created",
		Column{Name: "text", Kind: Personal}, Column{Name: "by", Kind: Staff})},
	{Name: "bans", Of: `user = :user`, Erased: RowsDeleted, Columns: columns(Impersonal, "id user since until lifted appeal",
		Column{Name: "reason", Kind: Personal}, Column{Name: "by", Kind: Staff}, Column{Name: "lifted_by", Kind: Staff})},
	{Name: "signals", Of: ofSignals,
		Columns: columns(Impersonal, "id case target kind place created",
			Column{Name: "text", Kind: Personal, Erased: Emptied},
			// Of an overdue order it is the date.
			Column{Name: "word", Kind: Personal, Erased: Emptied, Of: `kind = 'word' AND (` + ofSignals + `)`})},
	{Name: "cases", Of: `user = :user OR "order" IN (SELECT id FROM orders WHERE client = :user) OR id IN (SELECT "case" FROM reports WHERE reporter = :user)`,
		Columns: columns(Impersonal, "id target user order media kinds state verdict due called closed taken_until created updated",
			Column{Name: "rev", Kind: Impersonal, Derived: true}, Column{Name: "quote", Kind: Personal, Erased: Emptied}, Column{Name: "word", Kind: Personal, Erased: Emptied},
			Column{Name: "taken_by", Kind: Staff}, Column{Name: "closed_by", Kind: Staff})},
	&Orders,
	{Name: "invite_tokens", Of: byUser, Erased: RowsRevoked, Columns: columns(Impersonal, "id user expires", Column{Name: "token", Kind: Secret})},
	{Name: "_externalAuths", Of: `recordRef = :user`, Erased: RowsRevoked, Columns: columns(Impersonal, "id collectionRef recordRef provider created updated",
		Column{Name: "providerId", Kind: Personal})},
	{Name: "_mfas", Of: `recordRef = :user`, Erased: RowsRevoked, Columns: columns(Impersonal, "id collectionRef recordRef method created updated")},
	{Name: "_otps", Of: `recordRef = :user`, Erased: RowsRevoked, Columns: columns(Impersonal, "id collectionRef recordRef created updated",
		Column{Name: "password", Kind: Secret}, Column{Name: "sentTo", Kind: Contact})},
	{Name: "_authOrigins", Of: `recordRef = :user`, Erased: RowsRevoked, Columns: columns(Impersonal, "id collectionRef recordRef created updated",
		Column{Name: "fingerprint", Kind: Personal})},

	// What nobody's person is in.
	{Name: "order_history", Columns: columns(Impersonal, "id order from to actor user time", Column{Name: "moderator", Kind: Staff})},
	// It can't be erased: it holds no values of personal columns (hooks/audit).
	{Name: "audit", Columns: columns(Impersonal, "id at act role target_kind target user order case before after",
		Column{Name: "actor", Kind: Staff}, Column{Name: "reason", Kind: Staff})},
	{Name: "reasons", Columns: columns(Staff, "id act place ru en")},
	{Name: "watched_words", Columns: columns(Staff, "id word")},
	{Name: "case_calls", Columns: columns(Impersonal, "case created tries next_try error")},
	{Name: "file_removals", Columns: columns(Impersonal, "key reason created tries next_try error")},
	{Name: "push_hours", Columns: columns(Impersonal, "hour state count")},
	{Name: "sequences", Columns: columns(Impersonal, "name value")},
	{Name: "state_counts", Columns: columns(Impersonal, "kind state count")},
	{Name: "users_counts", Columns: columns(Impersonal, "kind count")},
	{Name: "users_search_queue", Columns: columns(Impersonal, "place user")},
	// Triggers fill them from users.search.
	{Name: "users_search", Columns: []Column{{Name: "text", Kind: Personal, Derived: true}}},
	{Name: "users_names", Columns: []Column{{Name: "text", Kind: Personal, Derived: true}}},
}
