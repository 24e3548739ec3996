-- Runs first: every other test finds the extension installed.
CREATE EXTENSION pg_relinsights;
SELECT extname FROM pg_catalog.pg_extension WHERE extname = 'pg_relinsights';
