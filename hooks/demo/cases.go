package demo

import (
	"time"

	cases "github.com/privet/privet/hooks/store/desk"
)

// watched are the words that open cases.
var watched = []string{"whatsapp", "предоплат", "казино"}

const day = 24 * time.Hour

// hours returns so many hours in days.
func hours(n float64) float64 { return n / 24 }

// on returns what the story tells of a time.
func on(daysAgo float64, do act) event { return event{daysAgo: daysAgo, run: do, told: true} }

// story is what moderators have seen and done. Of the cases that are still open the clocks differ: one is over, some are urgent, one was
// opened just now.
func (s *seeder) story() []event {
	me, colleague := s.staff.Moderator, s.staff.Colleague
	return []event{
		// Bans: one that ended by itself, one that was lifted after an appeal, one without an end, one that holds, with an appeal.
		on(100, s.ban(me, "kostya", "Оскорблял исполнителей в текстах заказов.", 14*day)),
		on(86, s.endBan("kostya")),
		on(60, s.ban(colleague, "roman", "Три жалобы на грубость за неделю.", 0)),
		on(59.6, s.appeal("roman", "Жалобы писал один и тот же человек с разных аккаунтов. Посмотрите, пожалуйста, на время.")),
		on(59.2, s.verdict(me, s.user("roman"), cases.VerdictLifted, "Жалобы действительно с одного устройства. Извините за ошибку.")),
		on(8.6, s.report("oleg", s.user("gleb"), "fraud", "Просит перевести деньги на карту, мимо приложения.")),
		on(8.3, s.report("irina", s.user("gleb"), "fraud", "Написал: скидка, если оплатить напрямую.")),
		on(8.2, s.note(me, s.user("gleb"), "Прошлой осенью был похожий аккаунт с тем же описанием. Смотреть на устройства.")),
		on(8, s.verdict(me, s.user("gleb"), cases.VerdictBanned, "Просит клиентов платить мимо приложения.")),
		on(4.8, s.report("emma", s.pictureOf("viktor"), "spam", "His picture is an advertisement.")),
		on(4.5, s.verdict(colleague, s.pictureOf("viktor"), cases.VerdictRemoved, "Реклама на фотографии профиля.")),
		on(2, s.ban(colleague, "viktor", "Advertising in orders. Warned, for a week.", 7*day)),
		on(hours(13), s.appeal("viktor", "Это была шутка, а не реклама. Больше не буду, верните аккаунт, пожалуйста.")),

		// The other verdicts. Some low ratings are warnings.
		on(6.9, s.report("lucy", s.order(theRoast), "abuse", "He wants me to make fun of somebody and gives the address.")),
		on(6.8, s.verdict(me, s.order(theRoast), cases.VerdictCancelled, "Private addresses don't belong into an order. Please order again without it.")),
		on(4.4, s.report("jack", s.mediumOf(theMia), "other", "There is somebody's phone number in the background.")),
		on(3.9, s.verdict(colleague, s.mediumOf(theMia), cases.VerdictHidden, "Somebody's phone number is to be seen.")),
		on(30.3, s.report("max", s.user("irina"), "abuse", "Rude in chat.")),
		on(30, s.verdict(colleague, s.user("irina"), cases.VerdictNothing, "")),

		// Acts without a case.
		on(20, s.warn(me, "boris", "Пожалуйста, проверяйте имя перед записью: на последнее поздравление пожаловались.")),
		on(11, s.lookUpContacts(colleague, "emma")),
		on(5.2, s.hide(me, s.pictureOf("timur"), "Проверяю, не чужая ли это фотография.")),
		on(5.1, s.show(me, s.pictureOf("timur"))),
		on(3.1, s.rename(colleague, "tony", "tony_t", "Ник повторял имя известного исполнителя.")),
		on(1.3, s.note(me, s.order(theMarina), "Клиентка пишет вежливо, исполнителя просила ответить до среды.")),
		on(1.1, s.note(colleague, s.user("tony"), "Signed in on Jack's phone: the same person?")),
		on(1.2, s.signOut(me, "roman")), // whose phone was stolen

		// What is open.
		on(hours(25), s.overdue),
		on(hours(21.5), s.report("irina", s.pictureOf("timur"), "fraud", "Это фото моего брата, а не этого человека.")),
		on(hours(14), s.report("oleg", s.pictureOf("timur"), "other", "Видел эту фотографию в новостях.")),
		on(hours(16), s.describe("denis", "Веду праздники десять лет. Пишите в WhatsApp, там дешевле.")),
		on(hours(1.2), s.report("darya", s.user("denis"), "spam", "Переманивает в мессенджер.")),
		on(4, s.block("emma", "tony")),
		on(2, s.block("lucy", "tony")),
		on(hours(9.6), s.block("max", "tony")),
		on(hours(6), s.report("misha", s.order(theCat), "other", "He asks for my home address instead of a greeting.")),
		on(hours(3), s.overdue),
		on(hours(0.3), s.report("emma", s.user("max"), "abuse", "He swears in the last greeting.")),
		on(hours(0.1), s.take(colleague, s.order(theCat))),

		// Mails.
		on(12, s.mailPassword("kostya", "550 5.1.1 <…>: Recipient address rejected: User unknown in virtual mailbox table")),
		on(4.79, s.mailCase(colleague, s.pictureOf("viktor"), "552 5.2.2 The recipient's mailbox is over quota")),
		on(1.9, s.mailPassword("darya", "")),
		on(0.4, s.mailPassword("tony", "554 5.7.1 Service unavailable; client host blocked")),
	}
}
