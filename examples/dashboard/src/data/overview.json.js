// A data loader: its output is the file overview.json of the site.
import { close } from "../../lib/database.js";
import { overview } from "../../lib/queries.js";

process.stdout.write(JSON.stringify(await overview()));
await close();
