// The desk's entrance, and the one file that knows the dashboard's kit: routes, header, dialogs, messages. PocketBase runs it
// within an async function, before its router starts: so it has no static imports, and awaits nothing until its routes are
// registered.
const base = "/_/extensions/privet/";
const load = (file) => import(app.pb.buildURL(base + file + ".js"));
const pages = {
  "#/desk": "queue", "#/desk/cases/{id}": "queue", "#/desk/orders/{id}": "order", "#/desk/users/{id}": "person", "#/desk/media": "media", "#/desk/figures": "figures",
  "#/desk/log": "log", "#/desk/faults": "faults", "#/desk/settings": "settings",
};
const stockLinks = [...app.store.headerLinks];
const ready = Promise.withResolvers(); // pages wait for what this file gives them
let leaving; // ends what the page in sight waits for

app.routes.fallbackPath = "#/desk";
for (const [path, file] of Object.entries(pages)) app.routes.superuserOnly(path, (route) => open(file, route));
for (const sheet of ["desk", "story"]) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: app.pb.buildURL(`${base}${sheet}.css`) }));

// open makes a page; it must not wait for data, as the browser shows nothing new until it returns.
async function open(file, route) {
  leaving?.abort();
  const life = leaving = new AbortController();
  const [{ page }] = await Promise.all([load(file), ready.promise]);
  if (life.signal.aborted) return app.store.page; // left meanwhile: the router would put this page over the one that came after it
  const query = Object.fromEntries(Object.entries(route.query).map(([key, values]) => [key, values[0]]));
  const root = document.createElement("div");
  root.className = "page dk-page";
  root.append(page({ id: route.params.id, query, signal: life.signal }));
  return root;
}

const [{ shell }, words, api, { disconnect }, { searchField }, dom] = await Promise.all(["shell", "words", "api", "live", "search", "dom"].map(load));
const { w } = words;

Object.assign(shell, {
  title: (text) => { app.store.title = text; },
  done: (text) => app.toasts.success(text),
  failed: (text) => app.toasts.error(text, { duration: 8000 }),
  open(box, leave) {
    box.onbeforeclose = () => leave();
    document.body.append(box);
    app.modals.open(box);
    box.tabIndex = -1;
    box.focus(); // at once, so that no key goes to the page; the kit moves the focus on when the dialog has come in
    document.querySelector("main.app").inert = true;
  },
  close(box) {
    if (!box.isConnected) return;
    document.querySelector("main.app").inert = false;
    box.onbeforeclose = null;
    app.modals.close(box, true);
    box.remove();
  },
  renew() {
    showHeader();
    dispatchEvent(new Event("hashchange"));
  },
});

ready.resolve();

let shown; // for whom, and in which language, the header is

// showHeader puts the desk's links and search into the dashboard's header, before those that are for owners.
function showHeader() {
  const wanted = words.language() + (api.me.isOwner ? " owner" : "");
  if (shown === wanted) return;
  shown = wanted;
  const at = (path) => () => app.utils.isActivePath(path);
  const inQueue = () => app.utils.isActivePath("#/desk") && !/^#\/desk\/(media|figures|log|faults|settings)/.test(location.hash);
  const links = [
    { href: "#/desk?state=open", icon: "ri-inbox-line", label: w("queue"), isActive: inQueue },
    { href: "#/desk/media", icon: "ri-gallery-line", label: w("media"), isActive: at("#/desk/media") },
    { href: "#/desk/figures", icon: "ri-bar-chart-box-line", label: w("figures"), isActive: at("#/desk/figures") },
    { href: "#/desk/log", icon: "ri-history-line", label: w("log"), isActive: at("#/desk/log") },
  ];
  if (api.me.isOwner) links.push({ href: "#/desk/faults", icon: "ri-alarm-warning-line", label: w("faults"), isActive: at("#/desk/faults") }, ...stockLinks);
  app.store.headerLinks = links;
  document.querySelectorAll(".app-header").forEach(putSearch);
  document.querySelectorAll("#logged-user-dropdown").forEach(arrangeUserMenu);
  document.querySelectorAll("#color-scheme-dropdown").forEach(nameColours);
}

function putSearch(header) {
  const old = header.querySelector(".dk-search");
  if (old) old.replaceWith(searchField());
  else header.querySelector(".app-header-separator")?.before(searchField());
}

// A moderator's menu has the desk's settings, the guide and the way out; managing superusers is for owners.
function arrangeUserMenu(menu) {
  menu.querySelectorAll(".dk-menu").forEach((item) => item.remove());
  const item = (picture, words, href, more) => dom.el("a", { class: "dropdown-item dk-menu", href, onclick: () => menu.hidePopover(), ...more }, dom.icon(picture), dom.span("txt", words));
  menu.prepend(item("equalizer-2-line", w("settings"), "#/desk/settings"),
    item("book-open-line", w("guide"), app.pb.buildURL("/guide?lang=" + words.language()), { target: "_blank" }));
  const manage = menu.querySelector(".dropdown-item-manage");
  if (manage) manage.hidden = !api.me.isOwner;
  const out = menu.querySelector(".dropdown-item-logout .txt");
  if (out) out.textContent = w("sign-out");
  menu.addEventListener("click", giveBack, true);
}

// giveBack returns the cases that were taken, before the dashboard forgets who is signed in.
function giveBack(event) {
  if (event.target.closest(".dropdown-item-logout")) api.post("sign-out").catch(() => {});
}

function nameColours(menu) {
  ["light", "dark", "auto"].forEach((name, i) => {
    const text = menu.querySelectorAll(".dropdown-item .txt")[i];
    if (text) text.textContent = w("colours." + name);
  });
}

document.addEventListener("mount:appHeader", (event) => putSearch(event.detail));
document.addEventListener("mount:loggedUserDropdown", (event) => arrangeUserMenu(event.detail));
document.addEventListener("mount:colorSchemeDropdown", (event) => nameColours(event.detail));

// Ctrl K is told by its place, as a Russian keyboard has another letter there.
addEventListener("keydown", (event) => {
  if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || app.modals.getTop()) return;
  event.preventDefault();
  document.querySelector(".dk-search input")?.select();
});

// What the server refuses a moderator is not shown, whatever address was typed.
addEventListener("hashchange", () => {
  const isOurs = location.hash.startsWith("#/desk");
  if (!isOurs) leaving?.abort();
  if (isOurs && app.store.superuser?.id && Date.now() - readAt > 6e4) readMe();
  guardStock();
});

function guardStock() {
  if (api.me.role && !api.me.isOwner && stockLinks.some((link) => location.hash.startsWith(link.href))) location.replace("#/desk");
}

let readAt = 0;

// readMe reads who is signed in, and whether the server is still the version that these pages came from.
async function readMe() {
  const before = words.language(), user = app.store.superuser.id;
  readAt = Date.now();
  try {
    const me = await api.loadMe();
    if (user !== app.store.superuser?.id) return;
    words.useLanguage(me.language);
  } catch (error) {
    console.warn("the desk can't tell who is signed in:", api.message(error));
    return;
  }
  if (api.isOutdated()) askToReload();
  showHeader();
  guardStock();
  if (words.language() !== before) shell.renew();
}

function askToReload() {
  const again = dom.button("line", w("outdated.reload"), { icon: "refresh-line", on: () => location.reload() });
  app.toasts.info(dom.div("dk-outdated", dom.el("p", {}, w("outdated")), again), { key: "dk-outdated", duration: 864e5 });
}

let signedIn;

// Each sign-in is somebody's own.
function changeUser(id) {
  if (signedIn === id) return;
  signedIn = id;
  api.forgetMe();
  showHeader();
  if (id) readMe();
  else {
    leaving?.abort();
    disconnect();
  }
}
watch(() => app.store.superuser?.id, changeUser);
changeUser(app.store.superuser?.id);

// All pages come from one version: after an upgrade of the server a page loaded late would find older ones here.
setTimeout(() => Object.values(pages).forEach((file) => load(file)), 500);
