// Charts as plain SVG, drawn for the width that they have. What they show stands as a table below each.
import { el } from "./dom.js";
import { number, w } from "./words.js";

const left = 38, above = 10, below = 20; // pixels around the plot

function svg(name, properties, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// ceiling is the first round number at or above a value, of which the half, which is marked, too, is a whole number.
function ceiling(value) {
  for (let unit = 1; ; unit *= 10) for (const step of unit === 1 ? [2, 4, 6, 8, 10] : [2, 3, 4, 5, 6, 8, 10]) if (unit * step >= value) return unit * step;
}

function frame(width, height, top, title) {
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${title}. ${w("chart.table")}` });
  const y = (value) => height - below - value / top * (height - above - below);
  for (const share of [0, .5, 1]) {
    picture.append(svg("line", { class: "axis", x1: left, x2: width, y1: y(top * share), y2: y(top * share) }),
      svg("text", { x: left - 6, y: y(top * share) + 4, "text-anchor": "end" }, number(top * share)));
  }
  return { picture, y };
}

// every is the step between labels, so that they don't touch.
const every = (count, width) => Math.max(1, Math.ceil(count / Math.max(2, Math.floor((width - left) / 76))));

function axis(picture, labels, x, width, height) {
  const step = every(labels.length, width);
  labels.forEach((text, i) => {
    if ((labels.length - 1 - i) % step === 0) picture.append(svg("text", { x: Math.min(x(i), width - 18), y: height - 4, "text-anchor": "middle" }, text));
  });
}

// bars draws bars: rows of numbers, one colour (a CSS variable) for each place in a row. A row is stacked, or stands side by side
// where its numbers are no parts of one.
export function bars({ labels, rows, colours, title, side = false }, width, height) {
  const top = ceiling(Math.max(1, ...rows.map((row) => side ? Math.max(...row) : row.reduce((a, b) => a + b, 0))));
  const { picture, y } = frame(width, height, top, title), step = (width - left) / rows.length;
  rows.forEach((row, i) => {
    let sum = 0;
    row.forEach((value, at) => {
      if (value <= 0) return;
      const from = y(sum), to = y(sum + value), wide = step * .72 / (side ? row.length : 1);
      if (!side) sum += value;
      picture.append(svg("rect", { x: left + step * (i + .14) + (side ? at * wide : 0), y: to, width: wide, height: Math.max(.6, from - to - .6), rx: Math.min(1.5, wide / 4), fill: `var(${colours[at]})` }));
    });
  });
  axis(picture, labels, (i) => left + step * (i + .5), width, height);
  return picture;
}

// line draws one line; a null interrupts it. limit is a value that is marked, with words.
export function line({ labels, values, colour, title, limit, limitWords }, width, height) {
  const top = ceiling(Math.max(1, limit ? limit * 1.2 : 0, ...values.map((value) => value ?? 0)));
  const { picture, y } = frame(width, height, top, title);
  const x = (i) => values.length > 1 ? left + 4 + i * (width - left - 8) / (values.length - 1) : (left + width) / 2;
  if (limit) {
    picture.append(svg("line", { class: "limit", x1: left, x2: width, y1: y(limit), y2: y(limit) }), svg("text", { class: "limit", x: width, y: y(limit) - 5, "text-anchor": "end" }, limitWords));
  }
  let path = "";
  values.forEach((value, i) => { if (value != null) path += `${i === 0 || values[i - 1] == null ? "M" : "L"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`; });
  picture.append(svg("path", { d: path, fill: "none", stroke: `var(${colour})`, "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round" }));
  values.forEach((value, i) => {
    if (value != null && (i === values.length - 1 || values[i - 1] == null && values[i + 1] == null)) picture.append(svg("circle", { cx: x(i), cy: y(value), r: 3, fill: `var(${colour})` }));
  });
  axis(picture, labels, x, width, height);
  return picture;
}

// table shows the same numbers as text.
export function table({ labels, head, rows, title }) {
  return el("details", { class: "dk-table" }, el("summary", {}, w("chart.as-table")), el("div", { class: "dk-scroll", tabindex: "0", role: "region", "aria-label": title },
    el("table", {}, el("caption", {}, title), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, w("chart.when")), head.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, rows.map((row, i) => el("tr", {}, el("th", { scope: "row" }, labels[i]), row.map((value) => el("td", {}, value == null ? "–" : number(value, 1)))))))));
}
