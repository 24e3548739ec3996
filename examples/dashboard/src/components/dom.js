// Elements, and the frame that every figure stands in: title, unit, source, and a table of what a chart draws.
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
export const number = (value) => (value === null || value === undefined ? "–" : grouped.format(value));
export const day = (instant) => (instant ? String(instant).slice(0, 10) : "–");

// A KPI's value as people read it, by the unit that its view names.
export function withUnit(value, unit, hours = "h") {
  if (value === null || value === undefined) return "–";
  if (unit === "hours") return `${grouped.format(value)} ${hours}`;
  if (unit === "share") return `${grouped.format(value * 100)} %`;
  return grouped.format(value);
}

// columns: {label, unit, value(row), text(row), number}. Each cell keeps the value it shows, unrounded.
export function table(caption, columns, rows) {
  return h(
    "div",
    { class: columns.length > 4 ? "scroll wide" : "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((c) => h("th", { scope: "col", class: c.number ? "number" : c.kind }, c.label)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            columns.map((c, at) =>
              h(
                at === 0 ? "th" : "td",
                {
                  scope: at === 0 ? "row" : null,
                  class: c.number ? "number" : c.kind,
                  "data-value": c.value?.(row) ?? "",
                  "data-label": at === 0 ? null : c.label,
                },
                c.show ? c.show(row) : number(c.value(row)),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

export const recordLink = (type, id, name) =>
  h("a", { href: `./record?type=${type}&id=${encodeURIComponent(id)}` }, name ?? id);

export function card(name, title, source, ...children) {
  const id = `card-${name}`;
  return h(
    "section",
    { class: "card figure", "data-widget": name, "aria-labelledby": id },
    h("h2", { id }, title),
    children,
    source ? h("p", { class: "source" }, source) : null,
  );
}

export const empty = (...text) => h("p", { class: "empty" }, ...text);

// A part of the answer: its rows, or why there are none and what to do.
export function rowsOr(part, nothing, show) {
  if (part?.missing)
    return empty(`Not in this model: ${part.missing}. Call relinsights.upgrade_model, or grant SELECT on the view.`);
  if (!part?.rows?.length) return empty(nothing);
  return show(part.rows);
}

// Charts for a screen reader: one picture with a name, or links with theirs; a mark's group has no role to be named by.
function unnamed(chart) {
  for (const group of chart.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  return chart;
}
export function drawn(chart, label) {
  const svg = chart.localName === "svg" ? chart : [...chart.querySelectorAll("svg")].at(-1);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return unnamed(chart);
}
export function linked(chart) {
  for (const link of chart.querySelectorAll("svg a")) {
    const mark = link.querySelector("[aria-label]");
    link.setAttribute("aria-label", mark.getAttribute("aria-label"));
    mark.removeAttribute("aria-label");
  }
  return unnamed(chart);
}
export const asTable = (label, ...children) => h("details", {}, h("summary", {}, label), ...children);
