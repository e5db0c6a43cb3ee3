// A medium: its still first, without sound, and blurred for who wants that. Nothing plays by itself.
import { me } from "./api.js";
import { div, el, icon, span } from "./dom.js";
import { format } from "./time.js";
import { w } from "./words.js";

// medium shows a picture or a video in place. small is for galleries: no words, the still fills the frame.
export function medium(item, { small = false } = {}) {
  const isVideo = item.type === "video";
  const frame = div("dk-video" + (me.blur ? " blur" : "") + (item.hidden ? " gone" : "") + (small ? " small" : ""));
  const still = item.still ?? (isVideo ? null : item.url);
  const notes = [
    isVideo && !small && span("", icon("volume-mute-line"), " ", w("video.silent")),
    item.hidden && span("", w("medium.hidden")),
  ];
  const play = el("button", { type: "button", class: "dk-still", "aria-label": w(isVideo ? "video.play" : "photo.show", { id: item.id }), onclick: show },
    still ? el("img", { src: still, alt: "", loading: "lazy", onerror: (event) => event.target.replaceWith(missing()) }) : missing(),
    isVideo && span("play", icon("play-fill")));
  frame.append(play, div("bar", notes));
  return frame;

  function show() {
    frame.classList.remove("blur");
    if (!isVideo) {
      if (frame.classList.toggle("whole")) play.setAttribute("aria-label", w("photo.shown", { id: item.id }));
      return;
    }
    const video = el("video", { src: item.url, controls: true, playsinline: true, preload: "auto" });
    video.muted = true; // as an attribute it doesn't mute a video that a script made
    video.addEventListener("error", () => frame.replaceChildren(missing(w("video.broken"))));
    frame.replaceChildren(video);
    video.play().catch(() => {}); // the controls are there
  }
}

const missing = (text = "") => span("dk-missing", icon("film-line"), text);

// blurBox is the switch beside a medium; it acts on those within a box.
export function blurBox(within) {
  return el("label", { class: "dk-right dk-check" }, el("input", {
    type: "checkbox", checked: me.blur, onchange: (event) => within().querySelectorAll(".dk-video").forEach((frame) => frame.classList.toggle("blur", event.target.checked)),
  }), w("video.blur"));
}

// hiddenNote tells since when a medium is hidden, and when it goes for good.
export function hiddenNote(item) {
  if (!item.hidden) return null;
  return item.remove_at ? w("medium.hidden-until", { since: format(item.hidden), until: format(item.remove_at, "day") }) : w("medium.hidden-since", { since: format(item.hidden) });
}
