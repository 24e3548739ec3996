// Serves the built site on a loopback address, and the record asked for: DASHBOARD_PORT, or a free port.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { close, model } from "./lib/database.js";
import { first, languages, record, recordTypes, records } from "./lib/queries.js";

const site = fileURLToPath(new URL("dist/", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
};
const headers = {
  // The browser itself refuses to load anything from elsewhere.
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

function answer(response, status, type, body) {
  response.writeHead(status, { ...headers, "Content-Type": type });
  response.end(body);
}
const json = (response, status, value) => answer(response, status, types[".json"], JSON.stringify(value));

async function live(response, url) {
  const type = url.searchParams.get("type") ?? "";
  if (url.pathname === "/live/first") return json(response, 200, await first());
  if (!recordTypes.includes(type)) return json(response, 400, { error: `type is one of ${recordTypes.join(", ")}` });
  if (url.pathname === "/live/records") {
    return json(response, 200, await records(type, (url.searchParams.get("text") ?? "").trim()));
  }
  if (url.pathname !== "/live/record") return json(response, 404, { error: "not found" });
  const language = url.searchParams.get("language") ?? "en";
  if (!languages.includes(language)) {
    return json(response, 400, { error: `language is one of ${languages.join(", ")}` });
  }
  const id = url.searchParams.get("id") ?? "";
  const found = await record(type, id, language);
  if (!found) {
    const error = `Model ${model} has no ${type} with id ${id}.`;
    return json(response, 404, { error, hint: "A new record is shown after the next refresh." });
  }
  return json(response, 200, found);
}

async function file(response, path) {
  if (path.endsWith("/")) path += "index";
  if (!extname(path)) path += ".html";
  const name = normalize(join(site, path));
  if (!name.startsWith(site)) return answer(response, 404, "text/plain", "not found");
  try {
    answer(response, 200, types[extname(name)] ?? "application/octet-stream", await readFile(name));
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EISDIR") throw error;
    answer(response, 404, "text/plain", "not found");
  }
}

const server = createServer(async (request, response) => {
  try {
    // Another site's page must not read this one by a name of its own for the loopback address.
    const host = (request.headers.host ?? "").replace(/:\d+$/, "");
    if (host !== "127.0.0.1" && host !== "localhost") return answer(response, 421, "text/plain", "not this host");
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "text/plain", "only GET");
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname.startsWith("/live/")) await live(response, url);
    else await file(response, decodeURIComponent(url.pathname));
  } catch (error) {
    // Errors of the model's functions name what is wrong with the request; everything else is the server's.
    const status = /^(22|42|P0)/.test(error.code ?? "") ? 404 : error instanceof URIError ? 400 : 503;
    if (status === 503) console.error(error.message);
    json(response, status, { error: error.message, hint: error.hint });
  }
});

server.listen(Number(process.env.DASHBOARD_PORT ?? 0), "127.0.0.1", () => {
  console.log(`model ${model}: http://127.0.0.1:${server.address().port}/`);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    server.close();
    server.closeAllConnections();
    await close();
    process.exit(0);
  });
}
