import * as Plot from "@observablehq/plot";
import { asTable, card, day, drawn, empty, h, number, recordLink, table, withUnit } from "./dom.js";
import { words } from "./words.js";

const recordTypes = ["account", "contact", "opportunity", "lead"];
const names = { en: "English", ko: "한국어", zh: "中文" };

async function ask(path, parameters = {}) {
  const response = await fetch(`./live/${path}?${new URLSearchParams(parameters)}`);
  const body = await response.json();
  if (!response.ok) throw new Error([body.error, body.hint].filter(Boolean).join(" "));
  return body;
}

// A figure of the document: its text as people say it, its value for whoever computes.
const figure = (f, label, none) =>
  h(
    "div",
    { class: "kpi", "data-unit": f?.unit, "data-value": f?.value ?? "" },
    h("dt", {}, label ?? f?.label ?? ""),
    h("dd", {}, f?.text ?? none),
  );
const figures = (list) => h("dl", { class: "kpis" }, list);

function sides(widget, t) {
  const group = (part) => [figure(part.us, null, t.unknown), figure(part.them, null, t.unknown)];
  return [
    figures(group(widget)),
    ...["average", "first_response", "awaiting", "lapsed"]
      .filter((name) => widget[name])
      .map((name) => h("div", { "data-part": name }, h("h3", {}, widget[name].label), figures(group(widget[name])))),
  ];
}

function people(widget, t) {
  if (!widget.people.length) return empty(t.no_people);
  return table(
    widget.label,
    [
      { label: t.person, show: (p) => p.name ?? p.party_id, value: (p) => p.party_id },
      { label: t.interactions, number: true, value: (p) => p.interactions },
      { label: t.emails, number: true, value: (p) => p.emails },
      { label: t.meetings, number: true, value: (p) => p.meetings },
      { label: t.calls, number: true, value: (p) => p.phone_calls },
      {
        label: t.started,
        number: true,
        value: (p) => `${p.initiated_by_us} ${p.initiated_by_them}`,
        show: (p) => `${p.initiated_by_us} / ${p.initiated_by_them}`,
      },
      { label: t.last, value: (p) => p.last_interaction_at, show: (p) => p.last_interaction_text ?? "–" },
    ],
    widget.people,
  );
}

function interaction(widget, t) {
  return [
    h("p", { class: "big", "data-value": widget.at ?? "" }, widget.text),
    widget.at ? h("p", {}, [widget.kind_label, widget.subject ?? t.unread].filter(Boolean).join(": ")) : null,
  ];
}

function health(widget, t) {
  if (widget.state !== "ok") return empty(t.not_enough);
  return [
    h(
      "p",
      { class: `big grade-${widget.grade}`, "data-value": widget.score },
      h("strong", {}, String(widget.score)),
      ` ${t.out_of} · ${widget.grade_label} · ${widget.trend_label}`,
    ),
    h("meter", { min: 0, max: 100, value: widget.score, class: `grade-${widget.grade}`, "aria-label": widget.label }),
    figures(
      ["activity", "engagement", "recency"]
        .map((name) => widget.parts[name])
        .map((p) => figure({ ...p, text: p.value === null ? null : p.value.toFixed(2) }, null, t.unknown)),
    ),
  ];
}

function activities(widget, t, width) {
  const days = widget.series[0]?.values.length ?? 0;
  const start = Date.parse(`${widget.from}T00:00:00Z`);
  const date = (at) => new Date(start + at * 86400000);
  const long = widget.series.flatMap((s) => s.values.map((value, at) => ({ label: s.label, value, date: date(at) })));
  return [
    drawn(
      Plot.plot({
        width,
        height: 200,
        x: { type: "utc", label: null },
        y: { label: t.activities, grid: true, tickFormat: "d", ticks: 4 },
        color: { domain: widget.series.map((s) => s.label), scheme: "tableau10", legend: true },
        marks: [
          Plot.rectY(
            long.filter((d) => d.value),
            { x: "date", y: "value", fill: "label", interval: "day" },
          ),
          Plot.ruleY([0]),
        ],
      }),
      widget.label,
    ),
    figures(
      widget.series.map((s) =>
        figure({ value: s.total, unit: "count", text: number(s.total), label: s.label }, null, t.unknown),
      ),
    ),
    asTable(
      t.table,
      table(
        widget.label,
        [
          { label: t.day, value: (r) => r.day, show: (r) => r.day },
          ...widget.series.map((s) => ({ label: s.label, number: true, value: (r) => s.values[r.at] })),
        ],
        Array.from({ length: days }, (_, at) => ({ at, day: date(at).toISOString().slice(0, 10) })).filter((r) =>
          widget.series.some((s) => s.values[r.at]),
        ),
      ),
    ),
  ];
}

function similar(widget, t) {
  if (!widget.deals?.length) return empty(t.no_similar);
  const first = ["similarity", "activities"];
  const rest = Object.keys(widget.deals[0]).filter((k) => !first.includes(k) && widget.deals[0][k]?.unit);
  const columns = [...first, ...rest.sort()];
  return table(
    widget.label,
    [
      { label: t.name, show: (d) => recordLink("opportunity", d.record_id, d.name), value: (d) => d.record_id },
      ...columns.map((key) => ({
        label: widget.deals[0][key].label,
        number: true,
        value: (d) => d[key].value,
        show: (d) => d[key].text ?? "–",
      })),
    ],
    widget.deals,
  );
}

function comparison(widget, t) {
  if (!widget.kpis?.length) return empty(t.no_similar);
  const column = (key, label) => ({
    label,
    number: true,
    value: (k) => k[key]?.value,
    show: (k) => k[key]?.text ?? "–",
  });
  return table(
    widget.label,
    [
      { label: t.kpi, show: (k) => k.label, value: (k) => k.kpi },
      column("this_deal", widget.this_deal_label),
      column("average", widget.average_label),
      column("difference", widget.difference_label),
      ...(widget.same_age_label ? [column("average_at_same_age", widget.same_age_label)] : []),
    ],
    widget.kpis,
  );
}

// In the order of a form: an object's members have none. What a later version adds stands behind.
const order = [
  "us",
  "them",
  "activities",
  "emails_sent",
  "emails_received",
  "meetings_sent",
  "meetings_received",
  "phone_calls_made",
  "phone_calls_received",
  "tasks_completed",
  "other_activities",
  "followed_emails",
  "open_rate",
  "link_click_rate",
  "attachment_view_rate",
  "reply_rate",
];
const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
const numbers = (widget, t) =>
  figures(
    Object.keys(widget)
      .filter((name) => widget[name]?.unit)
      .sort((a, b) => place(a) - place(b))
      .map((name) => figure(widget[name], null, t.unknown)),
  );

// Each widget of a document: how it is drawn, and the columns that it comes from.
const widgets = {
  summary: [
    "record_summary.sentences",
    (w) =>
      h(
        "ul",
        {},
        w.sentences.map((s) => h("li", {}, s)),
      ),
  ],
  relationship_health: ["relationship_health.score (0–100), .activity, .recency, .engagement (0–1)", health],
  next_interaction: ["next_and_last_interaction.next_interaction_at, .next_subject", interaction],
  last_interaction: ["next_and_last_interaction.last_interaction_at, .last_subject", interaction],
  most_contacted: ["top_contacts: interactions, emails, meetings, phone_calls (count)", people],
  most_contacted_by: ["top_contacts: interactions, emails, meetings, phone_calls (count)", people],
  customer_interactions: ["TYPE_kpi: activities, emails_sent … other_activities (count)", numbers],
  time_spent: ["TYPE_kpi.time_spent_by_us_hours, .time_spent_by_them_hours (hours)", numbers],
  response_time: ["TYPE_kpi.median_response_time_by_us_hours, …_by_them_hours (hours)", sides],
  response_rate: ["TYPE_kpi.response_rate_by_us, …_by_them (0–1); awaiting_us, lapsed_us (count)", sides],
  email_ratio: ["TYPE_kpi.email_ratio_by_us (sent / received), …_by_them (ratio)", numbers],
  email_engagement: ["TYPE_kpi.followed_emails (count), .open_rate … .reply_rate (0–1)", numbers],
  relationship_activities: ["relationship_activity: emails_sent … calls_received (count a day)", activities],
  similar_won_deals: ["similar_won_deals.similarity (0–1) and the KPIs of each deal", similar],
  comparison: ["opportunity_comparison.this_deal, .average, .difference", comparison],
};
const broad = new Set([
  "summary",
  "most_contacted",
  "most_contacted_by",
  "relationship_activities",
  "similar_won_deals",
  "comparison",
]);

function historyOf(rows, t, width) {
  const series = [
    [t.activities, 1, [["activities", null]]],
    [
      t.response_time,
      1,
      [
        ["median_response_time_by_us_hours", t.ours],
        ["median_response_time_by_them_hours", t.theirs],
      ],
    ],
    [
      t.response_rate,
      100,
      [
        ["response_rate_by_us", t.ours],
        ["response_rate_by_them", t.theirs],
      ],
    ],
  ];
  return [
    h(
      "div",
      { class: "multiples" },
      series.map(([label, factor, lines]) =>
        h(
          "div",
          {},
          h("h3", {}, label),
          drawn(
            Plot.plot({
              width: Math.max(240, width),
              height: 170,
              x: { type: "utc", label: null, ticks: 4 },
              y: { label: null, grid: true, zero: true, ticks: 4 },
              color: {
                domain: lines.map((l) => l[1]),
                range: ["var(--us)", "var(--them)"],
                legend: lines.length > 1,
              },
              marks: lines.map(([key, side], at) =>
                Plot.lineY(rows, {
                  x: (r) => new Date(r.as_of),
                  y: (r) => (r[key] === null ? NaN : r[key] * factor),
                  stroke: at === 0 ? "var(--us)" : "var(--them)",
                  strokeWidth: 2,
                }),
              ),
            }),
            label,
          ),
        ),
      ),
    ),
    asTable(
      t.table,
      table(
        t.history,
        [
          { label: t.date, show: (r) => r.as_of, value: (r) => r.as_of },
          { label: t.activities, number: true, value: (r) => r.activities },
          ...["us", "them"].map((side) => ({
            label: `${t.response_time}: ${side === "us" ? t.ours : t.theirs}`,
            number: true,
            value: (r) => r[`median_response_time_by_${side}_hours`],
          })),
          ...["us", "them"].map((side) => ({
            label: `${t.response_rate}: ${side === "us" ? t.ours : t.theirs}`,
            number: true,
            value: (r) => r[`response_rate_by_${side}`],
            show: (r) => withUnit(r[`response_rate_by_${side}`], "share"),
          })),
        ],
        rows,
      ),
    ),
  ];
}

function show(answer, language, width) {
  const t = words[language];
  const d = answer.document;
  const inner = width - 36;
  const half = width >= 900 ? width / 2 - 48 : inner;
  const source = (text) => `${t.source}: ${text.replace("TYPE", d.record_type)}`;
  // A part that is not there says so.
  const rowsOr = (part, nothing, draw) =>
    part.missing ? empty(`${t.missing}: ${part.missing}`) : part.rows.length ? draw(part.rows) : empty(nothing);
  const cards = d.widgets
    .filter((name) => widgets[name])
    .map((name) => {
      const [from, draw] = widgets[name];
      const element = card(name, d[name].label, source(from), draw(d[name], t, broad.has(name) ? inner : half));
      if (broad.has(name)) element.classList.add("broad");
      return element;
    });
  const label = (kpi) => d.comparison?.kpis?.find((k) => k.kpi === kpi)?.label;
  const extra = [
    card(
      "attention",
      t.attention,
      source("relationship_attention.words, .weight, .days"),
      rowsOr(answer.attention, t.no_attention, (rows) =>
        h(
          "ul",
          { class: "warnings" },
          rows.map((r) => h("li", { "data-warning": r.warning, "data-value": r.weight }, r.words)),
        ),
      ),
    ),
    answer.same_age
      ? card(
          "same_age",
          t.same_age,
          source("opportunity_comparison.average_at_same_age"),
          rowsOr(answer.same_age, t.no_same_age, (rows) => {
            const columns = [
              { label: t.kpi, show: (r) => label(r.kpi) ?? r.words, value: (r) => r.kpi },
              ...[
                ["this_deal", t.this_deal],
                ["average_at_same_age", t.at_age],
                ["average", t.average],
              ].map(([key, text]) => ({
                label: text,
                number: true,
                value: (r) => r[key],
                show: (r) => withUnit(r[key], r.unit, t.hours),
              })),
            ];
            // First what the form compares, in its language; then every KPI, in the words of its column.
            return [
              table(
                t.same_age,
                columns,
                rows.filter((r) => label(r.kpi)),
              ),
              asTable(
                `${t.all} (${rows.length})`,
                table(
                  `${t.same_age}: ${t.all}`,
                  [{ ...columns[0], show: (r) => h("span", { lang: "en" }, r.words) }, ...columns.slice(1)],
                  rows,
                ),
              ),
            ];
          }),
        )
      : null,
    card(
      "known",
      t.known,
      source("who_knows_whom: interactions, meetings (count), strength (0–100)"),
      rowsOr(answer.known, t.no_known, (rows) =>
        table(
          t.known,
          [
            { label: t.ours, show: (r) => r.ours, value: (r) => r.ours },
            { label: t.theirs, show: (r) => r.theirs, value: (r) => r.theirs },
            { label: t.interactions, number: true, value: (r) => r.interactions },
            { label: t.meetings, number: true, value: (r) => r.meetings },
            { label: t.strength, number: true, value: (r) => r.strength },
            { label: t.last, show: (r) => day(r.last_interaction_at), value: (r) => r.last_interaction_at },
          ],
          rows,
        ),
      ),
    ),
    card(
      "history",
      t.history,
      source("relinsights.kpi_history: activities, median_response_time_by_…_hours, response_rate_by_…"),
      rowsOr(answer.history, t.no_history, (rows) => historyOf(rows, t, width >= 900 ? inner / 3 - 16 : inner)),
    ),
  ].filter(Boolean);
  for (const element of extra) element.classList.add("broad");
  return [
    h("h1", { class: "record-name", "data-record": `${d.record_type} ${d.record_id}` }, d.name ?? d.record_id),
    h("p", { class: "lead" }, `${d.label} ${d.record_id} · ${d.refreshed_label}: ${d.refreshed_text ?? "–"}`),
    h("div", { class: "cards" }, cards, extra),
  ];
}

export function recordPage(width) {
  const asked = new URLSearchParams(location.search);
  const state = {
    type: recordTypes.includes(asked.get("type")) ? asked.get("type") : null,
    id: asked.get("id"),
    language: words[asked.get("language")] ? asked.get("language") : "en",
  };
  const root = h("div", { class: "record" });
  const found = h("div", { class: "found", "aria-live": "polite" });
  const content = h("div", { "aria-live": "polite", class: "content" });
  const address = () => `?${new URLSearchParams({ type: state.type, id: state.id, language: state.language })}`;

  async function load() {
    const t = words[state.language];
    document.documentElement.lang = state.language;
    root.setAttribute("data-state", "loading");
    content.replaceChildren(h("p", {}, t.loading));
    const mine = address();
    try {
      const answer = await ask("record", { type: state.type, id: state.id, language: state.language });
      if (mine !== address()) return; // another record was asked for meanwhile
      content.replaceChildren(...show(answer, state.language, width));
      document.title = `${answer.document.name ?? state.id} | Relationship insights`;
      root.setAttribute("data-state", "shown");
    } catch (error) {
      content.replaceChildren(h("h1", {}, t.failed), h("p", { role: "alert", class: "empty" }, error.message));
      root.setAttribute("data-state", "failed");
    }
  }

  function go(change) {
    Object.assign(state, change);
    history.replaceState(null, "", address());
    form();
    return load();
  }

  async function find(text) {
    const t = words[state.language];
    try {
      const list = await ask("records", { type: state.type, text });
      if (list.length === 1) {
        found.replaceChildren();
        return await go({ id: list[0].record_id });
      }
      found.replaceChildren(
        list.length === 0
          ? empty(t.nothing)
          : h(
              "ul",
              {},
              list.map((r) =>
                h(
                  "li",
                  {},
                  h(
                    "a",
                    {
                      href: `./record?${new URLSearchParams({ type: state.type, id: r.record_id, language: state.language })}`,
                      onclick: (event) => {
                        event.preventDefault();
                        found.replaceChildren();
                        go({ id: r.record_id });
                      },
                    },
                    `${r.name ?? r.record_id} (${r.record_id}${r.state ? `, ${r.state}` : ""})`,
                  ),
                ),
              ),
            ),
      );
    } catch (error) {
      found.replaceChildren(h("p", { role: "alert", class: "empty" }, error.message));
    }
  }

  const head = h("div", {});
  function form() {
    const t = words[state.language];
    const input = h("input", { type: "search", id: "text", name: "text", autocomplete: "off" });
    const choice = (id, label, list, value, change) =>
      h(
        "label",
        { for: id },
        h("span", {}, label),
        h(
          "select",
          { id, onchange: (event) => change(event.target.value) },
          list.map(([key, text]) => h("option", { value: key, selected: key === value }, text)),
        ),
      );
    head.replaceChildren(
      h(
        "form",
        {
          class: "chooser",
          role: "search",
          onsubmit: (event) => {
            event.preventDefault();
            find(input.value);
          },
        },
        choice(
          "type",
          t.type,
          recordTypes.map((k) => [k, t[k]]),
          state.type,
          (type) => {
            state.type = type;
            find("");
          },
        ),
        h("label", { for: "text" }, h("span", {}, t.search), input),
        h("button", { type: "submit" }, t.find),
        choice("language", t.language, Object.entries(names), state.language, (language) => go({ language })),
      ),
    );
  }

  root.append(head, found, content);
  (async () => {
    if (!state.type || !state.id) {
      const start = await ask("first").catch(() => null);
      Object.assign(
        state,
        start ? { type: start.record_type, id: start.record_id } : { type: "opportunity", id: "" },
      );
    }
    form();
    if (state.id) await load();
    else
      content.replaceChildren(
        empty("The model has no record. Call relinsights.refresh, and see relinsights.check_model."),
      );
  })();
  return root;
}
