// The pages and how they are framed. No sidebar: three links are read and reached sooner.
// Nothing is loaded from another host: system fonts, and every library from node_modules.
const pages = [
  { name: "Overview", path: "/index" },
  { name: "Record", path: "/record" },
  { name: "Method", path: "/method" },
];
const link = (page, here) =>
  `<a href="${page.path === "/index" ? "./" : `.${page.path}`}"${page.path === here ? ' aria-current="page"' : ""}>${page.name}</a>`;

export default {
  root: "src",
  output: "dist",
  title: "Relationship insights",
  theme: "dashboard",
  globalStylesheets: [],
  head: `<script>document.documentElement.lang = "en";</script>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">`,
  header: ({ path }) =>
    `<nav class="pages" aria-label="Pages"><strong>Relationship insights</strong>${pages.map((p) => link(p, path)).join("")}</nav>`,
  pages,
  toc: false,
  pager: false,
  sidebar: false,
  footer: "pg_relinsights: every figure names the column it comes from.",
};
