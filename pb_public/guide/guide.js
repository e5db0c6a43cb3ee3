// Who comes without an anchor gets the guide in the browser's language; Russian is what shows without a script.
const inEnglish = () => !!document.querySelector('#en:target, #en :target');
const say = () => { document.documentElement.lang = inEnglish() ? 'en' : 'ru'; };
if (!location.hash && !navigator.language.toLowerCase().startsWith('ru')) location.replace('#en');
addEventListener('hashchange', say);
say();
