// The media wall: new pictures and videos in a grid, the newest first. A click plays one; hiding goes on to the next.
import { actBox, onMedium } from "./acts.js";
import { get, isAbort, message } from "./api.js";
import { isForPage } from "./case.js";
import { button, chip, div, el, failure, fill, icon, loading, small, span } from "./dom.js";
import { orderLink, personLink } from "./people.js";
import { shell } from "./shell.js";
import { time } from "./time.js";
import { blurBox, hiddenNote, medium } from "./video.js";
import { w } from "./words.js";

const shows = ["all", "orders", "hidden"];

export function page({ query, signal }) {
  const show = shows.includes(query.show) ? query.show : "all";
  const grid = div("dk-wall"), bottom = div("dk-stack");
  const root = div("page-content dk dk-story", div("dk-row dk-wrap", el("h1", {}, w("media")), span("txt-hint", w("wall.newest")),
    div("dk-row dk-wrap dk-right", blurBox(() => grid), div("dk-chips", shows.map((name) => chip(w("wall." + name), name === show, () => { location.hash = "#/desk/media?show=" + name; }))))), grid, bottom);
  let pages = 0;
  shell.title(w("media"));
  readNext();
  addEventListener("keydown", press, { signal });
  return root;

  async function readNext() {
    fill(bottom, loading(w("loading")));
    try {
      const { items, more } = await get("media", { show, page: pages + 1 }, signal);
      pages++;
      grid.append(...items.map(tile));
      if (pages === 1 && items.length === 0) fill(bottom, div("dk-empty", icon("gallery-line"), el("h2", { class: "dk-h1" }, w(show === "hidden" ? "wall.none-hidden" : "media.none"))));
      else fill(bottom, more && button("line dk-next", w("more"), { on: readNext }));
    } catch (error) {
      if (!isAbort(error, signal)) fill(bottom, failure(message(error), w("again"), readNext));
    }
  }

  function tile(item) {
    const box = el("article", { class: "dk-tile", tabindex: "-1", "aria-label": w("medium.number", { id: item.id }) });
    const draw = () => fill(box, medium(item),
      div("dk-row dk-meta", div("dk-stack gap-0 dk-grow", span("dk-ell", personLink(item.performer)),
        small(span("", item.order ? orderLink(item.order) : w("medium.of-profile")), time(item.created))),
      actBox({ act: item.hidden ? "show" : "hide" }, change)),
      item.hidden && small(hiddenNote(item)));
    draw();
    return box;

    function change() {
      onMedium(item, item.hidden ? "show" : "hide", (now) => {
        if (!now) return;
        item = { ...item, ...now };
        draw();
        (box.nextElementSibling ?? box).querySelector("button")?.focus();
      });
    }
  }

  // Arrows go from still to still.
  function press(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
    if (!isForPage(event) || !step) return;
    const stills = [...grid.querySelectorAll(".dk-still")], at = stills.indexOf(document.activeElement);
    stills[Math.max(0, Math.min(stills.length - 1, at + step))]?.focus();
    event.preventDefault();
  }
}
