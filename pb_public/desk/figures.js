// Figures: how the service and its moderators fare, from a day to a year. Each chart is read for itself, after the page, and fails
// for itself.
import { get, isAbort, message } from "./api.js";
import { bars, line, table } from "./chart.js";
import { chip, div, el, failure, fill, loading, small, span } from "./dom.js";
import { shell } from "./shell.js";
import { duration, format, step, zone } from "./time.js";
import { number, percent, w } from "./words.js";

const periods = ["day", "week", "month", "quarter", "year"];
const names = ["orders", "delivery", "cancelled", "ratings", "verdicts", "pushes", "signups", "cases"];
const zoneName = Intl.DateTimeFormat().resolvedOptions().timeZone;
const hours = (seconds) => seconds == null ? null : seconds / 3600;

// series are the stacked charts: values of the server's, each with its colour.
const series = {
  orders: [["done", "Green"], ["new", "Blue"], ["overdue", "Amber"], ["cancelled", "Red"]],
  signups: [["client", "Blue"], ["performer", "Green"]],
  pushes: [["sent", "Green"], ["expired", "Amber"], ["failed", "Red"]],
  cases: [["opened", "Blue"], ["closed", "Green"]],
};
const colour = (name) => "--dk" + name;

export function page({ query, signal }) {
  const period = periods.includes(query.period) ? query.period : "month";
  const range = span("txt-hint"), strip = div("dk-figs"), answers = {};
  const cells = ["orders", "delivery", "cancelled", "ratings", "verdicts", "pushes"].map((name) => [name, div("", loading(w("loading")))]);
  const charts = ["orders", "verdicts", "signups", "ratings", "pushes", "cases"].map((name) => [name, el("section", { class: "dk-card dk-chart" }, el("h2", {}, w("chart." + name)), loading(w("loading")))]);
  fill(strip, cells.map(([, cell]) => cell));
  shell.title(w("figures"));
  for (const name of names) read(name);
  const observer = new ResizeObserver(() => charts.forEach(([name, box]) => { if (answers[name]) draw(name, box); }));
  const grid = div("dk-grid", charts.map(([, box]) => box));
  observer.observe(grid);
  signal.addEventListener("abort", () => observer.disconnect());
  return div("page-content dk dk-story",
    div("dk-row dk-wrap", el("h1", {}, w("figures")), range, span("txt-hint", w("zone", { zone: zone() })),
      div("dk-right dk-chips", periods.map((name) => chip(w("period." + name), name === period, () => { location.hash = "#/desk/figures?period=" + name; })))),
    strip, grid);

  async function read(name) {
    const cell = cells.find(([other]) => other === name)?.[1], box = charts.find(([other]) => other === name)?.[1];
    try {
      const answer = answers[name] = await get("figures/" + name, { period, zone: zoneName }, signal);
      if (!range.textContent) range.textContent = `${format(answer.from, "day")} – ${format(new Date(Date.parse(answer.to) - 1).toISOString(), "day")}`;
      if (cell) fill(cell, figure(name, answer));
      if (box) draw(name, box);
    } catch (error) {
      if (isAbort(error, signal)) return;
      if (cell) fill(cell, small(message(error)));
      if (box) fill(box, el("h2", {}, w("chart." + name)), failure(message(error), w("again"), () => read(name)));
    }
  }

  // draw draws a chart for the width that it has now.
  function draw(name, box) {
    const width = box.clientWidth - 28, height = name === "orders" || name === "verdicts" ? 250 : 180;
    if (width <= 0 || Number(box.dataset.width) === width && box.dataset.of === answers[name].from) return;
    box.dataset.width = width;
    box.dataset.of = answers[name].from;
    const isOpen = box.querySelector("details")?.open;
    fill(box, chart(name, answers[name], width, innerWidth < 700 ? Math.min(height, 170) : height));
    if (isOpen) box.querySelector("details").open = true;
  }
}

function chart(name, answer, width, height) {
  const title = w("chart." + name), labels = answer.bars.map((bar) => step(bar.at, answer.step)), value = (bar, key) => bar.values[key] ?? null;
  if (name === "verdicts") {
    const values = answer.bars.map((bar) => hours(value(bar, "median")));
    if (values.every((hour) => hour == null)) return nothing(title, height);
    return [el("h2", {}, title), line({ labels, values, colour: colour("Blue"), title, limit: 24, limitWords: w("chart.limit") }, width, height),
      table({ labels, head: [w("chart.median"), w("chart.worst")], rows: answer.bars.map((bar) => [hours(value(bar, "median")), hours(value(bar, "worst"))]), title })];
  }
  if (name === "ratings") {
    const stars = ["1", "2", "3", "4", "5"], rows = stars.map((star) => [answer.total[star] ?? 0]);
    if (rows.every(([n]) => n === 0)) return nothing(title, height);
    return [el("h2", {}, title), bars({ labels: stars, rows, colours: [colour("Blue")], title }, width, height), table({ labels: stars, head: [w("chart.count")], rows, title })];
  }
  const parts = series[name];
  const rows = answer.bars.map((bar) => parts.map(([key]) => key === "done" ? (value(bar, "done") ?? 0) + (value(bar, "reviewed") ?? 0) : value(bar, key) ?? 0));
  if (rows.flat().every((n) => n === 0)) return nothing(title, height);
  return [
    el("h2", {}, title, span("dk-right dk-legend", parts.map(([key, tone]) => el("span", { style: `--colour: var(${colour(tone)})` }, w(`chart.${name}.${key}`))))),
    bars({ labels, rows, colours: parts.map(([, tone]) => colour(tone)), title, side: name === "cases" }, width, height),
    table({ labels, head: parts.map(([key]) => w(`chart.${name}.${key}`)), rows, title }),
  ];
}

// figure is a cell of the strip: the value, what it is, and how it has changed, in words.
function figure(name, { total, previous }) {
  const cell = (value, words, change, tone = "") => [el("b", {}, value), span("", words), span(tone, change ?? w("change.unknown"))];
  const per = (part) => part == null ? "–" : percent(part, 1);
  const minutes = (seconds) => seconds == null ? "–" : duration(seconds / 60);
  switch (name) {
    case "orders": return cell(number(total.all ?? 0), w("figure.orders", { n: total.all ?? 0 }), ...relative(total.all, previous.all));
    case "delivery": return cell(minutes(total.seconds), w("figure.delivery"), ...faster(total.seconds, previous.seconds));
    case "cancelled": return cell(per(total.share), w("figure.cancelled"), ...points(total.share, previous.share));
    case "ratings": return cell(total.mean == null ? "–" : number(total.mean, 1), w("figure.rating"), ...plain(total.mean, previous.mean));
    case "verdicts": return cell(minutes(total.median), w("figure.verdicts"), total.worst == null ? "" : w("figure.worst", { time: duration(total.worst / 60) }), total.late > 0 ? "urgent" : "");
    case "pushes": return cell(total.all > 0 ? per(total.sent / total.all) : "–", w("figure.pushes"), w("figure.failed", { n: (total.failed ?? 0) + (total.expired ?? 0) }));
  }
}

// nothing stands where a chart would be empty.
const nothing = (title, height) => [el("h2", {}, title), el("p", { class: "dk-nothing", style: `height: ${height}px` }, w("chart.nothing"))];

const signed = (text, value) => value > 0 ? "+" + text : text.replace("-", "−");

function relative(now, before) {
  if (!before) return [];
  const change = now / before - 1;
  return Math.abs(change) < .005 ? [w("change.none")] : [w("change.by", { change: signed(percent(change), change) }), change > 0 ? "good" : ""];
}

function faster(now, before) {
  if (now == null || before == null) return [];
  const minutes = (before - now) / 60;
  return Math.abs(minutes) < 1 ? [w("change.none")] : minutes > 0 ? [w("change.faster", { time: duration(minutes) }), "good"] : [w("change.slower", { time: duration(-minutes) })];
}

function points(now, before) {
  if (now == null || before == null) return [];
  const change = (now - before) * 100;
  return Math.abs(change) < .05 ? [w("change.none")] : [w("change.points", { n: Math.abs(Number(change.toFixed(1))), change: signed(number(change, 1), change) }), change > 0 ? "urgent" : "good"];
}

function plain(now, before) {
  if (now == null || before == null) return [];
  const change = now - before;
  return Math.abs(change) < .05 ? [w("change.none")] : [w("change.by", { change: signed(number(change, 1), change) }), change > 0 ? "good" : ""];
}
