// Nothing is loaded from another host: system fonts, and every library from node_modules.
export default {
  root: "src",
  output: "dist",
  title: "Relationship insights",
  theme: "dashboard",
  globalStylesheets: [],
  head: `<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">`,
  pages: [
    { name: "Overview", path: "/index" },
    { name: "Record", path: "/record" },
    { name: "Method", path: "/method" },
  ],
  toc: false,
  pager: false,
  sidebar: true,
  footer: "pg_relinsights: every figure names the column it comes from.",
};
