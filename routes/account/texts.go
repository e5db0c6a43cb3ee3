package account

import "fmt"

// texts are the short texts of the page, in English and Russian. The long ones are in en.html and ru.html.
var texts = map[string][2]string{
	"other_lang":     {"ru", "en"},
	"other_language": {"Русский", "English"},
	"to_start":       {"To the start of this page", "К началу страницы"},

	"home":           {"Your account", "Ваш аккаунт"},
	"contact":        {"Questions? Write to", "Вопросы? Пишите:"},
	"terms":          {"Terms of use and privacy", "Условия использования и конфиденциальность"},
	"sign_in":        {"Sign in", "Войти"},
	"email":          {"E-mail", "Электронная почта"},
	"password":       {"Password", "Пароль"},
	"no_password":    {"Forgotten password, or none", "Пароль забыт или не задан"},
	"mail_password":  {"Mail a link for a new password", "Прислать ссылку для нового пароля"},
	"mail_proof":     {"Mail a link to my account", "Прислать ссылку на аккаунт"},
	"no_mail":        {"Mail is not available at the moment. Try again later.", "Почта сейчас недоступна. Попробуйте позже."},
	"how_to_delete":  {"How to delete your account", "Как удалить аккаунт"},
	"wrong_password": {"The e-mail or the password is wrong.", "Неверная почта или пароль."},

	"link_sent":        {"Look into your mail", "Проверьте почту"},
	"link_is_sent":     {"If the address belongs to an account, a link is on its way. Look into the spam folder, too.", "Если адрес принадлежит аккаунту, ссылка уже отправлена. Загляните и в папку «Спам»."},
	"account":          {"Account", "Аккаунт"},
	"set_new_password": {"New password", "Новый пароль"},
	"new_password":     {"New password", "Новый пароль"},
	"password_hint":    {"At least 6 characters. All devices will be signed out.", "Не меньше 6 символов. На всех устройствах произойдёт выход."},
	"repeat_password":  {"The same again", "Ещё раз"},
	"set_password":     {"Set the password", "Задать пароль"},
	"password_short":   {"The password needs at least 6 characters.", "В пароле должно быть не меньше 6 символов."},
	"passwords_differ": {"The two passwords differ.", "Пароли не совпадают."},
	"password_set":     {"The password is set", "Пароль задан"},
	"password_is_set":  {"All devices are signed out. Sign in with the new password, in the app or here.", "На всех устройствах выполнен выход. Войдите с новым паролем в приложении или здесь."},
	"open_link":        {"Open your account", "Открыть аккаунт"},
	"open_account":     {"Open the account", "Открыть аккаунт"},

	"signed_in":       {"Your account", "Ваш аккаунт"},
	"sign_out":        {"Sign out everywhere", "Выйти на всех устройствах"},
	"signed_out":      {"All devices are signed out.", "На всех устройствах выполнен выход."},
	"delete":          {"Delete my account", "Удалить аккаунт"},
	"delete_text":     {"For good: it can't be taken back.", "Навсегда: отменить удаление нельзя."},
	"delete_next":     {"Delete my account…", "Удалить аккаунт…"},
	"deletion":        {"Delete the account for good?", "Удалить аккаунт навсегда?"},
	"counts":          {"What this account has", "Что есть в этом аккаунте"},
	"sure":            {"I understand that my account is deleted for good.", "Я понимаю, что аккаунт удаляется навсегда."},
	"delete_now":      {"Delete my account for good", "Удалить аккаунт навсегда"},
	"keep":            {"Keep the account", "Не удалять"},
	"not_sure":        {"Tick the box to delete the account.", "Чтобы удалить аккаунт, поставьте отметку."},
	"deleted":         {"The account is deleted", "Аккаунт удалён"},
	"is_deleted":      {"Your account is deleted for good. You may remove the app from your devices.", "Ваш аккаунт удалён навсегда. Приложение можно удалить с устройств."},
	"banned":          {"This account is banned", "Этот аккаунт заблокирован"},
	"banned_until":    {"Until", "До"},
	"banned_for_good": {"The ban has no end.", "Блокировка бессрочная."},
	"ban_reason":      {"Reason", "Причина"},
	"no_ban_reason":   {"No reason was given.", "Причина не указана."},
	"appeal":          {"Appeal", "Обжалование"},
	"appeal_text":     {"Why should the ban be lifted?", "Почему блокировку нужно снять?"},
	"appeal_hint":     {"One appeal for this ban, up to 2,000 characters.", "Одно обращение по этой блокировке, до 2000 символов."},
	"send_appeal":     {"Send the appeal", "Отправить"},
	"appeal_empty":    {"Write why the ban should be lifted.", "Напишите, почему блокировку нужно снять."},
	"appeal_long":     {"The text is longer than 2,000 characters.", "Текст длиннее 2000 символов."},
	"appeal_sent":     {"Your appeal is sent. The moderators will look at it.", "Обращение отправлено. Модераторы его рассмотрят."},
	"appealed_before": {"You have sent an appeal against this ban.", "Вы уже отправили обращение по этой блокировке."},
	"not_banned":      {"This account is not banned any more.", "Этот аккаунт больше не заблокирован."},

	"problem":       {"That did not work", "Не получилось"},
	"no_page":       {"There is no such page.", "Такой страницы нет."},
	"no_method":     {"The page can't be used like that.", "Так эту страницу открыть нельзя."},
	"bad_form":      {"The form could not be read. Go back and send it again.", "Форму не удалось прочитать. Вернитесь и отправьте её ещё раз."},
	"bad_text":      {"The text has characters that can't be read.", "В тексте есть нечитаемые символы."},
	"too_large":     {"The form is too large.", "Форма слишком большая."},
	"foreign":       {"The form was sent by another site.", "Форма отправлена с другого сайта."},
	"session_ended": {"Your time on this page is over, or the account has changed. Sign in again.", "Время на странице истекло, или аккаунт изменился. Войдите ещё раз."},
	"link_ended":    {"The link was used, has expired, or is not whole. Have another one mailed to you.", "Ссылка уже использована, устарела или скопирована не полностью. Запросите новую."},
	"too_many":      {"Too many attempts. Try again in a few minutes.", "Слишком много попыток. Попробуйте через несколько минут."},
	"busy":          {"The server is busy. Try again in a minute.", "Сервер занят. Попробуйте через минуту."},
	"failed":        {"Something went wrong on our side. Try again later.", "На нашей стороне что-то пошло не так. Попробуйте позже."},
}

// text returns a short text in a language.
func text(language, key string) (string, error) {
	both, ok := texts[key]
	if !ok {
		return "", fmt.Errorf("account: no text %q", key)
	}
	if language == "ru" {
		return both[1], nil
	}
	return both[0], nil
}
