package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/migrations"
)

// reasons are what moderators pick from when they act, in both languages; owners change them. watched_words open a case where
// somebody writes one.
func init() {
	migrations.Register(func(app core.App) error {
		if err := createReasons(app); err != nil {
			return err
		}
		return createWatchedWords(app)
	}, func(app core.App) error {
		if err := deleteCollection("watched_words")(app); err != nil {
			return err
		}
		return deleteCollection("reasons")(app)
	})
}

// firstReasons are those that a new folder has.
var firstReasons = []struct{ act, ru, en string }{
	{"hide", "Видео или фото нарушает правила сервиса.", "The video or photo breaks the rules of the service."},
	{"hide", "Оскорбления или угрозы.", "Insults or threats."},
	{"hide", "Откровенное содержание.", "Explicit content."},
	{"hide", "Реклама или ссылки на другие сервисы.", "Advertising, or links to other services."},
	{"hide", "Чужие личные данные.", "Personal data of others."},
	{"remove", "Содержание запрещено законом.", "The content is illegal."},
	{"remove", "По требованию правообладателя.", "At the request of the rights holder."},
	{"cancel", "Пожелание нарушает правила сервиса.", "The wish breaks the rules of the service."},
	{"cancel", "Срок прошёл, поздравление не готово.", "The date has passed and the greeting is not ready."},
	{"cancel", "По просьбе участника заказа.", "At the request of a participant of the order."},
	{"status", "По просьбе участника заказа.", "At the request of a participant of the order."},
	{"status", "Статус был поставлен по ошибке.", "The status was set by mistake."},
	{"warn", "Пожалуйста, общайтесь вежливо: оскорбления запрещены.", "Please be polite: insults are not allowed."},
	{"warn", "Пожалуйста, выполняйте заказы в срок.", "Please deliver your orders in time."},
	{"warn", "Реклама и ссылки на другие сервисы запрещены.", "Advertising and links to other services are not allowed."},
	{"warn", "Ваш профиль нарушает правила сервиса, исправьте его.", "Your profile breaks the rules of the service: please change it."},
	{"ban", "Оскорбления или угрозы.", "Insults or threats."},
	{"ban", "Мошенничество.", "Fraud."},
	{"ban", "Спам или реклама.", "Spam or advertising."},
	{"ban", "Откровенное содержание.", "Explicit content."},
	{"ban", "Повторные нарушения после предупреждения.", "Further violations after a warning."},
	{"unban", "Обжалование удовлетворено.", "The appeal was granted."},
	{"unban", "Блокировка была ошибкой.", "The ban was a mistake."},
	{"edit", "Текст профиля нарушал правила сервиса.", "The text of the profile broke the rules of the service."},
	{"edit", "По просьбе человека.", "At the person's request."},
	{"erase", "По просьбе человека.", "At the person's request."},
	{"sign-out", "Чужой вход в аккаунт.", "Somebody else has signed in to the account."},
}

func createReasons(app core.App) error {
	reasons := core.NewBaseCollection("reasons")
	reasons.Fields = core.NewFieldsList(
		randomID(reasons),
		&core.SelectField{Name: "act", Required: true, Presentable: true,
			Values: []string{"hide", "remove", "cancel", "status", "warn", "ban", "unban", "edit", "erase", "sign-out"},
			Help:   "What it is a reason for. The person reads those of cancel, warn and ban; they never say who has decided."},
		&core.TextField{Name: "ru", Required: true, Max: 1000, Presentable: true},
		&core.TextField{Name: "en", Required: true, Max: 1000, Presentable: true},
		&core.NumberField{Name: "place", OnlyInt: true, Help: "Its place among those of the act: the lowest comes first."},
	)
	reasons.AddIndex("idx_reasons_act", false, "`act`, `place`", "")
	if err := app.Save(reasons); err != nil {
		return err
	}
	for i, reason := range firstReasons {
		record := core.NewRecord(reasons)
		record.Load(map[string]any{"act": reason.act, "ru": reason.ru, "en": reason.en, "place": i + 1})
		if err := app.Save(record); err != nil {
			return err
		}
	}
	return nil
}

func createWatchedWords(app core.App) error {
	words := core.NewBaseCollection("watched_words")
	words.Fields = core.NewFieldsList(
		randomID(words),
		&core.TextField{Name: "word", Required: true, Min: 2, Max: 100, Presentable: true,
			Help: "Where somebody writes it, in any case and as a part of a word too, in a profile, an order or a review, a case is opened. Nothing is blocked."},
	)
	words.AddIndex("idx_watched_words", true, "`word`", "")
	return app.Save(words)
}
